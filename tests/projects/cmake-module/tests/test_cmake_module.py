"""The module computes, and CMake saw the machine that this runs on."""

import platform
import unittest

import cmake_module


class CmakeModule(unittest.TestCase):
    def test_it_sums(self):
        self.assertEqual(cmake_module.sum_up_to(100), 5050)
        with self.assertRaises(ValueError):
            cmake_module.sum_up_to(-1)

    def test_cmake_saw_this_machine(self):
        self.assertEqual(cmake_module.processor().replace("armv8l", "armv7l"), platform.machine().replace("armv8l", "armv7l"))
