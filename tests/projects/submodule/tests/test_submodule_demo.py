"""The submodule's code was compiled in."""

import unittest

import submodule_demo


class Triple(unittest.TestCase):
    def test_three_times(self):
        self.assertEqual(submodule_demo.triple(14), 42)
