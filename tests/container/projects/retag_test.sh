#!/usr/bin/env bash
# Wheels that need no graft get their tags from wheelforge. The same wheels repaired by auditwheel itself must come out with the same
# name, the same tags, the same members and an equal RECORD.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
need_images debian-11

for name in cpp-vector abi3; do
  prepare_project "$name"
  export SOURCE_DATE_EPOCH=1700000000
  build 0 --fresh
  grep -q "nothing is to be grafted: tagged" .wheelforge/runs/*/*.log || fail "$name: wheelforge left it to auditwheel"
  mv wheelhouse "$work/ours-$name"
  printf '\n[repair]\ncommand = "auditwheel repair --plat manylinux_2_31_x86_64 --wheel-dir {dest_dir} {wheel}"\n' >>wheelforge.toml
  build 0 --fresh
  python3 - "$work/ours-$name" wheelhouse <<'PYTHON' || fail "$name: the wheels are not alike"
import email, pathlib, sys, zipfile
ours, theirs = ({path.name: path for path in pathlib.Path(folder).glob("*.whl")} for folder in sys.argv[1:])
assert ours and set(ours) == set(theirs), (set(ours), set(theirs))
for name in ours:
    one, other = zipfile.ZipFile(ours[name]), zipfile.ZipFile(theirs[name])
    assert one.testzip() is None
    files = sorted(entry for entry in one.namelist() if not entry.endswith("/"))
    assert files == sorted(entry for entry in other.namelist() if not entry.endswith("/"))
    for file in files:
        mine, his = one.read(file), other.read(file)
        if file.endswith(".dist-info/WHEEL"):
            mine, his = (sorted(email.message_from_bytes(text).items()) for text in (mine, his))
        elif file.endswith(".dist-info/RECORD"):
            # The hash of WHEEL follows the order of its lines.
            mine, his = (sorted(line for line in text.splitlines() if b"/WHEEL," not in line) for text in (mine, his))
        assert mine == his, (name, file, mine, his)
        modes = [archive.getinfo(file).external_attr >> 16 & 0o777 for archive in (one, other)]
        assert modes[0] == modes[1], (name, file, modes)
print(f"{len(ours)} wheels are alike")
PYTHON
  cd /
  rm -rf "$work/project"
done
