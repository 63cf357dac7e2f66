#!/usr/bin/env bash
# CUDA 13 for aarch64 on another machine: the aarch64 wheels of the toolkit run under emulation, the kernel is compiled, and the
# wheel says in a container of aarch64 that there is no device.
set -euo pipefail
# shellcheck source=tests/container/accelerators/accelerated.sh
. "$WF_SOURCE_DIR/tests/container/accelerators/accelerated.sh"

if [ "$(id -u)" = 0 ]; then
  "$WHEELFORGE" doctor --fix >"$work/doctor" 2>&1 || { cat "$work/doctor" && fail "doctor --fix"; }
fi
if [ "$(uname -m)" != aarch64 ] && ! "$WHEELFORGE" doctor --json | grep '"for [^;]*aarch64' >/dev/null; then
  echo "SKIPPED: no emulator of aarch64 can be registered here"
  exit 77
fi
image=$("$WF_SOURCE_DIR/tests/support/small_image" aarch64 2>"$work/image.log") ||
  { tail -30 "$work/image.log" && fail "the image of aarch64 cannot be made"; }
prepare_accelerated cuda-13 --arch aarch64
use_cuda manylinux_2_36 aarch64 '["cuda-13"]' '[images.use]' "manylinux_2_36_aarch64 = \"$image\""
build 0
# 2.34: what the compiler of Debian 12 makes of the static run time.
wheels 'accelerated-0.1+cu13[0-9]-cp311-cp311-*manylinux_2_34_aarch64*.whl'
reported '
cell, = cells.values()
assert cell["id"].startswith("cp311-manylinux_2_36_aarch64+cuda-13."), cell["id"]
assert steps(cell)["test:no-device"] == "ok" and steps(cell)["test:device"] == "skipped", steps(cell)
device = cell["device"]
assert {one["target"] for one in device["device_targets"]} == {"sm_80", "sm_90"}, device
assert device["tag"] == "manylinux_2_34_aarch64" and device["problems"] == [], device'
grep -q "cudaErrorInsufficientDriver" .wheelforge/runs/*/*cuda*.log || fail "the log does not name the missing device"
