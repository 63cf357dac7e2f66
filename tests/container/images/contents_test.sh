#!/usr/bin/env bash
# `lifecycle --images` says what changed between two images that are pinned by digest: gcc, glibc, Pythons, packages.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
# shellcheck source=tests/container/images/registry.sh
. "$WF_SOURCE_DIR/tests/container/images/registry.sh"
need_images debian-11 test-debian-12
[ "$(engine)" = docker ] || { echo "SKIPPED: only docker pushes to a registry on loopback without TLS" && exit 77; }
start_registry
trap 'end_registry; docker rmi "$registry/base:old" "$registry/base:new" >/dev/null 2>&1; rm -rf "$work"' EXIT
push() {
  docker tag "$1" "$registry/base:$2"
  docker push "$registry/base:$2" >/dev/null
}
push localhost/wheelforge/manylinux_2_31_x86_64:debian-11 old
push localhost/wheelforge/test-debian-12_x86_64:latest new
old=$registry/base:old@$(manifest base:old) new=$registry/base:new@$(manifest base:new)
[[ $old == *@sha256:* && $new == *@sha256:* ]] || fail "no digests: $old $new"

"$WHEELFORGE" lifecycle --data "$work/data" --images "$old" "$new" --json >"$work/changes.json"
python3 - "$work/changes.json" "$old" "$new" <<'CHECK'
import json, sys
document = json.load(open(sys.argv[1]))
assert document["schema"] == 1 and document["before"] == sys.argv[2] and document["after"] == sys.argv[3], document
changes = {(c["kind"], c["name"]): (c["before"], c["after"]) for c in document["changes"]}
assert changes["tool", "libc"] == ("glibc 2.31", "glibc 2.36"), changes
before, after = changes["tool", "gcc"]
assert before.startswith("10.") and after is None, (before, after)
assert any(kind == "python" and after is None for (kind, _), (_, after) in changes.items())  # /opt/python is gone
packages = {name.split(":")[0]: pair for (kind, name), pair in changes.items() if kind == "package"}
assert packages["libc6"][0].startswith("2.31") and packages["libc6"][1].startswith("2.36"), packages["libc6"]
CHECK
"$WHEELFORGE" lifecycle --data "$work/data" --images "$old" "$new" >"$work/stdout"
says stdout 'glibc 2.31'
says stdout 'glibc 2.36'

# What was asked once is kept by digest: the answer needs no engine.
PATH=$(dirname "$(command -v python3)"):/nowhere "$WHEELFORGE" lifecycle --data "$work/data" --images "$old" "$new" >"$work/again"
cmp "$work/stdout" "$work/again" || fail "the kept answer is another"

# Two locks that pin one name by different digests say the same.
lock() { printf 'version = 1\n\n[[image]]\nname = "%s"\ntag = "%s"\ndigest = "%s"\n' "$registry/base" "$1" "${2##*@}"; }
lock old "$old" >"$work/old.lock"
lock new "$new" >"$work/new.lock"
"$WHEELFORGE" lifecycle --data "$work/data" --images "$work/old.lock" "$work/new.lock" >"$work/by-lock"
cmp "$work/stdout" "$work/by-lock" || fail "the locks' answer is another"
