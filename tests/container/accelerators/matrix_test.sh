#!/usr/bin/env bash
# One sample project, one matrix file: four accelerators with two Pythons in one build; summary and page show the axis.
set -euo pipefail
# shellcheck source=tests/container/accelerators/accelerated.sh
. "$WF_SOURCE_DIR/tests/container/accelerators/accelerated.sh"

need_images debian-11 debian-12 test-debian-11 test-debian-12
prepare_accelerated cuda-13 mkl rocm-5
build 0
wheels 'accelerated-0.1-cp311-*.whl' 'accelerated-0.1-cp313-*.whl' \
  'accelerated-0.1+cu13?-cp311-*manylinux_2_17_*.whl' 'accelerated-0.1+cu13?-cp313-*manylinux_2_17_*.whl' \
  'accelerated-0.1+mkl-cp311-*manylinux_2_28_*.whl' 'accelerated-0.1+mkl-cp313-*manylinux_2_28_*.whl' \
  'accelerated-0.1+rocm5.2-cp311-*manylinux_2_36_*.whl' 'accelerated-0.1+rocm5.2-cp313-*manylinux_2_36_*.whl'
reported '
assert len(cells) == 8 and all(cell["status"] == "ok" for cell in cells.values()), [(id, cell["status"]) for id, cell in cells.items()]
families = sorted(cell["accelerator"].split("-")[0] for cell in cells.values())
assert families == ["cpu"] * 2 + ["cuda"] * 2 + ["mkl"] * 2 + ["rocm"] * 2, families
for cell in cells.values():
    if cell["accelerator"].startswith(("cuda", "rocm")):
        assert steps(cell)["test:no-device"] == "ok" and steps(cell)["test:device"] == "skipped", steps(cell)'
for accelerator in cuda-13 mkl rocm-5; do # the tag that the wheel can promise is that of its name
  policy=$(case $accelerator in cuda-13) echo 2_17 ;; mkl) echo 2_28 ;; rocm-5) echo 2_36 ;; esac)
  [ "$(grep -c "+$accelerator.* manylinux_$policy " "$work/stdout")" = 2 ] || { cat "$work/stdout" && fail "the summary has another tag for $accelerator"; }
done
for accelerator in cuda-13. mkl-2026. rocm-5.2; do
  grep -q "^cp31[13].*+$accelerator.* ok " "$work/stdout" || { cat "$work/stdout" && fail "the summary hides $accelerator"; }
  grep -q "manylinux_2_3[16]_x86_64 + $accelerator" "$(dirname "$report")/report.html" || fail "the page hides $accelerator"
done
