#!/usr/bin/env bash
# auditwheel 6.8.2 itself, run here with no library of this machine in reach, gives the auditwheel_tag of wheelforge: on
# wheels made for one fault each, and on those that auditwheel's source distribution carries for its own tests.
set -euo pipefail
here=$WF_SOURCE_DIR/tests/conformance/audit
# shellcheck source=tests/support/python_tools.sh
. "$WF_SOURCE_DIR/tests/support/python_tools.sh"
python_tools auditwheel auditwheel==6.8.2 pyelftools==0.33
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/empty"
"$here/craft" "$scratch/crafted" >/dev/null 2>"$scratch/craft.log" || { cat "$scratch/craft.log"; exit 1; }
cache=${WF_TEST_CACHE:-$HOME/.cache/wheelforge-tests}/auditwheel
mkdir -p "$cache"
if [ ! -e "$cache/auditwheel-6.8.2.tar.gz" ]; then
  "$tools/pip" --disable-pip-version-check -q download --no-deps --no-binary :all: -d "$cache" auditwheel==6.8.2 >/dev/null 2>&1 || true
fi
if [ -e "$cache/auditwheel-6.8.2.tar.gz" ]; then
  tar xzf "$cache/auditwheel-6.8.2.tar.gz" -C "$scratch"
fi
python3 - "$WHEELFORGE" "$tools/auditwheel" "$scratch" <<'CHECK'
import json, pathlib, subprocess, sys
program, peer, scratch = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
wheels = sorted(scratch.rglob("*.whl"))
wheels = [w for w in wheels if "android" not in w.name]  # its policies are not ours
wrong = 0
for wheel in wheels:
    theirs = None
    run = subprocess.run([peer, "show", "--json", "--ldpaths", scratch / "empty", wheel], capture_output=True, text=True)
    try:
        theirs = json.loads(run.stdout).get("overall_tag")
    except ValueError:
        pass  # a traceback
    run = subprocess.run([program, "audit", "--json", "--fail-on", "never", wheel], capture_output=True, text=True, check=True)
    ours = json.loads(run.stdout)["wheels"][0]["auditwheel_tag"]
    if ours != theirs:
        wrong += 1
        print(f"{wheel.name}: auditwheel {theirs}, wheelforge {ours}")
print(f"{len(wheels) - wrong} of {len(wheels)} wheels agree")
sys.exit(bool(wrong) or len(wheels) < 40)
CHECK
