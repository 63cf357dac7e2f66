#!/usr/bin/env bash
# `wheelforge tags` lists the tags of real pips in order, answers files of rows in under a second, and says what is wrong.
set -euo pipefail
golden=$WF_SOURCE_DIR/tests/golden/resolve

out=$("$WHEELFORGE" tags --pip 19.3.1 --python 3.8 --glibc 2.17 --machine x86_64)
[ "$(head -1 <<<"$out")" = cp38-cp38-manylinux2014_x86_64 ]
[ "$(tail -1 <<<"$out")" = py30-none-any ]

out=$("$WHEELFORGE" tags --pip 26.3 --python 3.13t --musl 1.2 --machine aarch64)
[ "$(sed -n 2p <<<"$out")" = cp313-cp313t-musllinux_1_2_aarch64 ]

module=$'def manylinux_compatible(major, minor, arch):\n    return (major, minor) <= (2, 17)\n'
out=$("$WHEELFORGE" tags --pip 24.1 --python 3.12 --glibc 2.36 --machine x86_64 --manylinux-module "$module")
[ "$(head -1 <<<"$out")" = cp312-cp312-manylinux_2_17_x86_64 ]

# Every row of the recorded lists agrees, and quickly.
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
begin=$(date +%s%N)
"$WHEELFORGE" tags --rows "$golden/pip_tag_lists.json" --json >"$answer"
end=$(date +%s%N)
python3 - "$golden/pip_tag_lists.json" "$answer" <<'CHECK'
import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
answer = json.load(open(sys.argv[2]))
assert answer["schema"] == 1
wanted = [{"tags": row[5], "sha256_16": row[6]} for row in rows]
assert len(wanted) == 3563 and answer["results"] == wanted
CHECK
[ $(((end - begin) / 1000000)) -lt 3000 ] # a quarter of a second on an idle machine

# What is wrong is said with the value seen and the value wanted.
expect_error() {
  local code=$1 wanted=$2 status=0 text
  shift 2
  text=$("$WHEELFORGE" "$@" 2>&1) || status=$?
  if [ "$status" -ne "$code" ] || [[ $text != *"$wanted"* ]]; then
    echo "wheelforge $*: exit $status: $text; wanted $code: $wanted"
    exit 1
  fi
}
expect_error 2 'pip 7.0, wanted 8.0.0 or newer' tags --pip 7.0 --python 3.8 --glibc 2.17 --machine x86_64
expect_error 2 'Python "3"' tags --pip 24.1 --python 3 --glibc 2.17 --machine x86_64
expect_error 2 '--machine is missing' tags --pip 24.1 --python 3.8 --glibc 2.17
expect_error 2 'wanted one of --glibc and --musl' tags --pip 24.1 --python 3.8 --machine x86_64
expect_error 1 '_manylinux line 1' tags --pip 24.1 --python 3.8 --glibc 2.17 --machine x86_64 --manylinux-module 'x = ='
