#!/usr/bin/env bash
# `wheelforge reach` says who gets a wheel, which share of installs that is, and what dropping or adding a tag changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
wheels=(demo-1.0-cp3{9,12}-cp3{9,12}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl
  demo-1.0-cp3{9,12}-cp3{9,12}-manylinux_2_28_x86_64.whl demo-1.0.tar.gz)

out=$("$WHEELFORGE" reach "${wheels[@]}")
grep -q '^x86_64 *manylinux_2_28 *4 *94.4 %$' <<<"$out"
grep -q '^debian-11 *3.9, 20.3.4 *2_28 ' <<<"$out"

out=$("$WHEELFORGE" reach --drop manylinux2014 "${wheels[@]}")
grep -q '^lose their wheel:$' <<<"$out"
grep -q '^  rhel-7 x86_64 (free support ended 2024-06-30): .*3.12' <<<"$out"

"$WHEELFORGE" reach --add musllinux_1_2 --target alpine-3.22,debian-12 --python 3.12 --json "${wheels[@]}" >answer.json
python3 - <<'CHECK'
import json
change = json.load(open("answer.json"))["change"]
[gained] = [d for d in change["differences"] if d["before"]["outcome"] != "wheel"]
assert gained["before"]["distribution"] == "alpine-3.22"
assert gained["after"]["policy"] == "musllinux_1_2"
CHECK

# Newer shares replace the built-in ones; broken ones are refused.
sed 's/94.389/12.5/' "$WF_SOURCE_DIR/orchestrator/platform/data/download_shares.json" >shares.json
grep -q '^x86_64 *manylinux_2_28 *4 *12.5 %$' <<<"$("$WHEELFORGE" reach --shares shares.json "${wheels[@]}")"
head -c 100 shares.json >half.json
status=0
text=$("$WHEELFORGE" reach --shares half.json "${wheels[@]}" 2>&1) || status=$?
[ "$status" -eq 1 ]
[[ $text == *'half.json: download shares: the file is not JSON'* ]]

status=0
text=$("$WHEELFORGE" reach --drop manylinux_2_99 "${wheels[@]}" 2>&1) || status=$?
[ "$status" -eq 2 ]
[[ $text == *'no wheel of the release has the tag manylinux_2_99'* ]]
