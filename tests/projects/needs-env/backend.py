"""setuptools behind a gate: every build must have been prepared the way wheelforge.toml says."""

import os
import pathlib
import sys

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403

PROJECT = pathlib.Path(__file__).resolve().parent


def wanted(what, seen, value):
    if seen != value:
        sys.exit(f"needs-env: {what} is {seen!r}, wanted {value!r}")


def check(config_settings):
    # An isolated build must not have imported anything of the project before this.
    wanted("hooks.txt, written by before-all and before-build", (PROJECT / "hooks.txt").read_text(), "before-all\nbefore-build\n")
    wanted("PLAIN", os.environ.get("PLAIN"), "two words")
    wanted("LATER, which sees an earlier one", os.environ.get("LATER"), "two words and more")
    wanted("COMPUTED by a command", os.environ.get("COMPUTED"), "42")
    wanted("PASSED from the host", os.environ.get("PASSED"), "from the host")
    wanted("the flavour in config-settings", (config_settings or {}).get("flavour"), "vanilla")
    wanted("the listed setting", (config_settings or {}).get("list"), ["one", "two"])
    if os.environ.get("EXPECT_NO_NETWORK"):
        wanted("the list of network interfaces", sorted(os.listdir("/sys/class/net")), ["lo"])


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    check(config_settings)
    return build_meta.build_wheel(wheel_directory, None, metadata_directory)


def get_requires_for_build_wheel(config_settings=None):
    return build_meta.get_requires_for_build_wheel(None)


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    return build_meta.prepare_metadata_for_build_wheel(metadata_directory, None)
