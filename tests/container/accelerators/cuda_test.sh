#!/usr/bin/env bash
# CUDA 13 from wheels alone: locked, fetched, mounted into the glibc 2.31 baseline, built without a network, imported in a
# clean container that has no device, and its device code listed.
set -euo pipefail
# shellcheck source=tests/container/accelerators/accelerated.sh
. "$WF_SOURCE_DIR/tests/container/accelerators/accelerated.sh"

need_images debian-11 test-debian-11
prepare_accelerated cuda-13
build 0 --only 'cp311-*+cuda-*'
wheels 'accelerated-0.1+cu13[0-9]-cp311-cp311-*manylinux_2_17_x86_64*.whl'
reported '
cell, = [cell for cell in cells.values() if cell["status"] != "skipped"]
assert cell["id"].startswith("cp311-manylinux_2_31_x86_64+cuda-13."), cell["id"]
assert steps(cell)["test:no-device"] == "ok" and steps(cell)["test:device"] == "skipped", steps(cell)
device = cell["device"]
assert {one["target"] for one in device["device_targets"]} == {"sm_80", "sm_90"}, device
assert device["tag"] == "manylinux_2_17_x86_64" and device["problems"] == [], device'
grep -q "cudaErrorInsufficientDriver" .wheelforge/runs/*/*cuda*.log || fail "the log does not name the missing device"

# The same wheel in other clothes: each kind of label stands in file name, METADATA, WHEEL and RECORD, and pip takes it.
wheel=$(find "$PWD/wheelhouse" -name '*.whl')
for kind in suffix build-tag variant; do
  mkdir "$work/$kind"
  "$WHEELFORGE" accelerator --toolchain cuda-13 --label "$kind" --write "$work/$kind" "$wheel" >"$work/inspection" ||
    { cat "$work/inspection" && fail "the label $kind is not right everywhere"; }
done
find "$work/suffix" "$work/build-tag" "$work/variant" -name '*.whl' -printf '%f\n' >"$work/names"
for name in '^accelerated_cu13-0.1+cu13' '^accelerated-0.1+cu13.-1_cu13' '-cu13..whl$'; do
  grep -q -e "$name" "$work/names" || { cat "$work/names" && fail "no file name like $name"; }
done
python3 -m venv "$work/venv"
for kind in suffix build-tag; do
  "$work/venv/bin/pip" install -q --no-index --no-deps --force-reinstall --target "$work/installed-$kind" "$work/$kind"/*.whl \
    --python-version 3.11 --platform manylinux_2_17_x86_64 --only-binary :all: || fail "pip refuses the wheel of $kind"
done
ls -d "$work"/installed-suffix/accelerated_cu13-0.1+cu13?.dist-info >/dev/null || fail "not installed under the suffix"

# What the wheel was not meant to be is said.
if "$WHEELFORGE" accelerator --toolchain cuda-13 --targets sm_80,sm_120 "$wheel" >"$work/inspection"; then
  fail "a wheel without sm_120 passes for one with it"
fi
grep -q "error missing-target" "$work/inspection" || { cat "$work/inspection" && fail "the missing target is not named"; }
if "$WHEELFORGE" accelerator --toolchain rocm-5 "$wheel" >"$work/inspection"; then
  fail "a wheel of CUDA passes for one of ROCm"
fi
grep -q "error wrong-target" "$work/inspection" || { cat "$work/inspection" && fail "the other vendor is not named"; }
