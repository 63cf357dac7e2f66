"""The one binary works on the Python that runs this."""

import unittest

import abi3_demo


class Gcd(unittest.TestCase):
    def test_it_divides(self):
        self.assertEqual(abi3_demo.gcd(84, 36), 12)

    def test_it_is_the_stable_abi(self):
        self.assertTrue(abi3_demo.__file__.endswith(".abi3.so"), abi3_demo.__file__)
