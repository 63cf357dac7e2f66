"""What this machine's loader says of an installed wheel's libraries, each in a process of its own, as CPython imports it.

  python -c THIS PROJECT     prints {"distribution", "libc", "python", "loads": {"path": sentence or null}}, one line of JSON

Paths are those below site-packages. A crash or a hang behind a successful load (in constructors) counts as loaded.
"""

import ctypes
import json
import os
import platform
import re
import select
import signal
import sys
import sysconfig


def load(path):
    """The sentence, or None; in a child, because constructors may do anything."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        try:
            ctypes.CDLL(path, mode=os.RTLD_NOW | os.RTLD_LOCAL)
            os.write(writer, b"ok")
        except OSError as error:
            os.write(writer, b"no" + str(error).encode("utf-8", "replace"))
        os._exit(0)
    os.close(writer)
    said = b""
    while select.select([reader], [], [], 30)[0]:
        piece = os.read(reader, 65536)
        if not piece:
            break
        said += piece
    os.close(reader)
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(child, 0)
    return said[2:].decode("utf-8", "replace") if said.startswith(b"no") else None


def is_library(path):
    """An ELF file that is no program: programs are started, not loaded."""
    if ".so" not in os.path.basename(path) or os.path.islink(path) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def installed(project):
    """(folder, name) of each file that the project's record lists, of every folder that packages are installed in."""
    wanted = re.sub(r"[-_.]+", "-", project).lower()
    for folder in sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}):
        for entry in os.listdir(folder):
            name = entry.split("-")[0]
            if entry.endswith(".dist-info") and re.sub(r"[-_.]+", "-", name).lower() == wanted:
                with open(os.path.join(folder, entry, "RECORD"), encoding="utf-8") as record:
                    for line in record:
                        yield folder, line.rsplit(",", 2)[0].strip('"')


def distribution():
    """"debian-12", as this machine calls itself; empty where it does not say."""
    said = {}
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            for line in file:
                key, _, value = line.strip().partition("=")
                said[key] = value.strip("\"'")
    except OSError:
        return ""
    return "-".join(filter(None, (said.get("ID", ""), said.get("VERSION_ID", ""))))


def main():
    loads = {}
    for folder, name in installed(sys.argv[1]):
        path = os.path.join(folder, name)
        if is_library(path):
            sentence = load(path)
            loads[name] = sentence and sentence.replace(folder + "/", "")
    libc = " ".join(platform.libc_ver()).strip()
    json.dump({"distribution": distribution(), "libc": libc, "python": platform.python_version(), "loads": loads},
              sys.stdout)


main()
