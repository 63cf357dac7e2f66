"""auditwheel on the native side: it reads the foreign container's libraries, and believes it runs on its architecture."""
import os
import platform
import sys

CROSS = "/wheelforge/cross"
with open(CROSS + "/facts") as file:
    facts = dict(line.rstrip("\n").split("=", 1) for line in file)
sys.path.insert(0, CROSS + "/python/site")

native = os.uname()
names = type(native)((native.sysname, native.nodename, native.release, native.version, facts["arch"]))
os.uname = lambda: names
platform.machine = lambda: facts["arch"]

from auditwheel.main import main  # noqa: E402: the architecture must be known before

sys.exit(main())
