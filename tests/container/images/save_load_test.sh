#!/usr/bin/env bash
# `images save` and `images load` carry images without a registry; `images list` tells what there is.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
need_images test-debian-12
engine=$(engine)

"$WHEELFORGE" images list >"$work/stdout"
says stdout manylinux_2_31
says stdout 'built here: debian-11'
"$WHEELFORGE" images list --json | python3 -c '
import json, sys
families = json.load(sys.stdin)["families"]
policies = {family["policy"] for family in families}
assert {"manylinux1", "manylinux2010", "manylinux2014", "manylinux_2_28", "manylinux_2_34", "musllinux_1_2"} <= policies, policies
assert any(image["digest"] for family in families for image in family["images"])
'
# Under a name of the test'"'"'s own, so that nobody else'"'"'s image is touched.
own=localhost/wheelforge-test/carried:$$
"$engine" tag localhost/wheelforge/test-debian-12_x86_64:latest "$own"
trap '"$engine" rmi "$own" >/dev/null 2>&1; rm -rf "$work"' EXIT
mkdir "$work/empty"
printf '[project]\nname = "x"\n' >"$work/empty/pyproject.toml"
"$WHEELFORGE" images save "$work/images.tar" "$own" --project "$work/empty" >"$work/stdout"
says stdout "$own"
"$engine" rmi "$own" >/dev/null
"$WHEELFORGE" images load "$work/images.tar" >"$work/stdout"
says stdout "$own"
"$engine" image inspect "$own" >/dev/null
status=0
"$WHEELFORGE" images save "$work/none.tar" localhost/wheelforge-test/none:1 --project "$work/empty" 2>"$work/stderr" || status=$?
[ "$status" -ne 0 ]
says stderr 'wheelforge images build'
"$WHEELFORGE" images build test-debian-12 2>"$work/stderr" >"$work/stdout"
says stdout localhost/wheelforge/test-debian-12_x86_64
