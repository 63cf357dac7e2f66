#!/usr/bin/env bash
# `wheelforge toolchain` and the pre-flight check of `plan`, as far as they need no network.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export XDG_CACHE_HOME=$folder/cache
cd "$folder"

expect() {
  local wanted=$1 status=0
  shift
  "$@" >stdout 2>stderr || status=$?
  [ "$status" -eq "$wanted" ] || { echo "exit $status, wanted $wanted: $*" && cat stdout stderr && exit 1; }
}
says() { grep -qF -- "$2" "$1" || { echo "$1 does not have: $2" && cat "$1" && exit 1; }; }

expect 0 "$WHEELFORGE" toolchain list
says stdout "cuda-13.5"
expect 0 "$WHEELFORGE" toolchain list --json cuda-13
python3 -c 'import json
all = json.load(open("stdout"))["toolchains"]
assert [one["id"] for one in all][0] == "cuda-13.5" and all[0]["gcc_max"] == 16, all'
expect 0 "$WHEELFORGE" toolchain show mkl
says stdout "MKLROOT=/wheelforge/toolchains/mkl-"
expect 2 "$WHEELFORGE" toolchain show cuda-99
says stderr "there is no recipe for cuda-99: there are cuda-13.5"
expect 2 "$WHEELFORGE" toolchain lock
says stderr "no toolchain is named"
expect 2 "$WHEELFORGE" toolchain lock cuda-11.8
says stderr "--allow non-free"
expect 2 "$WHEELFORGE" toolchain fetch cuda-13.5
says stderr "cuda-13.5 is not locked"

# Every rejected cell says which rule, with the figures and a fix.
matrix() { # PLATFORM ACCELERATOR LINES...: a project with that matrix
  local platform=$1 accelerator=$2
  shift 2
  mkdir -p demo
  printf '[project]\nname = "demo"\n' >demo/pyproject.toml
  printf '[matrix]\npython = "cp311"\nplatform = "%s"\narch = "x86_64"\naccelerator = "%s"\n' "$platform" "$accelerator" \
    >demo/wheelforge.toml
  printf '%s\n' "[accelerator]" "$@" >>demo/wheelforge.toml
}
rejects() { # WORDS: the plan of the project leaves its cell out with these words
  expect 3 "$WHEELFORGE" plan demo
  tr '\n' ' ' <stdout >one-line
  says one-line "$1"
}
allow='allow = ["non-free"]'
matrix manylinux_2_28 cuda-12.4 "$allow"
rejects "gcc-max: CUDA 12.4 takes gcc ≤ 13, the image has 14: use gcc-toolset-13 or CUDA ≥ 12.8"
matrix manylinux_2_36 cuda-11.8 "$allow"
rejects "gcc-max: CUDA 11.8 takes gcc ≤ 11, the image has 12"
matrix manylinux_2_36 cuda-11.8 "$allow" "gcc = 11"
expect 0 "$WHEELFORGE" plan demo
matrix manylinux_2_31 cuda-12.4
rejects "switch: CUDA 12.4 comes from non-free packages"
matrix manylinux_2_31 rocm-5
rejects "glibc: the programs of ROCm 5.2 need glibc 2.36, the image has 2.31: use platform manylinux_2_36"
matrix manylinux_2_36 rocm-5 'targets = ["gfx942"]'
rejects "target: ROCm 5.2 does not compile for gfx942"
matrix musllinux_1_2 cuda-13
rejects "libc: CUDA 13.5 needs glibc"
matrix manylinux_2_31 cuda-13 'targets = ["sm_60"]'
rejects "target: CUDA 13.5 does not compile for sm_60"
matrix manylinux_2_31 cuda-13 'targets = ["gfx90a"]'
rejects "no-target: none of the targets gfx90a is for CUDA 13.5"

# A checkout's own recipe, and what is wrong with one.
matrix manylinux_2_31 own-1
mkdir demo/recipes
cat >demo/recipes/own-1.0.toml <<'TOML'
# A toolchain of the test's.
name = "own"
version = "1.0"
title = "Own 1.0"
summary = "nothing"
arches = ["x86_64"]
[[part]]
kind = "image-has"
path = "/opt/own"
[compiler]
binutils-min = "99"
TOML
rejects "binutils: Own 1.0 needs binutils ≥ 99, the image has 2.35"
sed -i 's/binutils-min = "99"/binutils-most = "1"/' demo/recipes/own-1.0.toml
expect 2 "$WHEELFORGE" plan demo
says stderr 'own-1.0.toml:11:1: error: unknown key "binutils-most"'
rm -r demo/recipes

# The id carries the locked version, not the newest; a build without a lock stops before anything starts.
matrix manylinux_2_31 cuda-13 'label = "none"'
expect 2 "$WHEELFORGE" build --dry-run demo --only 'nothing'
printf 'version = 1\n[[toolchain]]\nname = "cuda"\nversion = "13.2"\narch = "x86_64"\nrecipe = "%064d"\n' 1 >demo/toolchains.lock
expect 0 "$WHEELFORGE" plan demo --json
python3 -c 'import json
cell, = json.load(open("stdout"))["cells"]
assert cell["id"] == "cp311-manylinux_2_31_x86_64+cuda-13.2", cell
assert cell["toolchain"]["locked"] is True, cell'
