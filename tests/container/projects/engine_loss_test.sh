#!/usr/bin/env bash
# The container engine goes away in mid-build and stays away: after the retries exit 75, with a message that says so.
set -euo pipefail
# shellcheck source=tests/container/engine/prepare.sh
. "$(dirname "$0")/../engine/prepare.sh"
# shellcheck source=tests/container/engine/own_daemon.sh
. "$(dirname "$0")/../engine/own_daemon.sh"
trap end_daemon EXIT
own_daemon

# The smallest image that a cell can be prepared in: it never comes to need a Python.
docker import "$WF_ROOT_TAR" localhost/wheelforge/tiny:1 >/dev/null
"$WF_SOURCE_DIR/tests/projects/prepare" cpp-vector "$scratch/project"
cd "$scratch/project"
cat >wheelforge.toml <<'TOML'
[matrix]
python = "cp311"
platform = "manylinux_2_31"
arch = "x86_64"
[images.use]
"manylinux_2_31_x86_64" = "localhost/wheelforge/tiny:1"
[engine]
memory = "256MiB"
[build]
before-build = "echo now it waits; sleep 300"
network = true
[schedule]
retries = 2
TOML
"$WHEELFORGE" build --engine docker --progress plain >"$scratch/stdout" 2>"$scratch/stderr" &
build=$!
for ((i = 0; i < 300; i++)); do
  ! grep -qs 'now it waits' .wheelforge/runs/*/*.log || break
  kill -0 "$build" 2>/dev/null || { cat "$scratch/stderr" && exit 1; }
  sleep 0.1
done
begin=$SECONDS
kill -9 "$WF_DAEMON_PID"
status=0
wait "$build" || status=$?
cat "$scratch/stdout" "$scratch/stderr"
[ "$status" -eq 75 ]
[ $((SECONDS - begin)) -ge 2 ] # the retries wait
grep -q 'UNAVAILABLE' "$scratch/stdout"
grep -qE 'error: .*(docker daemon|no answer|EOF)' "$scratch/stderr"
grep -q 'hint: the container engine stopped answering' "$scratch/stderr"
grep -q 'attempt 3' "$scratch/stderr" || grep -q '"attempts": 3' .wheelforge/runs/*/report.json
