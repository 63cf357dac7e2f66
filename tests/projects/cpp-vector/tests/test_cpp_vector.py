"""Words are counted, and a C++ exception becomes a Python one."""

import sys
import unittest

import cpp_vector


class Counted(unittest.TestCase):
    def test_the_most_frequent_word_comes_first(self):
        self.assertEqual(cpp_vector.counted(["b", "a", "b"]), [("b", 2), ("a", 1)])

    def test_an_exception_crosses_the_border(self):
        with self.assertRaisesRegex(ValueError, "item 1 is not a string"):
            cpp_vector.counted(["a", 1])

    def test_importing_it_leaves_the_gil_as_it_was(self):
        if hasattr(sys, "_is_gil_enabled") and "free-threading" in sys.version:
            self.assertFalse(sys._is_gil_enabled())
