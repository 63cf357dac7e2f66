#!/usr/bin/env bash
# CUDA 11.8 and 12.4 with nvcc from Debian's non-free packages: only where WHEELFORGE_TEST_NON_FREE=1 allows them here, and the
# matrix file allows them there.
set -euo pipefail
# shellcheck source=tests/container/accelerators/accelerated.sh
. "$WF_SOURCE_DIR/tests/container/accelerators/accelerated.sh"

if [ "${WHEELFORGE_TEST_NON_FREE:-}" != 1 ]; then
  echo "SKIPPED: WHEELFORGE_TEST_NON_FREE=1 allows packages that are not free software"
  exit 77
fi
need_images debian-11 test-debian-11
prepare_accelerated cuda-11.8 cuda-12.4 --allow non-free
use_cuda manylinux_2_31 x86_64 '["cuda-11.8", "cuda-12.4"]'
status=0
"$WHEELFORGE" plan >"$work/plan" 2>&1 || status=$?
[ "$status" -eq 3 ] || { cat "$work/plan" && fail "plan ended with $status, wanted 3: nothing is allowed"; }
use_cuda manylinux_2_31 x86_64 '["cuda-11.8", "cuda-12.4"]' 'allow = ["non-free"]'
build 0
wheels 'accelerated-0.1+cu118-cp311-cp311-*manylinux_2_17_x86_64*.whl' 'accelerated-0.1+cu124-cp311-cp311-*manylinux_2_17_x86_64*.whl'
reported '
assert set(cells) == {"cp311-manylinux_2_31_x86_64+cuda-11.8", "cp311-manylinux_2_31_x86_64+cuda-12.4"}, cells
for cell in cells.values():
    assert steps(cell)["test:no-device"] == "ok" and steps(cell)["test:device"] == "skipped", steps(cell)
    device = cell["device"]
    assert {one["target"] for one in device["device_targets"]} == {"sm_80", "sm_90"}, device
    assert device["tag"] == "manylinux_2_17_x86_64" and device["problems"] == [], device'
