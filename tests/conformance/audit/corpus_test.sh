#!/usr/bin/env bash
# auditwheel_tag equals the recorded verdict of auditwheel 6.8.2 on real wheels of seven architectures.
# WF_TEST_CACHE is where the wheels are kept; those above WF_MAX_MB (default 20; all are 2.1 GB) are left out. WF_WHEELS
# names another list: more_wheels.tsv has 202 of all ages and architectures, with no tag where auditwheel gives no verdict.
set -euo pipefail
here=$WF_SOURCE_DIR/tests/conformance/audit
cache=${WF_TEST_CACHE:-$HOME/.cache/wheelforge-tests}/wheels
max_mb=${WF_MAX_MB:-20}
list=$here/${WF_WHEELS:-wheels.tsv}
python3 "$here/fetch_wheels.py" "$list" "$cache" --max-mb "$max_mb"
python3 - "$WHEELFORGE" "$list" "$cache" "$max_mb" <<'CHECK'
import csv, json, pathlib, subprocess, sys
program, rows, cache, max_mb = sys.argv[1], list(csv.DictReader(open(sys.argv[2]), delimiter="\t")), pathlib.Path(sys.argv[3]), float(sys.argv[4])
wanted = {row["file"]: row["auditwheel_tag"] or None for row in rows if int(row["size_bytes"]) <= max_mb * 1e6}
there = [cache / name for name in wanted if (cache / name).exists()]
if not there:
    print("SKIPPED: the package registry does not answer")
    sys.exit(77)
run = subprocess.run([program, "audit", "--json", "--fail-on", "never", *there], capture_output=True, text=True, check=True)
reports = json.loads(run.stdout)["wheels"]
assert len(reports) == len(there), (len(reports), len(there))
wrong = [(r["wheel"], wanted[r["wheel"]], r["auditwheel_tag"]) for r in reports if r["auditwheel_tag"] != wanted[r["wheel"]]]
for name, theirs, ours in wrong:
    print(f"{name}: auditwheel {theirs}, wheelforge {ours}")
for report in reports:
    if report["tag"] != report["auditwheel_tag"] and not report["differs_because"]:
        wrong.append(report["wheel"])
        print(f"{report['wheel']}: {report['tag']} differs from {report['auditwheel_tag']} and no code says why")
print(f"{len(reports) - len(wrong)} of {len(reports)} wheels agree; {len(wanted) - len(there)} could not be downloaded")
sys.exit(bool(wrong))
CHECK
