"""The extension of scm-version."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("scm_version", ["scm_version.c"])])
