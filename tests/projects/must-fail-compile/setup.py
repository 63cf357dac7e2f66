"""The extension of must-fail-compile."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("must_fail_compile", ["must_fail_compile.c"])])
