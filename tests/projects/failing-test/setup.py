"""The extension of failing-test."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("failing_test", ["failing_test.c"])])
