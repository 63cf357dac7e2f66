#!/usr/bin/env bash
# Real pips, from the package index, agree with `wheelforge tags` and `wheelforge resolve` on made-up cases, the same ones at each run.
# WF_SEED makes others, WF_PIPS names other versions, WF_TARGETS and WF_CASES say how many of each a pip and Python.
set -euo pipefail
# With "all" every era of pip is asked.
pips='25.3 26.0.1 26.3'
[ "${1:-}" != all ] || pips='8.1.2 9.0.3 10.0.1 18.1 19.0.3 19.2.3 19.3.1 20.0.2 20.1.1 20.2.4
  20.3 20.3.4 21.0.1 21.1.3 21.2.4 22.0.4 23.3.2 24.0 24.1 25.2 25.3 26.0.1 26.1.2 26.3'
mapfile -t versions < <(tr -s ' \n' '\n' <<<"${WF_PIPS:-$pips}" | grep .)
cache=$WF_SOURCE_DIR/build/conformance/pips
mkdir -p "$cache"

for version in "${versions[@]}"; do
  [ -d "$cache/$version" ] && continue
  folder=$(mktemp -d)
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --ignore-requires-python --only-binary :all: \
    --dest "$folder" "pip==$version" >/dev/null 2>&1 || {
    rm -rf "$folder"
    echo "SKIPPED: pip $version cannot be downloaded"
    exit 77
  }
  python3 -m zipfile -e "$folder"/pip-*.whl "$folder/unpacked"
  mv "$folder/unpacked" "$cache/$version"
  rm -rf "$folder"
done

chosen=$(mktemp -d)
trap 'rm -rf "$chosen"' EXIT
for version in "${versions[@]}"; do
  ln -s "$cache/$version" "$chosen/$version"
done
python3 "$WF_SOURCE_DIR/tests/conformance/resolve/compare.py" --wheelforge "$WHEELFORGE" --pips "$chosen" \
  --seed "${WF_SEED:-20261125}" --targets "${WF_TARGETS:-12}" --cases "${WF_CASES:-12}"
