#!/usr/bin/env bash
# A cell of a foreign architecture: native compilers, a wheel of the right machine, tested under emulation in a clean container.
#
#   foreign_test.sh ARCH [small|full]    small: a small image, one build (default); full: the real image, native and emulated
#                                        builds whose symbol versions are the same, and a clean Debian as well
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
arch=$1 size=${2:-small}

if [ "$(id -u)" = 0 ]; then
  "$WHEELFORGE" doctor --fix >"$work/doctor" 2>&1 || { cat "$work/doctor" && fail "doctor --fix"; }
fi
if [ "$(uname -m)" != "$arch" ] && ! [ "$(uname -m)/$arch" = x86_64/i686 ] &&
  ! "$WHEELFORGE" doctor --json | grep -q "\"for [^;]*$arch"; then
  echo "SKIPPED: no emulator of $arch can be registered here"
  exit 77
fi
suite=debian-12 policy=manylinux_2_36 python=cp311
[ "$arch" != riscv64 ] || suite=debian-13 policy=manylinux_2_41 python=cp313
make_image=("$WF_SOURCE_DIR/tests/support/small_image" "$arch" "$suite")
[ "$size" = small ] || make_image=("$WF_SOURCE_DIR/images/debian/build" --if-missing --arch "$arch" "$suite")
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
configure() {
  cat >wheelforge.toml <<TOML
[matrix]
python = ["$python"]
platform = "$policy"
arch = ["$arch"]
[images.use]
${policy}_$arch = "$image"
[cross]
compilers = "$1"
[test]
on = [$places]
command = "python -m unittest discover -v -s tests"
sources = ["tests"]
environment = { WANTED_MACHINE = "$arch" }
TOML
  git commit -qam "Build for $arch, compilers $1"
}
is_foreign=yes
case $(uname -m)/$arch in x86_64/i686 | "$arch/$arch") is_foreign=no ;; esac

configure auto
build 0 --fresh
log=$(echo .wheelforge/runs/*/"$python-${policy}_$arch".log)
wheel=$(find wheelhouse -name "*-$python-$python-*${policy}_$arch.whl" -o -name "*-$python-$python-*manylinux*_$arch.whl" | head -1)
[ -n "$wheel" ] || fail "no wheel of $arch in $(ls wheelhouse)"
if [ $is_foreign = yes ]; then
  grep -q 'compilers: native' "$log" || { grep compilers "$log" && fail "the compilers were not native"; }
  "$WHEELFORGE" plan | tr -s ' \n' ' ' | grep -q 'compilers: native: .*; expect about [0-9]* times as long as on a machine of its own, [0-9]* \(s\|min\) a cell' || fail "plan says nothing of the compilers"
fi
"$WHEELFORGE" audit "$wheel" >"$work/audit" || { cat "$work/audit" && fail "the audit refuses $wheel"; }

# facts WHEEL: of each extension its machine, byte order and sorted symbol versions.
facts() {
  local folder member
  folder=$(mktemp -d -p "$work")
  python3 -m zipfile -e "$1" "$folder"
  find "$folder" -name '*.so*' | LC_ALL=C sort | while read -r member; do
    echo "$(basename "$member") $(readelf -hW "$member" | grep -E 'Machine|Data' | tr -s ' ')"
    readelf -VW "$member" | grep -oE 'Name: [A-Z_]+[0-9.]+|File: [^ ]+' | LC_ALL=C sort -u
    readelf -dW "$member" | grep -oE '\(NEEDED\).*' | tr -s ' '
  done
}
facts "$wheel" >"$work/native"
case $arch in
  aarch64) machine=AArch64 ;; armv7l) machine='ARM$' ;; i686) machine='Intel 80386' ;; ppc64le) machine=PowerPC64 ;;
  riscv64) machine=RISC-V ;; s390x) machine=S/390 ;; *) machine=X86-64 ;;
esac
[ "$(grep -cE "Machine: .*$machine" "$work/native")" -ge 2 ] || { cat "$work/native" && fail "another machine than $arch"; }
[ "$arch" != s390x ] || grep -q 'big endian' "$work/native" || fail "s390x is big-endian"
grep -q 'test_byte_order_and_words .* ok' "$log" || { tail -30 "$log" && fail "the tests did not run"; }

if [ "$size" = full ] && [ $is_foreign = yes ]; then
  rm -rf wheelhouse
  configure emulated
  build 0 --fresh
  grep -q 'compilers: emulated' .wheelforge/runs/*/"$python-${policy}_$arch".log || fail "the compilers were not emulated"
  facts "$(find wheelhouse -name '*.whl')" >"$work/emulated"
  diff "$work/native" "$work/emulated" || fail "the wheels built both ways differ in their symbol versions"
fi
echo "covered: $arch ($size image $image), byte-order built and tested$([ $is_foreign = no ] || echo ', native compilers')"
