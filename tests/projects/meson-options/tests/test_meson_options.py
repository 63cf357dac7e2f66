"""The setting in wheelforge.toml arrived in the binary."""

import unittest

import meson_options


class Greeting(unittest.TestCase):
    def test_the_setting_arrived(self):
        self.assertEqual(meson_options.greeting(), "hello from the matrix")
