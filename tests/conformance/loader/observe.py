"""What the real loader says: loads every ELF file below a folder, each in a process of its own, as CPython imports it.

  python3 observe.py FOLDER SHIM     prints {"wheel folder": {"path": sentence or null}}, one line of JSON

FOLDER holds one unpacked wheel a folder. SHIM is a library that exports the C API of the wheels' Python, so that a
machine's own Python does not matter. A crash or a hang behind a successful load (in constructors) counts as loaded.
"""

import ctypes
import json
import os
import select
import signal
import sys


def load(path, shim):
    """The sentence, or None; in a child, because constructors may do anything."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        try:
            if shim:
                ctypes.CDLL(shim, mode=ctypes.RTLD_GLOBAL)
            ctypes.CDLL(path, mode=os.RTLD_NOW | os.RTLD_LOCAL)
            os.write(writer, b"ok")
        except OSError as error:
            os.write(writer, b"no" + str(error).encode())
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
    return said[2:].decode(errors="replace") if said.startswith(b"no") else None


def is_library(path):
    """An ELF file that is no program: programs are started, not loaded."""
    with open(path, "rb") as file:
        head = file.read(64)
    if head[:4] != b"\x7fELF":
        return False
    name = os.path.basename(path)
    return ".so" in name


def main():
    folder, shim = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    seen = {}
    for wheel in sorted(os.listdir(folder)):
        root = os.path.join(folder, wheel)
        found = {}
        for base, _, names in os.walk(root):
            for name in names:
                path = os.path.join(base, name)
                if not os.path.islink(path) and is_library(path):
                    sentence = load(path, shim)
                    found[os.path.relpath(path, root)] = sentence and sentence.replace(root + "/", "")
        seen[wheel] = found
    json.dump(seen, sys.stdout)


main()
