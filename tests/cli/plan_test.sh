#!/usr/bin/env bash
# `wheelforge plan`: where the matrix is found, what goes to which stream, and the exit codes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# expect STATUS COMMAND...: runs it with stdout and stderr kept in files of these names.
expect() {
  local wanted=$1 status=0
  shift
  "$@" >stdout 2>stderr || status=$?
  [ "$status" -eq "$wanted" ] || { echo "exit $status, wanted $wanted: $*" && cat stdout stderr && exit 1; }
}
# says FILE TEXT
says() { grep -qF -- "$2" "$1" || { echo "$1 does not have: $2" && cat "$1" && exit 1; }; }

# No project at all.
expect 2 "$WHEELFORGE" plan
says stderr "there is no Python project in ."

# A project without a matrix gets the default one, and its requires-python leaves Pythons out.
mkdir demo
printf '[project]\nname = "demo"\nrequires-python = ">=3.100"\n' >demo/pyproject.toml
expect 3 "$WHEELFORGE" plan demo
says stdout 'skipped: the project'"'"'s requires-python is ">=3.100"'
says stderr "no cell is selected"

# wheelforge.toml, and python_requires of a setup.cfg.
cat >demo/wheelforge.toml <<'TOML'
[matrix]
python = ["cp39", "cp311", "cp312"]
platform = ["manylinux_2_28", "musllinux_1_2"]
arch = "x86_64"
TOML
printf '[project]\nname = "demo"\n' >demo/pyproject.toml
printf '[options]\npython_requires = >=3.10\n' >demo/setup.cfg
expect 0 "$WHEELFORGE" plan demo
says stdout "4 cells to build, 2 skipped"
says stdout "cp311-manylinux_2_28_x86_64"
[ ! -s stderr ]

# JSON: every cell, absent values null.
expect 0 "$WHEELFORGE" plan --json --only 'cp311-*' demo
python3 - <<'PYTHON'
import json
plan = json.load(open("stdout"))
assert plan["schema"] == 1
keys = ["id", "python", "platform", "arch", "accelerator", "image", "digest", "steps", "skip_reason"]
assert all(list(cell) == keys for cell in plan["cells"]), plan
assert len(plan["cells"]) == 6
chosen = [cell for cell in plan["cells"] if cell["skip_reason"] is None]
assert [cell["id"] for cell in chosen] == ["cp311-manylinux_2_28_x86_64", "cp311-musllinux_1_2_x86_64"], chosen
assert chosen[0]["steps"] == ["prepare", "build", "repair", "audit", "test:same", "collect"], chosen
assert chosen[0]["image"].endswith("manylinux_2_28_x86_64") or "manylinux_2_28_x86_64" in chosen[0]["image"]
PYTHON

# --only that names nothing, and one that names only cells that are left out.
expect 2 "$WHEELFORGE" plan demo --only cp311-manylinux_2_82_x86_64
says stderr "did you mean 'cp311-manylinux_2_28_x86_64'?"
expect 3 "$WHEELFORGE" plan demo --only 'cp39-*'

# All errors of a file at once, with places, on stderr alone.
printf '[matrix]\npython = "cp38"\n\n[build]\ntimout = "1h"\n' >broken.toml
expect 2 "$WHEELFORGE" plan demo --config broken.toml
says stderr 'broken.toml:2:10: error: matrix.python: '"'cp38'"
says stderr "broken.toml:5:1: error: unknown key 'timout' in [build]"
says stderr "2 errors"
[ ! -s stdout ]

