# Sourced by the tests of accelerators: the sample project "accelerated" with its toolchains locked, and builds of some of its cells.
# shellcheck shell=bash
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"

# prepare_accelerated TOOLCHAIN...: the project with those toolchains in its lock; the test is skipped where nobody answers.
prepare_accelerated() {
  local status=0
  prepare_project accelerated
  "$WHEELFORGE" toolchain lock "$@" >"$work/lock.log" 2>&1 || status=$?
  if [ "$status" -eq 75 ]; then
    cat "$work/lock.log"
    echo "SKIPPED: nobody answers who has the toolchain's parts"
    exit 77
  fi
  [ "$status" -eq 0 ] || { cat "$work/lock.log" && fail "toolchain lock ended with $status"; }
  git add -A && git -c user.name=test -c user.email=test@localhost commit -qm "Lock the toolchains"
}
