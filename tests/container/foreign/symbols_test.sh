#!/usr/bin/env bash
# A wheel that native compilers made needs what the image's own compilers make it need: the same libraries, the same symbol
# versions. Every sample project with code to compile, and three real ones, built both ways.
#
#   symbols_test.sh ARCH [PROJECT...]    only these projects
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
# shellcheck source=tests/support/real_project.sh
. "$WF_SOURCE_DIR/tests/support/real_project.sh"
# shellcheck source=tests/support/wheel_facts.sh
. "$WF_SOURCE_DIR/tests/support/wheel_facts.sh"
# shellcheck source=tests/container/foreign/foreign_cell.sh
. "$WF_SOURCE_DIR/tests/container/foreign/foreign_cell.sh"
arch=$1
shift
need_emulator "$arch"
image=$("$WF_SOURCE_DIR/images/debian/build" --if-missing --arch "$arch" debian-12 2>"$work/image.log") ||
  { tail -30 "$work/image.log" && fail "the image of $arch cannot be made"; }
export PASSED='from the host' # of needs-env

# The samples that become no wheel of a foreign machine: a toolchain of x86_64, no wheel at all, or none of glibc.
without_wheel=' accelerated musl must-fail-compile pure '
samples=()
for folder in "$WF_SOURCE_DIR"/tests/projects/*/; do
  [[ $without_wheel == *" $(basename "$folder") "* ]] || samples+=("$(basename "$folder")")
done
real_ones=(markupsafe wrapt ujson)
projects=("$@")
[ $# -gt 0 ] || projects=("${samples[@]}" "${real_ones[@]}")

# fetch PROJECT: its sources, with a matrix file of one cell; the tests are left to other tests.
fetch() {
  if [ -d "$WF_SOURCE_DIR/tests/projects/$1" ]; then
    prepare_project "$1"
    sed -i 's/^on = .*//; s/^command = .*/command = "true"/; s/^before = .*//' wheelforge.toml
  else
    unpack_sdist "$1" "$work/project"
    cd "$work/project"
    printf '[matrix]\npython =\nplatform =\narch =\n[test]\ncommand = "true"\n' | sed 's/=$/= /' >wheelforge.toml
    git init -q
  fi
}

for project in "${projects[@]}"; do
  rm -rf "$work/project" "$work"/project.*
  for compilers in native emulated; do
    [ -d "$work/project" ] || fetch "$project"
    sed -i '/^\[images.use\]/,$d' wheelforge.toml
    use_cell "$arch" "$image" "$compilers"
    git add -A
    git commit -qm "Build for $arch, compilers $compilers"
    rm -rf wheelhouse .wheelforge
    begin=$SECONDS
    build 0 --fresh
    echo "$project, $compilers: $((SECONDS - begin)) s"
    grep -q "compilers: $compilers" .wheelforge/runs/*/*.log || fail "the compilers of $project were not $compilers"
    wheels "*_$arch*.whl"
    facts wheelhouse/*.whl >"$work/$compilers"
  done
  grep -qE "Machine: .*$(machine_of "$arch")" "$work/native" || fail "$project: no code of $arch in $(ls wheelhouse)"
  # A sample's only function may need nothing of the C library; a real project does, or nothing was read.
  [[ " ${real_ones[*]} " != *" $project "* ]] || grep -q '_[0-9]*\.[0-9]' "$work/native" ||
    { cat "$work/native" && fail "$project: no symbol versions"; }
  diff "$work/native" "$work/emulated" || fail "$project: the wheels built both ways differ in what they need"
  cd "$work"
done
echo "covered: $arch (image $image), native and emulated compilers agree on ${projects[*]}"
