#!/usr/bin/env bash
# scripts/check names the architectures for which a cell was built and tested, from what ctest keeps of the output of passed tests.
set -euo pipefail

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
mkdir logs
eval "$(sed -n '/^covered()/,/^}/p' "$WF_SOURCE_DIR/scripts/check")"
export logs=$tree/logs
say() { echo "$*"; }
# expect WORDS: what follows "covered:" up to the semicolon.
expect() {
  local said
  said=$(covered)
  [ "${said%%;*}" = "architectures covered: $1" ] || { echo "FAILED: \"$said\", wanted $1" && exit 1; }
}

expect "$(uname -m)"
cat >CTestTestfile.cmake <<'CMAKE'
add_test(foreign-s390x sh -c "echo covered: s390x \\(small image\\), byte-order built and tested")
add_test(foreign-aarch64 sh -c "seq 50; echo covered: aarch64 \\(small image\\), byte-order built and tested")
add_test(foreign-again sh -c "echo covered: aarch64 \\(full image\\), byte-order built and tested")
add_test(foreign-armv7l sh -c "echo the image of armv7l cannot be made; exit 1")
add_test(other sh -c "echo nothing is covered: riscv64")
CMAKE
! ctest --output-junit logs/tests.junit.xml >ctest.log 2>&1 || { cat ctest.log && exit 1; }
expect "$(uname -m) aarch64 s390x"
