"""The extensions of byte-order: one of C with the maths library and zlib, one of C++ with libstdc++."""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension("byte_order_c", ["byte_order_c.c"], libraries=["m", "z"], extra_compile_args=["-O2"]),
        Extension("byte_order_cpp", ["byte_order_cpp.cpp"], extra_compile_args=["-std=c++17", "-O2"]),
    ]
)
