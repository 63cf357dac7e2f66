#!/usr/bin/env bash
# MKL from wheels: an extension built against it in the glibc 2.31 baseline multiplies matrices in a clean container, and its
# product is that of numpy's OpenBLAS.
set -euo pipefail
# shellcheck source=tests/container/accelerators/accelerated.sh
. "$WF_SOURCE_DIR/tests/container/accelerators/accelerated.sh"

need_images debian-11 test-debian-11
prepare_accelerated mkl
build 0 --only 'cp311-*+mkl-*'
wheels 'accelerated-0.1+mkl-cp311-cp311-manylinux_2_28_x86_64.manylinux_2_31_x86_64.whl'
reported '
cell, = [cell for cell in cells.values() if cell["status"] != "skipped"]
assert steps(cell)["test:same"] == "ok", steps(cell)
device = cell["device"]
assert device["tag"] == "manylinux_2_28_x86_64" and "mkl" in device["tag_reason"], device
mkl, = [need for need in device["needed"] if need["soname"].startswith("libmkl_rt")]
assert mkl["origin"] == "provider" and mkl["from"] == "mkl" and mkl["required"] and mkl["on_path"], mkl
assert device["threading_layers"] and device["threading_layers"][0].startswith("MKL: "), device
assert device["problems"] == [], device'
log=$(echo .wheelforge/runs/*/*mkl*.log)
grep "largest difference to .*openblas" "$log" || fail "the log has no comparison with OpenBLAS"
grep -q "threading: MKL: " "$log" || fail "the log does not name the threading layer"