# What the file itself shows and what only its cells and their images show is told together.
cat >broken.toml <<'TOML'
[matrix]
python = ["cp312", "cp313"]
platform = ["manylinux_2_28"]
arch = "x86_64"
[[matrix.include]]
python = "cp312"
platform = "manylinux_2_33"
arch = "x86_64"
[[matrix.include]]
python = "cp312"
platform = "manylinux2010"
arch = "aarch64"
[build]
timout = "1h"
[test]
on = "debain-12"
skip = "cp39-*"
[[override]]
select = "cp314-*"
build.jobs = 0
build.network = true
TOML
expect 2 "$WHEELFORGE" plan demo --config broken.toml
says stderr "broken.toml:5:1: error: the included cell cp312-manylinux_2_33_x86_64 cannot be built: no image serves"
says stderr "broken.toml:9:1: error: the included cell cp312-manylinux2010_aarch64 cannot be built: manylinux2010 does not"
says stderr "broken.toml:14:1: error: unknown key 'timout' in [build]"
says stderr "broken.toml:16:6: error: test.on: 'debain-12'"
says stderr "broken.toml:17:8: error: test.skip: 'cp39-*' matches no cell"
says stderr "broken.toml:19:10: error: override.select: 'cp314-*' matches no cell"
says stderr "broken.toml:20:14: error: build.jobs is 0"
says stderr "7 errors"

# Two configurations at once; --config settles it.
printf '[project]\nname = "demo"\n[tool.wheelforge.matrix]\npython = "cp312"\nplatform = "manylinux_2_28"\narch = "x86_64"\n' \
  >demo/pyproject.toml
expect 2 "$WHEELFORGE" plan demo
says stderr "both demo/wheelforge.toml and [tool.wheelforge] of demo/pyproject.toml"
expect 0 "$WHEELFORGE" plan demo --config demo/pyproject.toml
says stdout "1 cell to build, 0 skipped"
rm demo/wheelforge.toml
expect 0 "$WHEELFORGE" plan demo
says stdout "1 cell to build"

# A broken requires-python is an error with its place.
printf '[project]\nname = "demo"\nrequires-python = "3.9+"\n' >demo/pyproject.toml
expect 2 "$WHEELFORGE" plan demo
says stderr "demo/pyproject.toml:3:19: error: requires-python '3.9+'"

expect 2 "$WHEELFORGE" plan --config missing.toml
expect 2 "$WHEELFORGE" plan --no-such-option

# What other parts of wheelforge know: test machines, codes of findings, dependency groups, image names.
printf '[project]\nname = "demo"\n[dependency-groups]\ndev = ["pytest"]\n' >demo/pyproject.toml
cat >demo/wheelforge.toml <<'TOML'
[matrix]
python = "cp312"
platform = "manylinux_2_28"
arch = "x86_64"
[images]
mirror = "https://registry.example.com"
use.manylinux_2_28_x86_64 = "Registry/Image"
[test]
on = "debain-12"
groups = ["dev", "docs"]
[audit]
fail-on = "eror"
[[override]]
select = "cp39-*"
build.jobs = 1
TOML
expect 2 "$WHEELFORGE" plan demo
says stderr 'demo/wheelforge.toml:6:10: error: images.mirror is "https://registry.example.com"'
says stderr "demo/wheelforge.toml:7:5: error: images.use.manylinux_2_28_x86_64: "
says stderr "demo/wheelforge.toml:9:6: error: test.on: 'debain-12' is no machine"
says stderr "demo/wheelforge.toml:10:18: error: test.groups: 'docs'"
says stderr "demo/wheelforge.toml:12:11: error: audit.fail-on: 'eror'"
says stderr "demo/wheelforge.toml:14:10: error: override.select: 'cp39-*' matches no cell"
says stderr "6 errors"

# The catalogue pins images, images.lock goes over it, and a mirror moves the registry.
cat >demo/wheelforge.toml <<'TOML'
matrix = { python = ["cp312"], platform = ["manylinux_2_28", "manylinux_2_31", "manylinux_2_33"], arch = "x86_64" }
images.mirror = "127.0.0.1:5000/pypa"
TOML
digest=sha256:$(printf '%064d' 7)
printf 'version = 1\n[[image]]\nname = "quay.io/pypa/manylinux_2_28_x86_64"\ntag = "2026.01.01-1"\ndigest = "%s"\npythons = ["cp312"]\n' \
  "$digest" >demo/images.lock
expect 0 "$WHEELFORGE" plan demo
says stdout "127.0.0.1:5000/pypa/manylinux_2_28_x86_64:2026.01.01-1 (1 cell)"
says stdout "$digest"
says stdout "skipped: the image has no cp312 (1 cell)"
says stdout "skipped: no image serves manylinux_2_33_x86_64"
