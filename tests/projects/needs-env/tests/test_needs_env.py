"""The build's environment is in the binary; the test's own environment is around it, and the build's is not."""

import os
import pathlib
import unittest

import needs_env


class Environment(unittest.TestCase):
    def test_the_binary_was_built_with_it(self):
        self.assertEqual(needs_env.flavour(), "two words")

    def test_the_test_has_an_environment_of_its_own(self):
        self.assertEqual(os.environ.get("TEST_ONLY"), "yes")
        self.assertNotIn("PLAIN", os.environ)

    def test_before_test_ran_here(self):
        self.assertEqual(pathlib.Path("before-test.txt").read_text(), "before-test\n")

    def test_the_build_was_never_here(self):
        self.assertFalse(os.path.exists("needs_env.c"))
        self.assertFalse(os.path.exists("hooks.txt"))
