#!/usr/bin/env bash
# Every fact that readelf knows of an ELF file is read the same: on a sample of this machine's libraries, on files with one
# fault each, and on small wheels of other architectures. WF_ELF_FILES is how many of this machine's (default 120; the runs
# over thousands are in docs/conformance-elf.md).
set -euo pipefail
here=$WF_SOURCE_DIR/tests/conformance
count=${WF_ELF_FILES:-120}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$here/audit/craft" "$scratch/crafted" >/dev/null 2>"$scratch/craft.log" || { cat "$scratch/craft.log"; exit 1; }
# Files that are cut off or twisted on purpose have no two tools agree.
rm "$scratch"/crafted/{cut_off,only_the_magic_number,sections_past_the_end,no_sections,missing_needed,debug_companion}-*
# Evenly over the alphabet, so that each run sees the same kinds of library.
find /usr/lib -type f \( -name '*.so' -o -name '*.so.*' \) -size -2000k | sort >"$scratch/all"
awk -v every=$(($(wc -l <"$scratch/all") / count + 1)) 'NR % every == 1' "$scratch/all" >"$scratch/sample"
cache=${WF_TEST_CACHE:-$HOME/.cache/wheelforge-tests}/wheels
awk -F'\t' '$1 ~ /aarch64|ppc64le|s390x|armv7l|riscv64|i686/ && $2 < 500000 { print }' "$here/audit/wheels.tsv" >"$scratch/foreign.body"
{ head -1 "$here/audit/wheels.tsv"; cat "$scratch/foreign.body"; } >"$scratch/foreign.tsv"
python3 "$here/audit/fetch_wheels.py" "$scratch/foreign.tsv" "$cache" || true
mapfile -t wheels < <(cut -f1 "$scratch/foreign.body" | while read -r name; do [ ! -e "$cache/$name" ] || echo "$cache/$name"; done)
mapfile -t sample <"$scratch/sample"
for mode in "" --stream; do
  # shellcheck disable=SC2086 # no mode is no argument
  python3 "$here/elf/compare_readelf.py" --wheelforge "$WHEELFORGE" $mode "$scratch"/crafted/*.whl \
    "${wheels[@]}" "${sample[@]}"
done
