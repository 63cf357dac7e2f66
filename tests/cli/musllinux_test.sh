#!/usr/bin/env bash
# A wheel compiled for musl is audited as what it is: musllinux it keeps, manylinux it does not, and a glibc wheel the other way.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
command -v musl-gcc >/dev/null || { echo "musl-tools is not installed (scripts/setup test)" && exit 1; }
arch=$(uname -m)
build() { "$WF_SOURCE_DIR/tests/projects/musl/build_wheel" "$folder" "$1"; }

wheel=$(build "musllinux_1_2_$arch")
"$WHEELFORGE" audit --json "$wheel" >"$folder/report.json" || { cat "$folder/report.json" && exit 1; }
python3 - "$folder/report.json" "$arch" <<'PYTHON'
import json, sys
wheel, = json.load(open(sys.argv[1]))["wheels"]
assert wheel["tag"].startswith("musllinux_1_") and wheel["tag"].endswith(sys.argv[2]), wheel["tag"]
errors = [finding for finding in wheel["findings"] if finding["severity"] == "error"]
assert not errors, errors
PYTHON

# The same content under a manylinux tag is a lie, and found out.
wheel=$(build "manylinux_2_28_$arch")
status=0
"$WHEELFORGE" audit "$wheel" >"$folder/text" || status=$?
[ "$status" -eq 4 ] || { cat "$folder/text" && echo "exit $status, wanted 4" && exit 1; }
grep -q musl "$folder/text"
