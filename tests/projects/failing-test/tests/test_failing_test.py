"""A test that fails on purpose."""

import unittest

import failing_test


class Answer(unittest.TestCase):
    def test_the_answer_is_right(self):
        self.assertEqual(failing_test.answer(), 42)
