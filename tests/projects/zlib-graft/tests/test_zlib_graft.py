"""Both libraries answer, and what they make is what Python's own modules read."""

import lzma
import unittest
import zlib

import zlib_graft


class Graft(unittest.TestCase):
    def test_the_checksum_is_zlibs(self):
        self.assertEqual(zlib_graft.crc32(b"wheel"), zlib.crc32(b"wheel"))

    def test_the_stream_unpacks_to_what_went_in(self):
        text = b"forge" * 1000
        self.assertEqual(lzma.decompress(zlib_graft.xz(text)), text)

    def test_the_grafted_library_knows_its_version(self):
        self.assertRegex(zlib_graft.lzma_version(), r"^5\.")
