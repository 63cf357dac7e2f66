"""The extension of zlib-graft; everything else stands in pyproject.toml."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("zlib_graft._native", ["src/zlib_graft/_native.c"], libraries=["z", "lzma"])])
