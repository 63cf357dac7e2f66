#!/usr/bin/env bash
# A cell of a foreign architecture: native compilers, a wheel of the right machine, tested under emulation in a clean container.
#
#   foreign_test.sh ARCH [small|real|full]
#
# small: a small image, one build of a sample (default); real: and one of a real project, with its own tests; full: both in the
# whole image, tested on a clean Debian as well, and the sample with emulated compilers too, whose symbol versions are the same.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
# shellcheck source=tests/support/real_project.sh
. "$WF_SOURCE_DIR/tests/support/real_project.sh"
# shellcheck source=tests/support/wheel_facts.sh
. "$WF_SOURCE_DIR/tests/support/wheel_facts.sh"
# shellcheck source=tests/container/foreign/foreign_cell.sh
. "$WF_SOURCE_DIR/tests/container/foreign/foreign_cell.sh"
arch=$1 size=${2:-small}

need_emulator "$arch"
suite=debian-12 policy=manylinux_2_36 python=cp311
[ "$arch" != riscv64 ] || suite=debian-13 policy=manylinux_2_41 python=cp313
make_image=("$WF_SOURCE_DIR/tests/support/small_image" "$arch" "$suite")
[ "$size" != full ] || make_image=("$WF_SOURCE_DIR/images/debian/build" --if-missing --arch "$arch" "$suite")
image=$("${make_image[@]}" 2>"$work/image.log") || { tail -30 "$work/image.log" && fail "the image of $arch cannot be made"; }
places='"same"'
if [ "$size" = full ]; then
  "$WF_SOURCE_DIR/images/debian/build" --if-missing --arch "$arch" "test-$suite" >/dev/null 2>"$work/image.log" ||
    { tail -30 "$work/image.log" && fail "the test image of $arch cannot be made"; }
  places="\"same\", \"$suite\""
fi

# What inspect says of the image is the platform that it is for.
wanted=$(case $arch in aarch64) echo arm64 ;; armv7l) echo arm ;; i686) echo 386 ;; *) echo "$arch" ;; esac)
[ "$("$(engine)" image inspect --format '{{.Architecture}}' "$image")" = "$wanted" ] || fail "the image says another platform"
[ "$arch" != armv7l ] || [ "$("$(engine)" image inspect --format '{{.Variant}}' "$image")" = v7 ] || fail "no variant v7"

prepare_project byte-order
# configure COMPILERS COMMAND REQUIRES SOURCES: one cell of the architecture, tested in those places.
configure() {
  cat >wheelforge.toml <<TOML
[matrix]
python = ["$python"]
platform = "$policy"
arch = ["$arch"]
[images.use]
${policy}_$arch = "$image"
[build]
before-all = "true" # the cell's container is made from what this one leaves, native tools and all
[cross]
compilers = "$1"
[test]
on = [$places]
command = "$2"
requires = [$3]
sources = [$4]
environment = { WANTED_MACHINE = "$arch" }
TOML
}
configure_sample() {
  configure "$1" "python -m unittest discover -v -s tests" '' '"tests"'
  git commit -qam "Build for $arch, compilers $1"
}
is_foreign=yes
case $(uname -m)/$arch in x86_64/i686 | "$arch/$arch") is_foreign=no ;; esac

configure_sample auto
build 0 --fresh
log=$(echo .wheelforge/runs/*/"$python-${policy}_$arch".log)
# find_wheel: the only one, with the tag of the architecture, as $wheel.
find_wheel() {
  wheels "*-$python-$python-*manylinux_*_$arch*.whl"
  wheel=$(find wheelhouse -name '*.whl')
}
find_wheel
if [ $is_foreign = yes ]; then
  grep -q 'compilers: native' "$log" || { grep compilers "$log" && fail "the compilers were not native"; }
  "$WHEELFORGE" plan | tr -s ' \n' ' ' | grep 'compilers: native: .*; expect about [0-9]* times as long as on a machine of its own, [0-9]* \(s\|min\) a cell' >/dev/null || fail "plan says nothing of the compilers"
fi
"$WHEELFORGE" audit "$wheel" >"$work/audit" || { cat "$work/audit" && fail "the audit refuses $wheel"; }

facts "$wheel" >"$work/native"
machine=$(machine_of "$arch")
[ "$(grep -cE "Machine: .*$machine" "$work/native")" -ge 2 ] || { cat "$work/native" && fail "another machine than $arch"; }
[ "$arch" != s390x ] || grep -q 'big endian' "$work/native" || fail "s390x is big-endian"
grep -q 'test_byte_order_and_words .* ok' "$log" || { tail -30 "$log" && fail "the tests did not run"; }

if [ "$size" = full ] && [ $is_foreign = yes ]; then
  rm -rf wheelhouse
  configure_sample emulated
  build 0 --fresh
  grep -q 'compilers: emulated' .wheelforge/runs/*/"$python-${policy}_$arch".log || fail "the compilers were not emulated"
  find_wheel
  facts "$wheel" >"$work/emulated"
  diff "$work/native" "$work/emulated" || fail "the wheels built both ways differ in their symbol versions"
fi
projects=byte-order
if [ "$size" != small ]; then
  unpack_sdist markupsafe "$work/markupsafe"
  cd "$work/markupsafe"
  configure auto "$command" "$(list "$requires")" "$(list "$sources")"
  build 0 --fresh
  find_wheel
  facts "$wheel" >"$work/real"
  [ "$(grep -cE "^_speedups|Machine: .*$machine" "$work/real")" -eq 2 ] || { cat "$work/real" && fail "another machine than $arch"; }
  log=$(echo .wheelforge/runs/*/"$python-${policy}_$arch".log)
  [ "$(grep -cE '\[test:(same|'"$suite"')\].* [0-9]+ passed' "$log")" -eq "$(wc -w <<<"$places")" ] || { tail -30 "$log" && fail "the tests did not run"; }
  projects+=' and markupsafe'
fi
echo "covered: $arch ($size image $image), $projects built and tested$([ $is_foreign = no ] || echo ', native compilers')"
