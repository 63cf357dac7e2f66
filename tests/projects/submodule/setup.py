"""The extension of submodule-demo: vendor/triple is a submodule, which the test makes from subrepository/."""

from setuptools import Extension, setup

setup(ext_modules=[Extension("submodule_demo", ["submodule_demo.c", "vendor/triple/triple.c"])])
