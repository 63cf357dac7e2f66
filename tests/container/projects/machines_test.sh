#!/usr/bin/env bash
# [test] on = "reach": one abi3 wheel on every Debian that its pip reaches, each with its own Python, as predicted; a
# wheel that lacks a library fails there with the predicted sentence, and where somebody has put that library into an
# image, the disagreement is reported.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
need_images debian-11 test-debian-11 test-debian-12 test-debian-13
prepare_project abi3
cat >wheelforge.toml <<'TOML'
[matrix]
python = ["cp39"]
platform = "auto"
arch = ["x86_64"]

[test]
on = "reach"
command = "python -m unittest discover -v -s tests"
sources = ["tests"]
TOML
# shellcheck disable=SC2016 # for Python
agreed='
cell, = cells.values()
machines = {machine["place"]: machine for machine in cell["machines"]}
assert list(machines) == ["debian-11", "debian-12", "debian-13"], list(machines)
for (place, machine), python, libc in zip(machines.items(), ("3.9.", "3.11.", "3.13."), ("2.31", "2.36", "2.41")):
    assert machine["distribution"] == place and machine["python"].startswith(python), machine
    assert machine["libc"] == "glibc " + libc, machine
    predicted, observed = machine["predicted"], machine["observed"]
    assert predicted["installs"] is True and observed["installed"] is True and observed["result"] == "passed", machine
    assert predicted["basis"] == "packages" and len(observed["loads"]) == 1, machine
    assert predicted["loads"] == observed["loads"] and set(observed["loads"].values()) == {None}, machine
    assert machine["disagreements"] == [], machine
'
build 0
wheels 'abi3_demo-*-cp39-abi3-manylinux*_x86_64.whl'
reported "$agreed"
says stdout "users' machines: 3 as predicted, 0 not"
page=$(dirname "$report")/report.html
grep -qF "<h2>Users&#39; machines</h2>" "$page" || fail "the page has no users' machines"
for half in 'predicted: loads' 'observed: loads, test passed'; do
  [ "$(grep -o "$half" "$page" | wc -l)" -eq 3 ] || fail "the grid has not three times: $half"
done
grep -qF '<h2>Reach</h2>' "$page" || fail "the page has no reach"
grep -qE '<th class="row">debian-12</th>' "$page" || fail "the reach has no debian-12"

build 0 # everything is kept, what was seen too
reported "$agreed
assert all(step['status'] in ('ok', 'skipped') and (step['cached'] or step['status'] == 'skipped' or step['seconds'] == 0)
           for step in cell['steps']), cell['steps']"
says stdout "users' machines: 3 as predicted, 0 not"

# libX11 stays outside of wheels: a minimal Debian has none, an image of somebody's own has. A library of that name that
# holds nothing does for both.
engine=$(engine)
own=localhost/wheelforge-test/with-libx11:$$
gcc -shared -Wl,-soname,libX11.so.6 -o "$work/libX11.so.6" -x c /dev/null
container=$("$engine" create localhost/wheelforge/test-debian-12_x86_64:latest)
"$engine" cp "$work/libX11.so.6" "$container:/usr/lib/x86_64-linux-gnu/libX11.so.6"
"$engine" commit "$container" "$own" >/dev/null
"$engine" rm "$container" >/dev/null
trap '"$engine" rmi "$own" >/dev/null 2>&1; rm -rf "$work"' EXIT
sed -i 's/py_limited_api=True,/py_limited_api=True, extra_link_args=["-Wl,--no-as-needed", "\/opt\/libX11.so.6"],/' setup.py
cat >wheelforge.toml <<TOML
[matrix]
python = ["cp39"]
platform = "auto"
arch = ["x86_64"]

[build]
before-build = "gcc -shared -Wl,-soname,libX11.so.6 -o /opt/libX11.so.6 -x c /dev/null"

[test]
on = ["debian-12", "image:$own"]
command = "python -m unittest discover -v -s tests"
sources = ["tests"]
TOML
build 5
reported '
cell, = cells.values()
plain, other = cell["machines"]
[(path, sentence)] = plain["observed"]["loads"].items()
assert sentence == "libX11.so.6: cannot open shared object file: No such file or directory", plain
assert plain["predicted"]["loads"][path] == sentence and plain["disagreements"] == [], plain
assert plain["observed"]["result"] == "failed" and cell["status"] == "tests-failed", plain
assert other["distribution"] == "debian-12" and other["observed"]["loads"] == {path: None}, other
[difference] = other["disagreements"]
assert difference["path"] == path and "libX11.so.6: cannot open" in difference["message"], difference
[finding] = [one for one in cell["findings"] if one["code"] == "not-as-predicted"]
assert finding["severity"] == "warning" and finding["path"] == path, finding
assert finding["message"].startswith("on " + other["place"]) and difference["message"] in finding["message"], finding
'
says stdout "users' machines: 1 as predicted, 1 not"
says stdout 'the loader says that it loads'
grep -qF '≠ not as predicted' "$(dirname "$report")/report.html" || fail "the page does not show the disagreement"
grep -qF '>not-as-predicted</td>' "$(dirname "$report")/report.html" || fail "the cell does not list the disagreement"
python3 - "$(dirname "$report")/findings.sarif" <<'PYTHON' || fail "findings.sarif does not list the disagreement"
import json, sys
[run] = json.load(open(sys.argv[1]))["runs"]
[result] = [one for one in run["results"] if one["ruleId"] == "not-as-predicted"]
assert result["level"] == "warning" and "libX11.so.6" in result["message"]["text"], result
assert "not-as-predicted" in [rule["id"] for rule in run["tool"]["driver"]["rules"]], run["tool"]
PYTHON

# Without the plain machine the cell passes, until [audit] fail-on names the disagreement.
sed -i 's/^on = .*/on = ["image:'"${own//\//\\/}"'"]/' wheelforge.toml
build 0
printf '\n[audit]\nfail-on = ["error", "not-as-predicted"]\n' >>wheelforge.toml
build 5
reported '
cell, = cells.values()
assert cell["status"] == "tests-failed" and cell["failure"]["step"].startswith("test:image:"), cell
assert cell["failure"]["message"].startswith("not-as-predicted: ") and "fail-on" in cell["failure"]["hint"], cell
assert cell["machines"][0]["observed"]["result"] == "passed", cell
'
