"""The extension of needs-env; FLAVOUR travels from the environment into the binary."""

import os

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension("needs_env", ["needs_env.c"], define_macros=[("FLAVOUR", '"%s"' % os.environ.get("PLAIN", ""))])
    ]
)
