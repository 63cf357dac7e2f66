#!/usr/bin/env bash
# `wheelforge lifecycle`: dates on a given day, components against advisories, feeds from a server on this machine that
# is cut off half-way, and what is wrong said clearly.
set -euo pipefail
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
cd "$folder"
lifecycle() { "$WHEELFORGE" lifecycle --data "$folder/data" --today 2026-11-25 "$@"; }

expect_error() {
  local code=$1 wanted=$2 status=0 text
  shift 2
  text=$("$WHEELFORGE" lifecycle --data "$folder/data" "$@" 2>&1) || status=$?
  if [ "$status" -ne "$code" ] || [[ $text != *"$wanted"* ]]; then
    echo "wheelforge lifecycle $*: exit $status: $text; wanted $code: $wanted"
    exit 1
  fi
}

# --- dates --------------------------------------------------------------------------------------------------------------
out=$(lifecycle --everything)
grep -q '^  ended     manylinux2014 ' <<<"$out"
grep -q 'move to   manylinux_2_28' <<<"$out"
grep -q 'costs     x86_64: 94.4 % of installs instead of 100.0 % (-5.6)' <<<"$out"
grep -q 'loses     x86_64: .*rhel-7' <<<"$out"
lifecycle --everything --json >report.json
python3 - report.json <<'CHECK'
import json, sys
report = json.load(open(sys.argv[1]))
assert report["schema"] == 1 and report["today"] == "2026-11-25"
entries = {(e["kind"], e["name"]): e for e in report["support"]}
assert entries["python", "3.9"]["state"] == "ended" and entries["python", "3.9"]["days_left"] == -390
alma = entries["base", "almalinux-8"]
assert {e["source"]: e["date"] for e in alma["ends"]} == {"endoflife.date": "2029-05-31", "pep600_compliance": "2029-03-01"}
assert alma["days_left"] == 827 and alma["days_left_at_most"] == 918
assert entries["base", "debian-12"]["state"] == "supported" and entries["tag", "musllinux_1_2"]["state"] == "ending"
assert any(k == "toolchain" and n.startswith("gcc 14") for k, n in entries)
CHECK
status_of() {
  local status=0
  lifecycle "$@" >out.txt 2>err.txt || status=$?
  echo "$status"
}
[ "$(status_of --everything --fail-on eol)" = 4 ]
[ "$(status_of --everything)" = 0 ]
[ "$(status_of --distribution debian-13 --fail-on eol)" = 0 ]
[ "$(status_of --distribution almalinux-8 --fail-on eol:700)" = 0 ]
[ "$(status_of --distribution almalinux-8 --fail-on eol:900)" = 4 ]
[ "$(status_of --distribution almalinux-8 --fail-on eol --today 2029-04-01)" = 4 ] # one of two sources says so

# A project's matrix and its lock.
mkdir project
cat >project/wheelforge.toml <<'TOML'
[matrix]
python = ["cp39", "cp313"]
platform = ["manylinux2014", "manylinux_2_28"]
arch = ["x86_64"]
TOML
cp "$WF_SOURCE_DIR/tests/golden/image/images.lock" project/
out=$(lifecycle --project project)
grep -q '^  ended     manylinux2014 ' <<<"$out"
grep -q '^  ended     3.9 ' <<<"$out"
grep -q 'quay.io/pypa/musllinux_1_2_x86_64:2026.08.15-1' <<<"$out" # only in the lock

# --- wheels and advisories ----------------------------------------------------------------------------------------------
# Wheels with a bill of materials as auditwheel writes it. The advisories' facts: AlmaLinux/osv-database@948f47a.
cat >make.py <<'MAKE'
import hashlib, json, shutil, zipfile

