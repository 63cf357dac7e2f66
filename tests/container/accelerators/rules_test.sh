#!/usr/bin/env bash
# The rules of the pre-flight check are true: each cell that one rejects fails for real when the rule is ignored.
set -euo pipefail
# shellcheck source=tests/container/accelerators/accelerated.sh
. "$WF_SOURCE_DIR/tests/container/accelerators/accelerated.sh"

need_images debian-11
prepare_accelerated cuda-13 rocm-5
"$WHEELFORGE" toolchain fetch cuda-13 rocm-5 >"$work/prefixes" 2>"$work/fetch.log" || { cat "$work/fetch.log" && fail "fetch"; }
cuda=$(grep /cuda-13 "$work/prefixes")/nvidia/cu13 rocm=$(grep /rocm-5 "$work/prefixes")
baseline=$("$WF_SOURCE_DIR/images/debian/build" --print-ref debian-11)
printf '__global__ void kernel(float* x) { *x += 1; }\n' >"$work/kernel.cu"
printf '#include <hip/hip_runtime.h>\n__global__ void kernel(float* x) { *x += 1; }\n' >"$work/kernel.hip"

# The plan of a project with one cell, and nothing but its rule's line: planned PLATFORM ACCELERATOR RULE [LINES...]
# The cell is cp311 on x86_64 unless the variables python and arch say another.
planned() {
  mkdir -p "$work/plan"
  printf '[project]\nname = "demo"\n' >"$work/plan/pyproject.toml"
  printf '[matrix]\npython = "%s"\nplatform = "%s"\narch = "%s"\naccelerator = "%s"\n[accelerator]\n' "${python:-cp311}" "$1" \
    "${arch:-x86_64}" "$2" >"$work/plan/wheelforge.toml"
  [ $# -lt 4 ] || printf '%s\n' "${@:4}" >>"$work/plan/wheelforge.toml"
  ! "$WHEELFORGE" plan "$work/plan" >"$work/said" 2>&1 || fail "the plan takes $2 on $1 ($3)"
  tr '\n' ' ' <"$work/said" | grep "$3: " >/dev/null || { cat "$work/said" && fail "the plan does not name the rule $3"; }
}

# fails WORDS COMMAND...: what the rule keeps from happening happens, with these words.
fails() {
  local words=$1
  shift
  ! "$@" >"$work/said" 2>&1 || fail "it works where a rule says that it does not: $*"
  grep -qE -- "$words" "$work/said" || { cat "$work/said" && fail "it fails in another way than by: $words"; }
}

# A toolchain of the plan's own, with its prefix fetched to $own: own_toolchain NAME VERSION TOML-LINES...; its limits are the lines.
own_toolchain() {
  mkdir -p "$work/plan/recipes"
  printf 'name = "%s"\nversion = "%s"\ntitle = "%s %s"\nsummary = "the test'\''s"\narches = ["x86_64"]\n' "$1" "$2" "$1" "$2" \
    >"$work/plan/recipes/$1-$2.toml"
  printf '%s\n' "${@:3}" >>"$work/plan/recipes/$1-$2.toml"
  rm -f "$work/plan/wheelforge.toml"
  local status=0
  "$WHEELFORGE" toolchain lock --project "$work/plan" "$1" >"$work/said" 2>&1 || status=$?
  [ "$status" -ne 75 ] || { cat "$work/said" && echo "SKIPPED: nobody answers who has the parts of $1" && exit 77; }
  [ "$status" -eq 0 ] || { cat "$work/said" && fail "lock $1"; }
  own=$("$WHEELFORGE" toolchain fetch --project "$work/plan" "$1" 2>"$work/said") || { cat "$work/said" && fail "fetch $1"; }
}

in_container() { "$(engine)" run --rm --network none --volume "$1:$1:ro" --volume "$work:$work:ro" "${@:2}"; }

echo "target: a device that the compiler does not know"
"$cuda/bin/nvcc" -arch=sm_80 -c "$work/kernel.cu" -o "$work/kernel.o" || fail "nvcc does not compile at all"
planned manylinux_2_31 cuda-13 target 'targets = ["sm_60"]'
fails "Unsupported gpu architecture" "$cuda/bin/nvcc" -arch=sm_60 -c "$work/kernel.cu" -o "$work/kernel.o"
"$rocm/bin/hipcc" --offload-arch=gfx90a -c "$work/kernel.hip" -o "$work/kernel.o" || fail "hipcc does not compile at all"
planned manylinux_2_36 rocm-5 target 'targets = ["gfx942"]'
fails "gfx942" "$rocm/bin/hipcc" --offload-arch=gfx942 -c "$work/kernel.hip" -o "$work/kernel.o"

echo "no-target: devices of another vendor only"
planned manylinux_2_31 cuda-13 no-target 'targets = ["gfx90a"]'
fails "gfx90a" "$cuda/bin/nvcc" -arch=gfx90a -c "$work/kernel.cu" -o "$work/kernel.o"

echo "glibc: the toolchain's programs are newer than the image"
planned manylinux_2_31 rocm-5 glibc
# The compiler asks for libffi.so.8 before it asks for glibc, and the older image has none: an empty one gets us to glibc.
mkdir "$work/empty"
gcc -shared -Wl,-soname,libffi.so.8 -x c /dev/null -o "$work/empty/libffi.so.8"
fails "GLIBC_2\.3[2-6]' not found" in_container "$rocm" --env LD_LIBRARY_PATH="$work/empty" "$baseline" \
  "$rocm/bin/hipcc" --offload-arch=gfx90a -c "$work/kernel.hip" -o /tmp/kernel.o

echo "tag: what the wheels load is newer than the platform"
planned manylinux_2_31 rocm-5 tag
fails "GLIBC(XX)?_[0-9.]+' not found" in_container "$rocm" --env LD_LIBRARY_PATH="$rocm/usr/lib/x86_64-linux-gnu" "$baseline" \
  python3 -c 'import ctypes; ctypes.CDLL("libamdhip64.so.5")'

echo "libc: a system without glibc"
planned musllinux_1_2 cuda-13 libc
tar -C "$cuda/bin" -c ptxas | "$(engine)" import - "localhost/wheelforge-test/no-glibc:$$" >/dev/null
fails "no such file or directory" "$(engine)" run --rm "localhost/wheelforge-test/no-glibc:$$" /ptxas --version
"$(engine)" image rm "localhost/wheelforge-test/no-glibc:$$" >/dev/null

echo "switch: the packages are not in the component that is always there"
planned manylinux_2_31 cuda-11.8 switch
mkdir -p "$work/main/recipes"
sed 's/^components = .*/components = ["main"]/; /^needs-switch/d' "$WF_SOURCE_DIR/recipes/cuda-11.8.toml" \
  >"$work/main/recipes/cuda-11.8.toml"
fails "Unable to locate package nvidia-cuda-toolkit|has no installation candidate" \
  "$WHEELFORGE" toolchain lock --project "$work/main" cuda-11.8

echo "gcc-max: the toolkit's own header refuses the compiler"
planned manylinux_2_36 cuda-11.8 gcc-max 'allow = ["non-free"]'
status=0
python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: --platform manylinux1_x86_64 \
  --platform manylinux_2_5_x86_64 --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 \
  --dest "$work/headers" 'nvidia-cuda-nvcc-cu11==11.8.*' >"$work/said" 2>&1 || status=$?
[ "$status" -eq 0 ] || { cat "$work/said" && echo "SKIPPED: the package index has no headers of CUDA 11.8 for us" && exit 77; }
python3 -m zipfile -e "$work"/headers/*.whl "$work/headers"
header=$(find "$work/headers" -name host_config.h)
refuses() { g++ -E -x c++ -D__CUDACC__ "$@" /dev/null -include "$header" -o /dev/null; }
newest=$(sed -n 's/^gcc-max = //p' "$WF_SOURCE_DIR/recipes/cuda-11.8.toml")
[ "$(g++ -dumpversion)" -gt "$newest" ] || fail "this machine's g++ is not newer than $newest"
fails "unsupported GNU version" refuses
refuses -U__GNUC__ -D__GNUC__="$newest" || fail "the header refuses gcc $newest too"

echo "architecture: nobody publishes the toolchain for it"
arch=aarch64 planned manylinux_2_28 mkl architecture
mkdir -p "$work/arm/recipes"
sed 's/^arches = .*/arches = ["x86_64", "aarch64"]/' "$WF_SOURCE_DIR/recipes/mkl-2026.2.toml" >"$work/arm/recipes/mkl-2026.2.toml"
fails "No matching distribution found for mkl" "$WHEELFORGE" toolchain lock --project "$work/arm" --arch aarch64 mkl
"$WHEELFORGE" toolchain lock --project "$work/arm" --arch x86_64 mkl >"$work/said" 2>&1 || { cat "$work/said" && fail "lock mkl"; }

echo "gcc-min: the toolkit's own header refuses the compiler"
own_toolchain libtorch 2 '[[part]]' 'kind = "deb"' 'suite = "forky"' 'components = ["main"]' 'packages = ["libtorch-dev"]' \
  'only = ["libtorch-dev"]' '[prefix]' 'probe = "usr/include/ATen/ATen.h"' '[compiler]' 'gcc-min = 11'
planned manylinux_2_31 libtorch-2 gcc-min
includes_torch() { "$@" -std=c++20 -fsyntax-only -I"$own/usr/include" -x c++ -include ATen/ATen.h /dev/null; }
fails "C\\+\\+20 or later compatible compiler is required to use ATen" includes_torch in_container "$own" "$baseline" g++
includes_torch g++ || fail "the header refuses gcc $(g++ -dumpversion) too"

echo "binutils: the image's linker cannot read the toolkit's objects, and its assembler does not know their instructions"
mkdir "$work/objects"
echo '_Float16 kernel(_Float16 a, _Float16 b) { return a * b; }' >"$work/objects/kernel.c"
gcc -g3 -O2 -march=sapphirerapids -fPIC -S "$work/objects/kernel.c" -o "$work/objects/kernel.s"
as --compress-debug-sections=zstd "$work/objects/kernel.s" -o "$work/objects/kernel.o"
ar rc "$work/objects/libkernel.a" "$work/objects/kernel.o"
tar -C "$work/objects" -cf "$work/kernels-1.tar" libkernel.a kernel.s
own_toolchain kernels 1 '[[part]]' 'kind = "archive"' "url = \"file://$work/kernels-1.tar\"" \
  "sha256 = \"$(sha256sum "$work/kernels-1.tar" | cut -d' ' -f1)\"" '[prefix]' 'probe = "libkernel.a"' '[compiler]' 'binutils-min = "2.40"'
planned manylinux_2_31 kernels-1 binutils
whole=(-shared "-Wl,--whole-archive,$own/libkernel.a,--no-whole-archive")
fails "unable to initialize decompress status" in_container "$own" "$baseline" g++ "${whole[@]}" -o /tmp/kernel.so
fails "no such instruction: .vmulsh" in_container "$own" "$baseline" as "$own/kernel.s" -o /tmp/kernel.o
g++ "${whole[@]}" -o "$work/kernel.so" || fail "this machine's linker cannot read them either"
as "$own/kernel.s" -o "$work/kernel.o" || fail "this machine's assembler does not know them either"

echo "python: the toolkit's own module does not run on it"
own_toolchain pathfinder 1 '[[part]]' 'kind = "pypi"' 'name = "cuda-pathfinder"' 'version = "==1.9.*"' \
  '[prefix]' 'probe = "cuda/pathfinder/__init__.py"' '[platform]' 'python-min = 11'
python=cp39 planned manylinux_2_31 pathfinder-1 python
find_cuda() { in_container "$own" --env PYTHONPATH="$own" --env PYTHONDONTWRITEBYTECODE=1 "$baseline" "$1" -c 'import cuda.pathfinder'; }
fails "TypeError: unsupported operand" find_cuda /opt/python/cp39-cp39/bin/python
find_cuda /opt/python/cp311-cp311/bin/python || fail "cuda.pathfinder cannot be imported on 3.11 either"

mapfile -t rules < <(sed -n '/kRules = /,/^}}/s/^ *{"\([a-z-]*\)", .*/\1/p' "$WF_SOURCE_DIR/orchestrator/toolchain/compatible.cpp")
[ "${#rules[@]}" -ge 11 ] || fail "only these rules are found in the program: ${rules[*]}"
for rule in "${rules[@]}"; do
  grep -qE "^([a-z]+=[a-z0-9]+ )?planned [a-z0-9_]+ [a-z0-9.-]+ $rule( |\$)" "$WF_SOURCE_DIR/tests/container/accelerators/rules_test.sh" || fail "the rule $rule has no case here"
done
