#!/usr/bin/env bash
# `wheelforge logs`: one cell by id, glob or part, all of the latest run merged by time, and following until the run ends.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fails() { # fails CODE WORD COMMAND…
  local code=$1 word=$2 status=0 out
  shift 2
  out=$("$@" 2>&1) || status=$?
  if [ "$status" -ne "$code" ] || [[ $out != *"$word"* ]]; then
    echo "$*: $status, $out"
    return 1
  fi
}
fails 2 "nothing was built here yet" "$WHEELFORGE" logs

old=.wheelforge/runs/20260101T000000Z-1 new=.wheelforge/runs/20260102T000000Z-2
mkdir -p "$old" "$new"
echo "2026-01-01T00:00:01.000Z [build] old" >"$old/cp39-manylinux_2_28_x86_64.log"
echo "2026-01-02T00:00:02.000Z [build] second" >"$new/cp311-manylinux_2_28_x86_64.log"
{
  echo "2026-01-02T00:00:01.000Z [build] first"
  echo "2026-01-02T00:00:03.000Z [build] third"
} >"$new/cp313-manylinux_2_28_x86_64.log"

[ "$("$WHEELFORGE" logs cp311-manylinux_2_28_x86_64)" = "2026-01-02T00:00:02.000Z [build] second" ]
[ "$("$WHEELFORGE" logs cp313)" = "$(cat "$new/cp313-manylinux_2_28_x86_64.log")" ]
# Kept results wrote no log in the latest run: that of the run before it is shown.
[ "$("$WHEELFORGE" logs 'cp39-*')" = "2026-01-01T00:00:01.000Z [build] old" ]
[ "$("$WHEELFORGE" logs 2>/dev/null | awk '{ print $NF }' | paste -sd' ')" = "first second third" ]
"$WHEELFORGE" logs 2>/dev/null | grep '^cp311-manylinux_2_28_x86_64  2026' >/dev/null
fails 2 "no run here has a log of cp27" "$WHEELFORGE" logs cp27
fails 2 "there is no run x" "$WHEELFORGE" logs --run x
[ "$("$WHEELFORGE" logs --run 20260101T000000Z-1 --project "$folder" 2>/dev/null | awk '{ print $NF }')" = old ]

# Followed while the process that the lock names lives and has not written its report.
echo "run 20260102T000000Z-2 (pid $$)" >.wheelforge/lock
"$WHEELFORGE" logs cp311 -f >followed &
follower=$!
for ((i = 0; i < 200; i++)); do
  grep -q second followed && break
  sleep 0.05
done
echo "2026-01-02T00:00:09.000Z [test] last" >>"$new/cp311-manylinux_2_28_x86_64.log"
for ((i = 0; i < 200; i++)); do
  grep -q last followed && break
  sleep 0.05
done
echo '{}' >"$new/report.json"
wait "$follower"
[ "$(wc -l <followed)" -eq 2 ]
