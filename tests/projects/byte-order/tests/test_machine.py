"""The extensions agree with the interpreter about the machine they run on."""
import os
import platform
import struct
import sys
import unittest
import zlib

import byte_order_c
import byte_order_cpp


class Machine(unittest.TestCase):
    def test_is_the_wanted_one(self):
        wanted = os.environ.get("WANTED_MACHINE", platform.machine())
        self.assertEqual(platform.machine().replace("armv8l", "armv7l"), wanted)
        self.assertEqual(sys.byteorder, "big" if wanted == "s390x" else "little")

    def test_byte_order_and_words(self):
        self.assertEqual(byte_order_c.first_byte(), 1 if sys.byteorder == "big" else 4)
        self.assertEqual(byte_order_c.word_bits(), 8 * struct.calcsize("P"))

    def test_libraries(self):
        self.assertEqual(byte_order_c.power(2.0, 0.5), 2.0**0.5)
        self.assertEqual(byte_order_c.checksum(b"wheel" * 100), zlib.crc32(b"wheel" * 100))

    def test_exceptions_and_streams(self):
        self.assertEqual(byte_order_cpp.quotient(-(2**40), 3), -366503875925)
        with self.assertRaises(ValueError):
            byte_order_cpp.quotient(1, 0)
        self.assertEqual(byte_order_cpp.count("b a b"), "a=1;b=2;")


if __name__ == "__main__":
    unittest.main()
