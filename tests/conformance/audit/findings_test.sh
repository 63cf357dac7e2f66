#!/usr/bin/env bash
# Every fault that a compiler can make is found under its code, and nothing hard is said of the clean wheel.
set -euo pipefail
here=$WF_SOURCE_DIR/tests/conformance/audit
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$here/craft" "$scratch" >"$scratch/cases" 2>"$scratch/craft.log" || { cat "$scratch/craft.log"; exit 1; }
"$WHEELFORGE" audit --json --integrity --fail-on never "$scratch" >"$scratch/report.json"
python3 - "$scratch/report.json" "$here/findings.tsv" "$scratch/cases" <("$WHEELFORGE" explain --all) <<'CHECK'
import json, sys
reports = {r["wheel"]: r for r in json.load(open(sys.argv[1]))["wheels"]}
cases = dict(line.split() for line in open(sys.argv[3]))
wrong, seen, codes = 0, set(), set()
for line in open(sys.argv[2]):
    if line.startswith("#"):
        continue
    case, tag, *wanted = line.split()
    seen.add(case)
    report = reports[cases[case]]
    found = {f"{f['severity']}:{f['code']}" for f in report["findings"]}
    codes |= {f.split(":")[1] for f in wanted}
    hard = {f for f in found if not f.startswith("note:")}
    missing = [w for w in wanted if w not in found]
    unexpected = hard - set(wanted) - ({"error:claim-too-wide"} if tag == "*" else set())
    if missing or unexpected or tag not in ("*", report["tag"]):
        wrong += 1
        print(f"{case}: tag {report['tag']}, wanted {tag}; missing {missing}; not expected {sorted(unexpected)}")
    for finding in report["findings"]:
        assert finding["message"] and finding["hint"], finding
if set(cases) - seen:
    wrong += 1
    print(f"not in the list: {sorted(set(cases) - seen)}")
never_found = {line.split()[0] for line in open(sys.argv[4])} - codes
never_found -= {"auditwheel-stops", "not-as-predicted"}  # the one is no finding, the other comes from tests on machines
if never_found:
    wrong += 1
    print(f"no case for {sorted(never_found)}")
print(f"{len(seen) - wrong} of {len(seen)} cases as wanted")
sys.exit(bool(wrong))
CHECK
