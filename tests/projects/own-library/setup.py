"""The extension of own-library: one module that links libfieldmath."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("own_library", ["own_library.c"], libraries=["fieldmath"])])
