#!/usr/bin/env bash
# Real wheels in real Debian containers: `audit --on` predicts every sentence of the loader, letter by letter.
#   loader_test.sh [all]
# Without "all" the wheels of at most 1.1 MB of wheels.tsv on Debian 11 and 12; with it all of them, on Debian 11, 12, 13
# and testing. WF_TEST_CACHE is where the wheels are kept.
set -euo pipefail
extent=${1:-few}
here=$WF_SOURCE_DIR/tests/conformance/loader
cache=${WF_TEST_CACHE:-$HOME/.cache/wheelforge-tests}/wheels
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
releases="11 12" max_mb=1.1 wanted=(--at-least 8 --kinds 2)
if [ "$extent" = all ]; then
  releases="11 12 13" max_mb=1000 wanted=(--at-least 15 --kinds 4)
fi
if ! docker version >/dev/null 2>&1; then
  echo "SKIPPED: docker does not answer"
  exit 77
fi
python3 "$WF_SOURCE_DIR/tests/conformance/audit/fetch_wheels.py" "$here/wheels.tsv" "$cache" --max-mb "$max_mb" || true
awk -F'\t' -v max="$max_mb" 'NR > 1 && $2 <= max * 1e6 { print $1 }' "$here/wheels.tsv" >"$scratch/loader.list"
while read -r wheel; do
  if ! [ -e "$cache/$wheel" ]; then
    echo "SKIPPED: the package registry does not answer"
    exit 77
  fi
done <"$scratch/loader.list"
machines=()
for release in $releases; do
  image=$("$WF_SOURCE_DIR/images/debian/build" --if-missing "test-debian-$release")
  machines+=("debian-$release=docker:$image")
done
if [ "$extent" = all ]; then
  image=localhost/wheelforge-loader/debian-testing:latest
  if ! docker image inspect "$image" >/dev/null 2>&1; then
    mmdebstrap --quiet --variant=minbase --include=python3 --aptopt='Acquire::Check-Valid-Until "false"' testing - |
      docker import - "$image" >/dev/null
  fi
  machines+=("debian-testing=docker:$image")
fi
python3 "$here/compare.py" "$WHEELFORGE" "$cache" "${machines[@]}" --list "$scratch/loader.list" "${wanted[@]}"
