"""Checksums by zlib and compression by liblzma."""

from ._native import crc32, lzma_version, xz

__all__ = ["crc32", "lzma_version", "xz"]
