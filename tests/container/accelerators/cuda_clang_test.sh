#!/usr/bin/env bash
# CUDA 12.8, of which no index has an nvcc: clang of Debian's main archive with headers, ptxas and run time from wheels. The wheel
# loads libcudart from the distribution that it requires, and says in a clean container that there is no device.
set -euo pipefail
# shellcheck source=tests/container/accelerators/accelerated.sh
. "$WF_SOURCE_DIR/tests/container/accelerators/accelerated.sh"

need_images debian-12 test-debian-12
prepare_accelerated cuda-12.8
use_cuda manylinux_2_36 x86_64 '["cuda-12"]'
build 0
wheels 'accelerated-0.1+cu128-cp311-cp311-*manylinux_2_17_x86_64*.whl'
reported '
cell, = cells.values()
assert cell["id"] == "cp311-manylinux_2_36_x86_64+cuda-12.8", cell["id"]
assert steps(cell)["test:no-device"] == "ok" and steps(cell)["test:device"] == "skipped", steps(cell)
device = cell["device"]
assert {one["target"] for one in device["device_targets"]} == {"sm_80", "sm_90", "compute_80", "compute_90"}, device
cudart, = [need for need in device["needed"] if need["soname"] == "libcudart.so.12"]
assert cudart["origin"] == "provider" and cudart["from"] == "nvidia-cuda-runtime-cu12", cudart
assert cudart["required"] and cudart["on_path"], cudart
assert device["toolchains"] == ["cuda 12"] and device["problems"] == [], device'
grep -q "cudaErrorInsufficientDriver" .wheelforge/runs/*/*cuda*.log || fail "the log does not name the missing device"
