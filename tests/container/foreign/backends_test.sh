#!/usr/bin/env bash
# meson-python and scikit-build-core take the native compilers for the container's own: a native build in their eyes, by native
# programs, for the container's machine; the wheels load in clean containers.
#
#   backends_test.sh ARCH
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
# shellcheck source=tests/support/wheel_facts.sh
. "$WF_SOURCE_DIR/tests/support/wheel_facts.sh"
# shellcheck source=tests/container/foreign/foreign_cell.sh
. "$WF_SOURCE_DIR/tests/container/foreign/foreign_cell.sh"
arch=$1
need_emulator "$arch"
image=$("$WF_SOURCE_DIR/tests/support/small_image" "$arch" 2>"$work/image.log") ||
  { tail -30 "$work/image.log" && fail "the image of $arch cannot be made"; }
"$WF_SOURCE_DIR/images/debian/build" --if-missing --arch "$arch" test-debian-12 >/dev/null 2>"$work/image.log" ||
  { tail -30 "$work/image.log" && fail "the test image of $arch cannot be made"; }
# e_machine of this machine's programs, as bytes.
here=$(od -An -tx1 -j18 -N2 "$(readlink -f /bin/sh)" | tr -d ' \n')

# built PROJECT: the log of its only cell is in $log, its wheel is of the architecture.
built() {
  prepare_project "$1"
  use_cell "$arch" "$image" native
  sed -i 's/^on = .*//; s/^\[test\]/[test]\non = ["same", "debian-12"]/' wheelforge.toml
  git commit -qam "Build for $arch"
  build 0 --fresh
  log=$(echo .wheelforge/runs/*/cp311-manylinux_2_36_"$arch".log)
  wheels "*-cp311-cp311-manylinux*_$arch*.whl"
  facts wheelhouse/*.whl >"$work/facts"
  grep -qE "Machine: .*$(machine_of "$arch")" "$work/facts" || { cat "$work/facts" && fail "another machine than $arch"; }
  reported 'cell, = cells.values()
assert steps(cell)["test:same"] == steps(cell)["test:debian-12"] == "ok", steps(cell)'
}
# logged PATTERN: a line of the cell's log.
logged() { grep -qE -- "$1" "$log" || { cat "$log" && fail "the log has no line like: $1"; }; }

built meson-options
logged 'compilers: native; '
logged "compiler: /wheelforge/cross/usr/bin/[^ ]*-gcc-12, ELF machine $here"
logged "generator: /wheelforge/cross/bin/ninja, ELF machine $here"
logged "processor: $arch, cross build: false"
logged 'Build type: native build'
cd "$work" && rm -rf project

built cmake-module
logged "compiler: /wheelforge/cross/usr/bin/[^ ]*-g\+\+-12, ELF machine $here"
logged "generator: /wheelforge/cross/bin/[^ ]*, ELF machine $here"
logged "cmake: /wheelforge/cross/cmake/bin/cmake, ELF machine $here"
logged "processor: $arch, crosscompiling: FALSE"
echo "covered: $arch (small image $image), meson-options and cmake-module built and tested, native compilers"
