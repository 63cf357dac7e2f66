"""Loads libraries one by one, each in a process of its own, and says how that ended.

  load.py < LINES      a line is NAME PATH WITH; prints "NAME<TAB>loads" or what the loader said, or "signal N"

WITH is "-", "hardened", CPU=NAME (under /qemu), or NAME=VALUE for the environment of the process.
"""

import os
import subprocess
import sys

CHILD = """
import ctypes, os, sys
if sys.argv[2] == "hardened":
    PR_SET_MDWE = 65
    if ctypes.CDLL(None).prctl(PR_SET_MDWE, 1, 0, 0, 0) != 0:
        sys.exit("not hardened here")
try:
    ctypes.CDLL(sys.argv[1], os.RTLD_NOW)
except OSError as error:
    sys.exit(str(error))
"""

for line in sys.stdin:
    name, path, condition = line.split()
    environment, emulator = dict(os.environ), []
    if condition.startswith("CPU="):
        emulator = ["/qemu", "-cpu", condition[4:]]
    elif "=" in condition:
        key, value = condition.split("=", 1)
        environment[key] = value
    run = subprocess.run([*emulator, sys.executable, "-c", CHILD, path, condition], env=environment, capture_output=True, text=True)
    said = (run.stderr.strip().splitlines() or [""])[-1]
    print(name, "loads" if run.returncode == 0 else f"signal {-run.returncode}" if run.returncode < 0 else said, sep="\t")
