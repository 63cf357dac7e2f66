"""The extension of abi3-demo, held to the limited API of Python 3.9 and tagged so."""

from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "abi3_demo",
            ["abi3_demo.c"],
            define_macros=[("Py_LIMITED_API", "0x03090000")],
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp39"}},
)
