#!/usr/bin/env bash
# CUDA 11.8 and 12.4 with nvcc from Debian's non-free packages: only where WHEELFORGE_TEST_NON_FREE=1 allows them here, and the
# matrix file allows them there. The wheels load libcudart from the distributions that they require.
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
# CMake's own check of the compiler compiles and links, too.
mkdir probe && printf 'cmake_minimum_required(VERSION 3.20)\nproject(probe LANGUAGES CUDA)\n' >probe/CMakeLists.txt
sed -i 's/^network = false/&\nbefore-build = "cmake -S probe -B \/tmp\/probe"/' wheelforge.toml
git add -A && git -c user.name=test -c user.email=test@localhost commit -qm "Check the compiler by CMake"
build 0
wheels 'accelerated-0.1+cu118-cp311-cp311-*manylinux_2_17_x86_64*.whl' 'accelerated-0.1+cu124-cp311-cp311-*manylinux_2_17_x86_64*.whl'
reported '
assert set(cells) == {"cp311-manylinux_2_31_x86_64+cuda-11.8", "cp311-manylinux_2_31_x86_64+cuda-12.4"}, cells
for cell in cells.values():
    assert steps(cell)["test:no-device"] == "ok" and steps(cell)["test:device"] == "skipped", steps(cell)
    device, major = cell["device"], cell["accelerator"].split("-")[1].split(".")[0]
    cudart, = [need for need in device["needed"] if need["soname"].startswith("libcudart")]
    assert cudart["origin"] == "provider" and cudart["from"] == "nvidia-cuda-runtime-cu" + major, cudart
    assert cudart["required"] and cudart["on_path"], cudart
    assert {one["target"] for one in device["device_targets"]} == {"sm_80", "sm_90"}, device
    assert device["tag"] == "manylinux_2_17_x86_64" and device["problems"] == [], device'
[ "$(grep -l "cudaErrorInsufficientDriver" .wheelforge/runs/*/*cuda*.log | wc -l)" -eq 2 ] || fail "not both logs name the missing device"