def wheel(project, platform, packages):
    name = f"{project}-1.0-cp312-cp312-{platform}.whl"
    with zipfile.ZipFile(name, "w") as out:
        info = f"{project}-1.0.dist-info/"
        out.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n")
        out.writestr(info + "WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-{platform}\n")
        components = []
        for purl, file, graft in packages:
            out.writestr(f"{project}.libs/{graft}", open("/bin/true", "rb").read())
            digest = hashlib.sha256(f"/lib64/{file}".encode()).hexdigest()
            components.append({"type": "library", "bom-ref": f"{purl}#{digest}", "purl": purl,
                               "name": purl.split("/")[2].split("@")[0], "version": purl.split("@")[1]})
        if components:
            out.writestr(info + "sboms/auditwheel.cdx.json",
                         json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.4", "components": components}))
        out.writestr(info + "RECORD", "")

ssl = ("libssl.so.1.1.1k", "libssl-81259c47.so.1.1.1k")
wheel("old", "manylinux_2_28_x86_64", [("pkg:rpm/almalinux/openssl-libs@1.1.1k-15.el8_6", *ssl)])
wheel("fixed", "manylinux_2_28_x86_64", [("pkg:rpm/almalinux/openssl-libs@1.1.1k-18.el8_6", *ssl)])
wheel("ended", "manylinux2014_x86_64", [("pkg:rpm/centos/pcre@8.32-17.el7", "libpcre.so.1.2.0", "libpcre-9513aab5.so.1.2.0")])

def advisory(id, fixed, cves):
    return {"id": id, "summary": "Important: openssl security update", "modified": "2026-06-17T09:39:53Z",
            "published": "2026-06-16T00:00:00Z", "related": cves,
            "affected": [{"package": {"ecosystem": "AlmaLinux:8", "name": name},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}
                         for name in ("openssl", "openssl-libs")]}

advisories = [advisory("ALSA-2026:26275", "1:1.1.1k-16.el8_6", ["CVE-2024-4741", "CVE-2026-45447"]),
              advisory("ALSA-2026:38503", "1:1.1.1k-17.el8_6", [])]
import os
os.makedirs("osv/almalinux8")
for one in advisories:
    json.dump(one, open(f"osv/almalinux8/{one['id']}.json", "w"))
json.dump(advisories, open("list.json", "w"))
with zipfile.ZipFile("all.zip", "w", zipfile.ZIP_DEFLATED) as out:
    for one in advisories:
        out.writestr(one["id"] + ".json", json.dumps(one))
with zipfile.ZipFile("five.zip", "w") as out:
    for number in range(5):
        out.writestr(f"{number}.json", json.dumps(advisory(f"ALSA-2026:{number}", "1:1.1.1k-16.el8_6", [])))
MAKE
python3 make.py

# keeps_schema FILE: it is as docs/schema says.
keeps_schema() {
  python3 - "$WF_SOURCE_DIR/docs/schema/lifecycle.schema.json" "$1" <<'CHECK'
import json, jsonschema, sys
schema, report = (json.load(open(path)) for path in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
errors = [f"{e.json_path}: {e.message}" for e in jsonschema.Draft202012Validator(schema).iter_errors(report)]
assert not errors, errors[:5]
CHECK
}
keeps_schema <(lifecycle --everything --json)
keeps_schema <(lifecycle --project project --json)

for database in osv list.json all.zip; do
  lifecycle --osv "$database" --json ./*.whl >report.json
  keeps_schema report.json
  python3 - report.json <<'CHECK'
import json, sys
report = json.load(open(sys.argv[1]))
wheels = {w["wheel"].split("-")[0]: {c["name"]: c for c in w["components"]} for w in report["wheels"]}
old = wheels["old"]["openssl-libs"]
assert old["state"] == "vulnerable" and old["known_by"] == "bill of materials" and old["ecosystem"] == "AlmaLinux:8"
assert [(v["id"], v["severity"], v["fixed"]) for v in old["vulnerabilities"]] == [
    ("ALSA-2026:26275", "high", "1:1.1.1k-16.el8_6"), ("ALSA-2026:38503", "high", "1:1.1.1k-17.el8_6")], old
assert old["vulnerabilities"][0]["aliases"] == ["CVE-2024-4741", "CVE-2026-45447"]
assert old["files"] == ["old.libs/libssl-81259c47.so.1.1.1k"]
assert wheels["fixed"]["openssl-libs"]["state"] == "none known"
ended = wheels["ended"]["pcre"]
assert ended["state"] == "unknown" and ended["reason"] == "its base centos-7 is out of support since 2024-06-30", ended
assert wheels["old"]["old"]["state"] == "unknown" # nothing speaks of PyPI
CHECK
done
[ "$(status_of --osv all.zip --fail-on cve:high old-*.whl)" = 4 ]
[ "$(status_of --osv all.zip --fail-on cve:critical old-*.whl)" = 0 ]
[ "$(status_of --osv all.zip --fail-on cve fixed-*.whl)" = 0 ]
[ "$(status_of --osv all.zip --fail-on unknown ended-*.whl)" = 4 ]
[ "$(status_of --fail-on cve old-*.whl)" = 0 ]
grep -q 'no database was given' out.txt
grep -q 'unknown     no database of advisories for AlmaLinux:8 was given: openssl-libs' out.txt
lifecycle --osv all.zip --sarif ./*.whl >report.sarif
python3 - report.sarif <<'CHECK'
import json, sys
log = json.load(open(sys.argv[1]))
[run] = log["runs"]
rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
assert log["version"] == "2.1.0" and {result["ruleId"] for result in run["results"]} <= rules
found = [r for r in run["results"] if r["ruleId"] == "vulnerability"]
assert len(found) == 2 and found[0]["level"] == "error" and found[0]["properties"]["security-severity"] == "7.0"
assert found[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("old-1.0")
CHECK

# What a wheel with a bill teaches is recognised in one without.
lifecycle --learn old-*.whl >known.tsv
grep -q "^81259c47	libssl.so.1.1.1k	pkg:rpm/almalinux/openssl-libs@1.1.1k-15.el8_6	" known.tsv
python3 - <<'MAKE'
import zipfile
with zipfile.ZipFile("bare-1.0-cp312-cp312-manylinux_2_28_x86_64.whl", "w") as out:
    out.writestr("bare.libs/libssl-81259c47.so.1.1.1k", open("/bin/true", "rb").read())
MAKE
lifecycle --osv osv --known known.tsv bare-*.whl >out.txt
grep -q 'vulnerable  openssl-libs 1.1.1k-15.el8_6 \[AlmaLinux:8, hash\]' out.txt

# --- feeds --------------------------------------------------------------------------------------------------------------
mkdir feed
cp all.zip feed/good.zip
cp five.zip feed/five.zip
cat >server.py <<'SERVER'
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        mode = open("mode").read().strip()
        body = open("feed/five.zip" if mode == "five" else "feed/good.zip", "rb").read()
        if mode == "missing":
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write({"good": body, "five": body, "half": body[: len(body) // 2], "garbage": b"x" * len(body),
                          "cut": body[: len(body) // 2] + b"\0" * (len(body) - len(body) // 2)}[mode])

    def log_message(self, *arguments):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open("port.new", "w").write(str(server.server_port))
__import__("os").rename("port.new", "port")
server.serve_forever()
SERVER
python3 server.py &
server=$!
for _ in $(seq 100); do [ -f port ] || sleep 0.1; done
url=http://127.0.0.1:$(cat port)/AlmaLinux/all.zip
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY

echo missing >mode
expect_error 75 '404' --osv "$url" old-*.whl # never had, and not to be had
echo good >mode
lifecycle --refresh --osv "$url" 2>err.txt
grep -q "$url: 2 advisories" err.txt
[ "$(status_of --fail-on cve old-*.whl)" = 4 ] # what is kept is used without being named
cp -r data before
for mode in half garbage cut missing; do
  echo "$mode" >mode
  expect_error 75 'the last good data, of 2026-11-25, is kept' --refresh --osv "$url" --today 2026-11-26
  cmp data/osv/*.data before/osv/*.data
done
[ "$(status_of --fail-on cve old-*.whl)" = 4 ]
grep -q 'NOT REFRESHED' out.txt
[ "$(status_of --fail-on stale fixed-*.whl)" = 4 ]
echo good >mode
[ "$(status_of --refresh --fail-on stale fixed-*.whl)" = 0 ]
[ "$(status_of --fail-on stale --today 2027-01-15 fixed-*.whl)" = 4 ] # old data
# A feed that has less than half of what it had is no new state of the world. 2 of 5 are too few.
guard() { "$WHEELFORGE" lifecycle --data "$folder/guarded" --today 2026-11-25 "$@"; }
echo five >mode
guard --refresh --osv "$url" 2>err.txt
grep -q "$url: 5 advisories" err.txt
echo good >mode
status=0
guard --refresh 2>err.txt >out.txt || status=$?
[ "$status" = 75 ]
grep -q 'it has 2 advisories, the last good one had 5: taken for incomplete' err.txt
[ "$(guard --json old-*.whl | python3 -c 'import json, sys; print(json.load(sys.stdin)["feeds"][0]["advisories"])')" = 5 ]
kill "$server"
server=
[ "$(status_of --refresh)" = 75 ]
[ "$(status_of --refresh --fail-on cve old-*.whl)" = 4 ] # the server is gone, the answer is not

# --- what is wrong ------------------------------------------------------------------------------------------------------
expect_error 2 'date "2026-02-30": there is no such day' --today 2026-02-30
expect_error 2 'wanted a day such as' --today tomorrow
expect_error 2 'date "", wanted a day such as' --today ''
expect_error 2 'there is no distribution "debian-99"' --distribution debian-99
expect_error 2 'there is no distribution "plan-9"' --base plan-9 old-*.whl
expect_error 2 '--fail-on cve:nasty' --fail-on cve:nasty
expect_error 2 'no feed is known for the ecosystem "Plan9"' --refresh --ecosystem Plan9
expect_error 2 'nothing: there is no such database' --osv nothing old-*.whl
mkdir empty
expect_error 1 'no advisory is in it' --osv empty old-*.whl
head -c 100 list.json >half.json
expect_error 1 'half.json: not JSON' --osv half.json old-*.whl
head -c 300 all.zip >half.zip
expect_error 1 'half.zip' --osv half.zip old-*.whl
mkdir wrong
echo '{"id": "X-1", "modified": "2026-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "Debian"}}]}' >wrong/X-1.json
expect_error 1 'wrong/X-1.json: advisory X-1: name is missing' --osv wrong old-*.whl
echo 'no table' >bad.tsv
expect_error 1 'bad.tsv: known grafts: line 1' --known bad.tsv old-*.whl
echo x >broken-1.0-cp312-cp312-manylinux_2_28_x86_64.whl
expect_error 1 'broken-1.0' broken-*.whl
expect_error 2 "'none.whl' names no wheel" none.whl
