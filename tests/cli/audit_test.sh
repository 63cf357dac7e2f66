#!/usr/bin/env bash
# `wheelforge audit`: exit codes, folders and patterns, unreadable wheels beside good ones, the same bytes each time.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
craft=$WF_SOURCE_DIR/tests/conformance/audit/craft
"$craft" "$scratch" clean too_new debug_info >/dev/null
clean=$(echo "$scratch"/clean-*.whl) too_new=$(echo "$scratch"/too_new-*.whl)

status_of() {
  local status=0
  "$WHEELFORGE" "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
  echo "$status"
}

[ "$(status_of audit "$clean")" = 0 ]
grep -q '^clean-1.0.*: manylinux_2_5_x86_64' "$scratch/out"
[ "$(status_of audit "$too_new")" = 4 ]
grep -q 'needs GLIBC_2.34 of libc.so.6 (dlopen)' "$scratch/out"
[ "$(status_of audit --fail-on never "$too_new")" = 0 ]
[ "$(status_of audit --fail-on note "$clean")" = 4 ]
[ "$(status_of audit --fail-on debug-info "$clean")" = 0 ]
[ "$(status_of audit --fail-on error,debug-info "$scratch"/debug_info-*.whl)" = 4 ]
[ "$(status_of audit --policy manylinux_2_5 "$clean")" = 0 ]
[ "$(status_of audit --policy manylinux_2_28_x86_64 --fail-on error "$too_new")" = 4 ]
[ "$(status_of audit --integrity "$clean")" = 0 ]

# Wrong words and missing files are usage errors.
[ "$(status_of audit --fail-on nonsense "$clean")" = 2 ]
[ "$(status_of audit --policy manylinux_2 "$clean")" = 2 ]
[ "$(status_of audit "$scratch/nothing.whl")" = 2 ]
[ "$(status_of audit "$scratch/no*.whl")" = 2 ]
[ "$(status_of audit)" = 2 ]

# A file that is no archive is said so; the others are audited all the same.
head -c 300 "$clean" >"$scratch/broken-1.0-py3-none-any.whl"
[ "$(status_of audit --json "$scratch")" = 4 ]
python3 - "$scratch/out" <<'CHECK'
import json, sys
report = json.load(open(sys.argv[1]))
assert report["schema"] == 1 and len(report["wheels"]) == 3, report
assert [w["wheel"] for w in report["unreadable"]] == ["broken-1.0-py3-none-any.whl"]
CHECK
grep -q 'broken-1.0' "$scratch/err"

# A damaged member is found by --integrity alone.
python3 - "$clean" "$scratch/damaged-1.0-py3-none-manylinux_2_17_x86_64.whl" <<'DAMAGE'
import sys, zipfile
source = zipfile.ZipFile(sys.argv[1])
with zipfile.ZipFile(sys.argv[2], "w") as out:
    for entry in source.infolist():
        data = source.read(entry)
        out.writestr(entry.filename.replace("clean-", "damaged-"), (data + b"x") if entry.filename == "ext.so" else data)
DAMAGE
[ "$(status_of audit --json --fail-on integrity "$scratch"/damaged-*.whl)" = 0 ]
[ "$(status_of audit --json --fail-on integrity --integrity "$scratch"/damaged-*.whl)" = 4 ]

# SARIF has the rules and the results; the output does not depend on the number of threads.
"$WHEELFORGE" audit --sarif --fail-on never "$too_new" | python3 -c '
import json, sys
run = json.load(sys.stdin)["runs"][0]
rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
assert run["results"] and all(result["ruleId"] in rules for result in run["results"])'
rm "$scratch"/broken-*
for jobs in 1 2 4; do
  "$WHEELFORGE" audit --json --fail-on never -j "$jobs" "$scratch"/*.whl >"$scratch/jobs$jobs"
done
cmp "$scratch/jobs1" "$scratch/jobs2"
cmp "$scratch/jobs1" "$scratch/jobs4"

[ "$(status_of explain executable-stack)" = 0 ]
grep -q 'cannot enable executable stack' "$scratch/out"
[ "$(status_of explain no-such-code)" = 2 ]
[ "$(status_of explain)" = 2 ]
