"""The grafted library computes."""

import unittest

import own_library


class Inverse(unittest.TestCase):
    def test_a_number_times_its_inverse_is_one(self):
        for value in range(1, 101):
            self.assertEqual(value * own_library.inverse(value, 101) % 101, 1)
