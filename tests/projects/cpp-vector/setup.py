"""The extension of cpp-vector: one C++ module."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("cpp_vector", ["cpp_vector.cpp"], language="c++", extra_compile_args=["-std=c++17"])])
