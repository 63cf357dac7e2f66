#!/usr/bin/env bash
# `wheelforge cache`: an empty cache is fine, a damaged file is removed, wrong usage ends with 2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

[[ $("$WHEELFORGE" cache info --folder "$folder/none") == "$folder/none: 0 step results, 0 files, 0.0 MiB" ]]
"$WHEELFORGE" cache info --folder "$folder" --json | python3 -c '
import json, sys
info = json.load(sys.stdin)
assert info["schema"] == 1 and info["entries"] == 0 and info["size_bytes"] == 0, info'

mkdir -p "$folder/entries/ab" "$folder/objects/cd"
echo nonsense >"$folder/entries/ab/abcd"
echo nonsense >"$folder/objects/cd/cdef"
[[ $("$WHEELFORGE" cache verify --folder "$folder" | tail -1) == "checked 2 files, 2 damaged" ]]
[[ $("$WHEELFORGE" cache verify --folder "$folder") == "checked 0 files, 0 damaged" ]]

echo nonsense >"$folder/objects/cd/cdef"
[[ $("$WHEELFORGE" cache prune --limit 1MiB --folder "$folder") == "removed 0 step results and 1 files, 0.0 MiB" ]]
"$WHEELFORGE" cache prune --all --folder "$folder" >/dev/null

for wrong in "prune" "prune --limit 4" "prune --all --limit 1GiB" ""; do
  status=0
  # shellcheck disable=SC2086 # words on purpose
  "$WHEELFORGE" cache $wrong >/dev/null 2>&1 || status=$?
  [ "$status" -eq 2 ]
done
