#!/usr/bin/env bash
# A sample project is built for real, and what must come out comes out (tests/projects/README.md).
#
#   project_test.sh NAME    a folder of tests/projects
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
name=$1
need_images debian-11
prepare_project "$name"

case $name in
  abi3)
    build 0
    wheels 'abi3_demo-*-cp39-abi3-manylinux*_2_*_x86_64.whl'
    reported '
first, later, last = (cells[f"cp{n}-manylinux_2_31_x86_64"] for n in (39, 311, 313))
assert steps(first)["build"] == "ok" and first["wheel"]["built_by"] is None
for cell in (later, last):
    assert steps(cell)["build"] == "skipped" and steps(cell)["test:same"] == "ok", cell
    assert cell["wheel"]["built_by"] == first["id"] and cell["status"] == "ok"
'
    ;;
  cmake-module)
    build 0
    wheels '*-cp311-cp311-manylinux*.whl' '*-cp313-cp313-manylinux*.whl'
    ;;
  cpp-vector)
    build 0
    wheels '*-cp311-cp311-manylinux*.whl' '*-cp313-cp313-manylinux*.whl' '*-cp313-cp313t-manylinux*.whl'
    says stdout 'cp313t-manylinux_2_31_x86_64'
    ! members wheelhouse/*cp311-cp311* | grep '\.libs/' >/dev/null || fail "something was grafted"
    ;;
  failing-test)
    build 5
    wheels
    says stdout 'TESTS FAILED'
    says stderr 'command: python -m unittest discover -v -s tests'
    says stderr 'reproduce: wheelforge build --only cp311-manylinux_2_31_x86_64 --shell'
    says stderr "log: $PWD/.wheelforge/runs/"
    says stderr 'FAILED (failures=1)'
    reported '
cell, = cells.values()
assert cell["status"] == "tests-failed" and cell["failure"]["step"] == "test:same" and document["exit_code"] == 5
assert steps(cell)["audit"] == "ok" and steps(cell)["collect"] == "not-run"
assert open(cell["log"]).read().count("[test:same]") > 3
'
    ;;
  meson-options)
    build 0
    wheels '*-cp311-cp311-manylinux*.whl' '*-cp313-cp313-manylinux*.whl'
    ;;
  must-fail-compile)
    build 1
    wheels
    says stderr 'must_fail_compile.c:'
    says stderr 'command: build_wheel of the build back end'
    reported '
assert [cell["status"] for cell in cells.values()] == ["build-failed"] * 2
for cell in cells.values():
    assert cell["failure"]["step"] == "build" and cell["failure"]["exit_code"] == 1
    assert 0 < len(cell["failure"]["last_lines"]) <= 40
    assert steps(cell)["collect"] == "not-run"
'
    ;;
  needs-env)
    PASSED='from the host' build 0
    wheels '*-cp39-cp39-manylinux*.whl' '*-cp311-cp311-manylinux*.whl'
    [ ! -e hooks.txt ] || fail "before-all wrote into the checkout"
    reported 'assert all(steps(cell)["before-build"] == "ok" for cell in cells.values())'
    rm -rf wheelhouse
    build 1 # without the variable that environment-pass names, the back end refuses
    wheels
    ;;
  own-library)
    build 0
    wheels '*-cp39-cp39-*.whl' '*-cp311-cp311-*.whl' '*-cp313-cp313-*.whl'
    for wheel in wheelhouse/*; do
      members "$wheel" | grep -E '^own_library\.libs/libfieldmath-[0-9a-f]+\.so' >/dev/null || fail "nothing grafted into $wheel"
    done
    ;;
  pure)
    build 1
    wheels
    says stderr 'is a pure-Python wheel'
    ;;
  scm-version)
    build 0
    wheels 'scm_version-1.2.3-cp311-cp311-manylinux*.whl'
    ;;
  submodule)
    build 0
    wheels '*-cp311-cp311-manylinux*.whl'
    reported 'assert all(steps(cell)["test:same"] == "ok" for cell in cells.values())'
    ;;
  zlib-graft)
    need_images test-debian-12
    build 0
    wheels '*-cp311-cp311-manylinux*.whl' '*-cp313-cp313-manylinux*.whl'
    for wheel in wheelhouse/*; do
      members "$wheel" | grep -E '^zlib_graft\.libs/liblzma-[0-9a-f]+\.so' >/dev/null || fail "no liblzma in $wheel"
      ! members "$wheel" | grep '\.libs/libz[-.]' >/dev/null || fail "zlib was grafted into $wheel"
    done
    reported '
assert steps(cells["cp311-manylinux_2_31_x86_64"])["test:debian-12"] == "ok"
assert steps(cells["cp313-manylinux_2_31_x86_64"])["test:debian-12"] == "skipped"
'
    ;;
  *) fail "no expectations for $name" ;;
esac
