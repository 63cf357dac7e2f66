#!/usr/bin/env bash
# CUDA 13 from wheels alone: locked, fetched, mounted into the glibc 2.31 baseline, built without a network, imported in a
# clean container that has no device, and its device code listed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$WF_SOURCE_DIR/tests/projects/accelerated/." "$folder"
cd "$folder"
git init -q . && git add -A && git -c user.name=test -c user.email=test@example.org commit -qm "accelerated"
"$WF_SOURCE_DIR/images/debian/build" --if-missing debian-11 >/dev/null
status=0
"$WHEELFORGE" toolchain lock >lock.log 2>&1 || status=$?
if [ "$status" -eq 75 ]; then
  cat lock.log
  echo "SKIPPED: the package index does not answer"
  exit 77
fi
[ "$status" -eq 0 ] || { cat lock.log && exit 1; }
"$WHEELFORGE" build --only 'cp311-*'
python3 - .wheelforge/runs/*/report.json <<'PYTHON'
import json, sys

cells = {cell["id"]: cell for cell in json.load(open(sys.argv[1]))["cells"]}
cuda = next(cell for name, cell in cells.items() if "cp311" in name and "+cuda-13" in name)
assert cuda["status"] == "ok", cuda
steps = {step["name"]: step["status"] for step in cuda["steps"]}
assert steps["test:no-device"] == "ok" and steps["test:device"] == "skipped", steps
targets = {one["target"] for one in cuda["device"]["device_targets"]}
assert targets == {"sm_80", "sm_90"}, targets
assert cuda["device"]["tag"] == "manylinux_2_17_x86_64", cuda["device"]["tag"]
assert "+cu13" in cuda["wheel"]["name"], cuda["wheel"]
PYTHON
