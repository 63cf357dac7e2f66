#!/usr/bin/env bash
# HIP from Debian's main archive: an extension with a kernel for two devices, built in the Debian 12 baseline without a
# network; with the run time of the distribution it says that there is no device.
set -euo pipefail
# shellcheck source=tests/container/accelerators/accelerated.sh
. "$WF_SOURCE_DIR/tests/container/accelerators/accelerated.sh"

need_images debian-12 test-debian-12
prepare_accelerated rocm-5
build 0 --only 'cp311-*+rocm-*'
wheels 'accelerated-0.1+rocm5.2-cp311-cp311-manylinux_2_36_x86_64.whl'
reported '
cell, = [cell for cell in cells.values() if cell["status"] != "skipped"]
assert cell["id"] == "cp311-manylinux_2_36_x86_64+rocm-5.2", cell["id"]
assert steps(cell)["test:no-device"] == "ok" and steps(cell)["test:device"] == "skipped", steps(cell)
device = cell["device"]
assert {one["target"] for one in device["device_targets"]} == {"gfx90a", "gfx1030"}, device
hip, = [need for need in device["needed"] if need["soname"].startswith("libamdhip64")]
assert hip["origin"] == "driver", hip'
grep -q "hipErrorNoDevice" .wheelforge/runs/*/*rocm*.log || fail "the log does not name the missing device"

# On the older baseline the plan says at once what is missing.
sed -i 's/^platform = .*2_31.*/platform = "manylinux_2_31"/; /^\[\[matrix.exclude/,/^accelerator = /d' wheelforge.toml
"$WHEELFORGE" plan >"$work/plan" 2>&1 || true
tr '\n' ' ' <"$work/plan" | grep "the programs of ROCm 5.2 need glibc 2.36, the image has 2.31" >/dev/null ||
  { cat "$work/plan" && fail "the plan does not name the rule"; }
