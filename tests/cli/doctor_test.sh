#!/usr/bin/env bash
# `wheelforge doctor` names what it looked at, in words and as JSON; without any engine it ends with 69 and says the cure.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# No engine: a PATH without docker and podman.
status=0
PATH=$scratch "$WHEELFORGE" doctor >"$scratch/words" || status=$?
[ "$status" -eq 69 ]
grep -q '^failed   docker: ' "$scratch/words"
grep -q '^failed   podman: ' "$scratch/words"
grep -q 'hint: install docker or podman' "$scratch/words"
grep -q 'project disk: .* GiB free' "$scratch/words"

# A docker whose daemon is down beside a podman that answers.
cat >"$scratch/docker" <<'DOCKER'
#!/bin/sh
echo "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?" >&2
exit 1
DOCKER
cat >"$scratch/podman" <<'PODMAN'
#!/bin/sh
echo '{"Client":{"APIVersion":"4.3.1","Version":"4.3.1","OsArch":"linux/amd64"}}'
PODMAN
chmod +x "$scratch/docker" "$scratch/podman"
PATH=$scratch "$WHEELFORGE" doctor --json >"$scratch/json"
python3 - "$scratch/json" <<'PYTHON'
import json
import sys

report = json.load(open(sys.argv[1]))
assert report["schema"] == 1
by_name = {check["name"]: check for check in report["checks"]}
assert by_name["podman"]["status"] == "ok" and "4.3.1" in by_name["podman"]["message"], by_name["podman"]
assert by_name["docker"]["status"] == "ok" and "not needed" in by_name["docker"]["message"], by_name["docker"]
assert {"project disk", "cache disk", "emulators", "network"} <= by_name.keys()
PYTHON
