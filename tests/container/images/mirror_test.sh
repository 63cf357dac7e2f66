#!/usr/bin/env bash
# `mirror` moves quay.io/pypa to a real registry: pull, pin, a moved tag, a vanished digest, and a cell built by that route.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
# shellcheck source=tests/container/images/registry.sh
. "$(dirname "$0")/registry.sh"
need_images debian-11
engine=$(engine)
start_registry
insecure=()
[ "$engine" = docker ] || insecure=(--tls-verify=false)
cleanup() {
  end_registry
  "$engine" images --format '{{.Repository}}:{{.Tag}}' | grep -F "$registry/" | xargs -r "$engine" rmi >/dev/null 2>&1 || true
  for digest in "${pinned[@]}"; do
    "$engine" rmi "localhost/wheelforge/pinned/manylinux_2_31_x86_64:sha256-${digest#sha256:}" >/dev/null 2>&1 || true
  done
  rm -rf "$work"
}
pinned=()
trap cleanup EXIT

image=pypa/manylinux_2_31_x86_64
# push TAG [CHANGE]: the baseline, with a change where one is given, becomes that tag of the registry.
push() {
  if [ -n "${2:-}" ]; then
    printf 'FROM localhost/wheelforge/manylinux_2_31_x86_64:debian-11\n%s\n' "$2" |
      "$engine" build -q -t "$registry/$image:$1" - >/dev/null
  else
    "$engine" tag localhost/wheelforge/manylinux_2_31_x86_64:debian-11 "$registry/$image:$1"
  fi
  "$engine" push "${insecure[@]}" "$registry/$image:$1" >"$work/push.log" 2>&1 || { cat "$work/push.log" && fail "push"; }
  pushed=$(manifest "$image:$1")
  pinned+=("$pushed")
  "$engine" rmi "$registry/$image:$1" >/dev/null
}
push 2026.01.01-1
first=$pushed

prepare_project cpp-vector
cat >wheelforge.toml <<TOML
[matrix]
python = "cp311"
platform = "manylinux_2_31"
arch = "x86_64"
[images]
mirror = "$registry/pypa"
[images.use]
"manylinux_2_31_x86_64" = "quay.io/pypa/manylinux_2_31_x86_64:2026.01.01-1"
[test]
command = "python -c 'import cpp_vector'"
TOML

# wheelforge STATUS ARGUMENTS...: must end so.
wheelforge() {
  local wanted=$1 status=0
  shift
  "$WHEELFORGE" "$@" >"$work/stdout" 2>"$work/stderr" || status=$?
  [ "$status" -eq "$wanted" ] || { cat "$work/stdout" "$work/stderr" && fail "exit $status, wanted $wanted: $*"; }
}

# Pinned by digest under the name that everyone knows, asked for at the mirror.
wheelforge 0 images lock
grep -q 'name = "quay.io/pypa/manylinux_2_31_x86_64"' images.lock
grep -q "digest = \"$first\"" images.lock
wheelforge 0 plan
says stdout "$registry/$image:2026.01.01-1"
says stdout "$first"
wheelforge 0 images lock --check
says stdout "current   quay.io/$image:2026.01.01-1@$first"

# The tag moves: the pin stays what is pulled and built in.
push 2026.01.01-1 'LABEL moved=yes'
[ "$pushed" != "$first" ]
wheelforge 0 images lock --check
says stdout "moved "
says stderr "is $pushed now; the pinned digest is still there"
wheelforge 0 images pull
build 0
wheels '*-cp311-cp311-manylinux*.whl'
reported "
cell, = cells.values()
assert cell['digest'] == '$first' and cell['image'] == '$registry/$image:2026.01.01-1', cell
"

# `--update` takes the newest dated tag.
push 2026.02.01-1 'LABEL newer=yes'
sed -i 's/:2026.01.01-1"/"/' wheelforge.toml
wheelforge 0 images lock --update
grep -q 'tag = "2026.02.01-1"' images.lock
grep -q "digest = \"$pushed\"" images.lock

# The digest vanishes: told as such when asked and when pulled; nothing else is used in its place.
delete_manifest "$image" "$pushed"
wheelforge 1 images lock --check
says stdout vanished
says stderr 'is gone from its registry'
rm -rf wheelhouse
build 1
wheels
says stderr 'a digest may have been deleted'
wheelforge 2 images pull

# A copy that was pulled while it was there still serves.
sed -i "s/2026.02.01-1/2026.01.01-1/; s/$pushed/$first/" images.lock
delete_manifest "$image" "$first"
build 0 --fresh
wheels '*-cp311-cp311-manylinux*.whl'

# The registry does not answer at all, and the image is not here: temporary, after the retries.
end_registry
printf "[schedule]\nretries = 0\n" >>wheelforge.toml
"$engine" rmi "localhost/wheelforge/pinned/manylinux_2_31_x86_64:sha256-${first#sha256:}" "$registry/$image@$first" >/dev/null 2>&1 || true
rm -rf wheelhouse
build 75 --fresh # a kept result needs no image
says stderr 'the registry does not answer'
