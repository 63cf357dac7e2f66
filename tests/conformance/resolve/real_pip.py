"""Asks a real pip, unpacked on PYTHONPATH, what it supports and what it picks on machines that are only pretended.

usage: python real_pip.py FILE.json, with {"rows": [target, ...], "cases": [case, ...]}; prints
{"rows": [[tag, ...] or "error", ...], "picked": [file or null, ...]}. Runs on Python 2.7 and 3.6 to 3.13.
"""
from __future__ import print_function

import contextlib
import ctypes
import io
import json
import os
import shutil
import sys
import sysconfig
import tempfile
import types
import zipfile

try:
    import distutils.util
except ImportError:  # Python 3.12 and newer
    distutils = None

REAL_GET_CONFIG_VAR = sysconfig.get_config_var


class Libc(object):
    """What ctypes.CDLL(None) gives on the pretended machine."""

    def __init__(self, glibc):
        if glibc is not None:
            self.gnu_get_libc_version = self.Function(glibc)

    class Function(object):
        def __init__(self, version):
            self.version = version
            self.restype = None

        def __call__(self):
            return self.version.encode("ascii")


def modules_of_pip():
    """The modules of the loaded pip that look at the machine."""
    names = ("pep425tags", "glibc", "tags", "_manylinux", "_musllinux", "compatibility_tags")
    return [m for n, m in list(sys.modules.items()) if m and n.startswith("pip") and n.split(".")[-1] in names]


def load_pip():
    for name in ("pip._internal.utils.compatibility_tags", "pip._internal.pep425tags", "pip.pep425tags"):
        try:
            module = __import__(name, fromlist=["get_supported"])
        except ImportError:
            continue
        return module
    raise SystemExit("no pip on PYTHONPATH")


def pretend(target):
    """Makes the loaded pip see the machine of a target."""
    machine, glibc = target["machine"], target.get("glibc")
    narrow = target.get("bits") == 32
    get_platform = lambda: "linux-" + machine  # noqa: E731
    sysconfig.get_platform = get_platform
    if distutils is not None:
        distutils.util.get_platform = get_platform

    def confstr(name):
        if glibc is None:
            raise ValueError("unrecognized configuration name")
        return "glibc " + glibc

    os.confstr = confstr
    ctypes.CDLL = lambda name: Libc(glibc)

    def get_config_var(name):
        if name == "Py_GIL_DISABLED":
            return 1 if target.get("free_threaded") else 0
        if name == "Py_DEBUG" and target.get("debug"):
            return 1
        return REAL_GET_CONFIG_VAR(name)

    sysconfig.get_config_var = get_config_var
    sys.modules.pop("_manylinux", None)
    if target.get("manylinux_module") is not None:
        module = types.ModuleType("_manylinux")
        exec(target["manylinux_module"], module.__dict__)
        sys.modules["_manylinux"] = module
    for module in modules_of_pip():
        if hasattr(module, "distutils"):  # setuptools may have put its own in the place of the standard library's
            module.distutils.util.get_platform = get_platform
        for name in ("_is_linux_armhf", "_is_linux_i686", "is_linux_armhf", "_is_running_32bit"):
            if hasattr(module, name):
                setattr(module, name, lambda *executable: narrow)
        if hasattr(module, "_linux_platforms"):
            module._linux_platforms.__defaults__ = (narrow,)
        if hasattr(module, "_get_musl_version"):
            musl = target.get("musl")
            version = module._MuslVersion(*map(int, musl.split("."))) if musl else None
            module._get_musl_version = lambda executable, version=version: version
        if hasattr(module, "_glibc_version"):
            del module._glibc_version[:]
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def text_of(tag):
    return "-".join(tag) if isinstance(tag, tuple) else str(tag)


def supported(pip_tags, target):
    pretend(target)
    return pip_tags.get_supported()


def make_wheel(path):
    name, version = os.path.basename(path).split("-")[:2]
    info = "%s-%s.dist-info/" % (name, version)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: %s\nVersion: %s\n" % (name, version))
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(info + "RECORD", "")


def page_of(case, folder):
    lines = ["<!DOCTYPE html>", "<html><body>"]
    for name in case["files"]:
        make_wheel(os.path.join(folder, name))
        attributes = ' data-yanked=""' if name in case.get("yanked", []) else ""
        wanted = case.get("requires_python", {}).get(name)
        if wanted:
            attributes += ' data-requires-python="%s"' % wanted.replace("<", "&lt;").replace(">", "&gt;")
        lines.append('<a href="%s"%s>%s</a>' % (name, attributes, name))
    page = os.path.join(folder, "page.html")
    with io.open(page, "w", encoding="utf-8") as file:
        file.write(u"\n".join(lines + ["</body></html>"]))
    return page


def main_of_pip():
    for name in ("pip._internal.cli.main", "pip._internal.main", "pip._internal", "pip"):
        try:
            main = getattr(__import__(name, fromlist=["main"]), "main", None)
        except ImportError:
            continue
        if callable(main):
            return main
    raise SystemExit("pip has no main")


def replace_tag_lists(tags):
    """pip 8 makes its list of tags once, when it is imported, and other modules take it by name."""
    for name, module in list(sys.modules.items()):
        if module and name.startswith("pip") and hasattr(module, "supported_tags"):
            module.supported_tags = tags


@contextlib.contextmanager
def silence():
    """Hides what pip prints, which the old ones write to the real descriptors."""
    with open(os.devnull, "w") as nowhere:
        saved = [os.dup(1), os.dup(2)]
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            for number, copy in zip((1, 2), saved):
                os.dup2(copy, number)
                os.close(copy)


def pick(pip_tags, main, case):
    folder = tempfile.mkdtemp()
    try:
        os.mkdir(os.path.join(folder, "taken"))
        page = page_of(case, folder)
        replace_tag_lists(supported(pip_tags, case))
        pretend(case)
        arguments = ["download", "-q", "--disable-pip-version-check", "--no-cache-dir", "--no-deps", "--no-index",
                     "--find-links", page, "-d", os.path.join(folder, "taken"),
                     case.get("project", "pkg") + case.get("specifier", "")]
        with silence():
            try:
                main(arguments)
            except SystemExit:
                pass
        taken = os.listdir(os.path.join(folder, "taken"))
        return taken[0] if taken else None
    finally:
        shutil.rmtree(folder)


def main():
    with io.open(sys.argv[1], encoding="utf-8") as file:
        questions = json.load(file)
    pip_tags = load_pip()
    rows = []
    for target in questions["rows"]:
        try:
            rows.append([text_of(tag) for tag in supported(pip_tags, target)])
        except Exception as error:
            rows.append("%s: %s" % (type(error).__name__, error))
    take = main_of_pip()
    control = {"machine": "x86_64", "glibc": "2.36", "files": ["pkg-1.0-py2.py3-none-any.whl"]}
    if pick(pip_tags, take, control) is None:
        raise SystemExit("it starts, and cannot install a thing")
    picked = [pick(pip_tags, take, case) for case in questions["cases"]]
    print(json.dumps({"rows": rows, "picked": picked}))


main()
