#!/usr/bin/env bash
# `plan --explain` and `build --dry-run --explain` say for every step whether it runs, and need no engine and write nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >pyproject.toml <<'TOML'
[project]
name = "demo"
version = "1"
TOML
cat >wheelforge.toml <<'TOML'
[matrix]
python = ["cp311"]
platform = ["manylinux_2_28"]
arch = ["x86_64"]
TOML
export DOCKER_HOST=unix://$folder/none PATH=/usr/bin:/bin
mkdir trap
for name in docker podman; do
  printf '#!/bin/sh\ntouch %s/called\n' "$folder" >"trap/$name"
  chmod +x "trap/$name"
done
PATH=$folder/trap:$PATH
for command in "plan" "build --dry-run"; do
  # shellcheck disable=SC2086 # words on purpose
  "$WHEELFORGE" $command --explain >out
  grep -qE '^  build +runs  there is no earlier result$' out
  grep -qE '^  repair +runs  its wheel is made anew$' out
  grep -qE '^  prepare +runs  build needs it$' out
done
[ ! -e called ]
[ ! -e .wheelforge ]
