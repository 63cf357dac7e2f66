#!/usr/bin/env bash
# Ctrl-C, SIGTERM and SIGKILL in mid-build: the right exit code, no container left, no half-written wheel.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
need_images debian-11
prepare_project cpp-vector
cat >wheelforge.toml <<'TOML'
[matrix]
python = ["cp311", "cp313"]
platform = "auto"
arch = ["x86_64"]

[[override]]
select = "cp313-*"
build.before-build = "echo now it waits; sleep 300"
TOML

# begin: a build in the background, until its second cell hangs in before-build and its first is done; sets pid and run.
begin() {
  rm -rf .wheelforge wheelhouse
  touch "$work/started"
  # A process group of its own: its signals are not this script's.
  setsid env --default-signal=INT,TERM "$WHEELFORGE" build -j2 --progress plain >"$work/stdout" 2>"$work/stderr" &
  pid=$!
  for ((i = 0; i < 2000; i++)); do
    kill -0 "$pid" 2>/dev/null || { cat "$work/stderr" && fail "the build ended by itself"; }
    if compgen -G 'wheelhouse/*.whl' >/dev/null && grep -qs 'now it waits' .wheelforge/runs/*/*.log; then
      run=$(basename "$(echo .wheelforge/runs/*)")
      [ -n "$(containers_of "$run")" ] || fail "no container runs"
      return
    fi
    sleep 0.1
  done
  fail "the build did not come so far in minutes"
}

for signal in INT:130 TERM:143; do
  begin
  kill -"${signal%:*}" "$pid"
  status=0
  wait "$pid" || status=$?
  [ "$status" -eq "${signal#*:}" ] || { cat "$work/stderr" && fail "exit $status after ${signal%:*}"; }
  [ -z "$(containers_of "$run")" ] || fail "containers are left after ${signal%:*}"
  wheels '*-cp311-cp311-manylinux*.whl'
  [ -s ".wheelforge/runs/$run/report.json" ] || fail "no report after ${signal%:*}"
done

# Killed for good, it leaves its containers; a run that lives keeps its own; the next start removes the dead one's.
begin
kill -KILL "$pid"
wait "$pid" 2>/dev/null || true
dead=$run
[ -n "$(containers_of "$dead")" ] || fail "the killed run left nothing: then there is nothing to show"
mkdir "$work/other"
cp -R . "$work/other"
rm -rf "$work/other/.wheelforge" "$work/other/wheelhouse"
(cd "$work/other" && exec setsid env --default-signal=INT,TERM "$WHEELFORGE" build --only 'cp313-*' --progress plain >"$work/other.out" 2>&1) &
living=$!
for ((i = 0; i < 1200; i++)); do
  ! grep -qs 'now it waits' "$work"/other/.wheelforge/runs/*/*.log || break
  sleep 0.1
done
[ -z "$(containers_of "$dead")" ] || fail "the next start left the dead run's containers"
grep -q "removed wheelforge-$dead" "$work/other.out" || fail "it does not say what it removed"
sed -i 's/; sleep 300//' wheelforge.toml
"$WHEELFORGE" build >"$work/stdout" 2>"$work/stderr" || { cat "$work/stderr" && fail "the next build failed"; }
other=$(basename "$(echo "$work"/other/.wheelforge/runs/*)")
[ -n "$(containers_of "$other")" ] || fail "the containers of a run that lives were removed"
kill -INT "$living"
wait "$living" || true
[ -z "$(containers_of "$other")" ] || fail "containers are left"
wheels '*-cp311-cp311-manylinux*.whl' '*-cp313-cp313-manylinux*.whl'
for wheel in wheelhouse/*; do
  python3 -m zipfile -t "$wheel" >/dev/null
done
