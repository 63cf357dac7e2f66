# Sourced by the tests of accelerators: the sample project "accelerated" with its toolchains locked, and matrix files of CUDA alone.
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

# use_cuda PLATFORM ARCH ACCELERATORS [LINES...]: the matrix file becomes one of CPython 3.11 and these toolchains of CUDA, an array of TOML;
# further lines stand below [accelerator].
use_cuda() {
  cat >wheelforge.toml <<TOML
[matrix]
python = "cp311"
platform = "$1"
arch = "$2"
accelerator = $3

[build]
network = false

[test]
command = "python -c 'import accelerated; assert accelerated.backend() == \"cuda\"'"

[accelerator]
targets = ["sm_80", "sm_90"]
no-device = "python -c 'import accelerated; print(accelerated.device_error())'"
device = "python -c 'import accelerated; assert accelerated.axpy(2.0, 3.0, 4.0) == 10.0'"
TOML
  [ $# -lt 4 ] || printf '%s\n' "${@:4}" >>wheelforge.toml
  git -c user.name=test -c user.email=test@localhost commit -qam "Build for $3"
}
