#!/usr/bin/env bash
# `build --only CELL --shell` opens a shell in the cell's container, on a terminal, and nothing is painted over it.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
need_images debian-11
prepare_project cpp-vector
mkfifo "$work/typed"
script -qefc "$WHEELFORGE build --only cp311-manylinux_2_31_x86_64 --shell" "$work/screen" <"$work/typed" >/dev/null &
process=$!
exec 3>"$work/typed"
for _ in $(seq 600); do # the prompt comes when the cell has ended
  ! grep -q "/project#" "$work/screen" 2>/dev/null || break
  sleep 0.1
done
# shellcheck disable=SC2016 # the shell in the container expands it
printf '%s\n' 'echo "in $(pwd) with $(python -c "import sys; print(sys.prefix)")"' exit >&3
exec 3>&-
wait "$process" || fail "exit $?"
grep -q "in /project with /opt/python/cp311-cp311" "$work/screen" || { cat "$work/screen" && fail "no shell in the container"; }
! grep -q "━" "$work/screen" || fail "a live area was painted over the shell"
run=$(basename "$(find .wheelforge/runs -mindepth 1 -maxdepth 1 -print -quit)")
[ -z "$(containers_of "$run")" ] || fail "containers are left"
