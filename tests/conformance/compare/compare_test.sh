#!/usr/bin/env bash
# `wheelforge compare` misses no symbol that abidiff calls removed, between Debian 11's libraries and Debian 12's: 20
# pairs, or all that there are.
#   compare_test.sh [all]
set -euo pipefail
if ! command -v abidiff >/dev/null; then
  echo "SKIPPED: abidiff is not installed (Debian's abigail-tools)"
  exit 77
fi
if ! docker version >/dev/null 2>&1; then
  echo "SKIPPED: docker does not answer"
  exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for release in 11 12; do
  image=$("$WF_SOURCE_DIR/images/debian/build" --if-missing "test-debian-$release")
  mkdir "$scratch/$release"
  container=$(docker create "$image")
  docker export "$container" | tar -x -C "$scratch/$release" --wildcards '*lib/x86_64-linux-gnu/*.so*'
  docker rm "$container" >/dev/null
done
limit=20
[ "${1:-few}" != all ] || limit=1000
python3 "$WF_SOURCE_DIR/tests/conformance/compare/against_abidiff.py" "$WHEELFORGE" "$scratch/11" "$scratch/12" \
  --limit "$limit" --at-least $((limit < 50 ? limit : 50))
