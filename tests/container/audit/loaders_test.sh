#!/usr/bin/env bash
# Findings proved with real loaders: each file of loaders.tsv is found by the audit under its code, fails in one root with
# the loader's sentence that is written there, and loads in another, or with help.
set -euo pipefail
here=$WF_SOURCE_DIR/tests/container/audit
craft=$WF_SOURCE_DIR/tests/conformance/audit/craft
engine=${WF_ENGINE:-docker}
command -v "$engine" >/dev/null || { echo "SKIPPED: there is no container engine"; exit 77; }
qemu=$(command -v qemu-x86_64-static || true)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/wheels" "$work/help"

# Libraries that help.
shared() { gcc -shared -fPIC -O1 -o "$@"; }
echo 'int totally_missing(void) { return 1; }' | shared "$work/help/libmissing.so" -x c -
for soname in libnothere.so.1 libcuda.so.1 libpython3.12.so.1.0 libc.musl-x86_64.so.1; do
  echo 'int stub_function(void) { return 1; }' | shared "$work/help/$soname" -x c - "-Wl,-soname,$soname" -nostdlib
done
echo 'int stub_function(void) { return 1; }' | shared "$work/help/libstub.so" -x c - -nostdlib

mapfile -t cases < <(grep -v '^#' "$here/loaders.tsv" | cut -f2 | sort -u)
"$craft" "$work/wheels" "${cases[@]}" >"$work/made" 2>"$work/craft.log" || { cat "$work/craft.log"; exit 1; }
while read -r name wheel; do
  python3 -m zipfile -e "$work/wheels/$wheel" "$work/$name"
done <"$work/made"

# musl: a program that loads what it is told, under this machine's musl.
mkdir "$work/musl"
cat >"$work/musl/try.c" <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(int n, char** v) { (void)n; if (dlopen(v[1], RTLD_NOW)) return 0; fprintf(stderr, "%s\n", dlerror()); return 1; }
C
has_musl=no
if command -v musl-gcc >/dev/null; then
  has_musl=yes
  musl-gcc -o "$work/musl/try" "$work/musl/try.c"
  echo 'int statx(void) { return 1; }' | musl-gcc -shared -fPIC -o "$work/help/libstatx.so" -x c -
fi
under_musl() { # PATH WITH
  local path=$1 status=0
  [ "$2" != - ] || set -- "$1" PLAIN=1
  [[ $2 != FILE=* ]] || path=${path%/*}/${2#FILE=}
  env "${2//\/w\//$work/}" "$work/musl/try" "$path" >"$work/said" 2>&1 || status=$?
  if [ $status -eq 0 ]; then echo loads; elif [ $status -gt 128 ]; then echo "signal $((status - 128))"; else tail -1 "$work/said"; fi
}

chmod -R a+rX "$work"
: >"$work/answers"
for image in debian-11 test-debian-12 test-debian-13; do
  ref=$("$WF_SOURCE_DIR/images/debian/build" --if-missing "$image" 2>"$work/build.log") || { tail -5 "$work/build.log"; exit 1; }
  # shellcheck disable=SC2016
  awk -F'\t' -v image="$image" '!/^#/ && $3 == image { print NR ":fails /w/" $2 " " $4 } !/^#/ && $6 == image { print NR ":loads /w/" $2 " " $7 }' \
    "$here/loaders.tsv" | while read -r id folder condition; do
    file=$(cd "$work/${folder#/w/}" && ls ext*.so)
    echo "$id $folder/$file $condition"
  done >"$work/lines"
  # shellcheck disable=SC2016 # the container's shell expands it
  "$engine" run --rm -i --network none -v "$work:/w:ro" -v "$here/load.py:/load.py:ro" ${qemu:+-v "$qemu:/qemu:ro"} "$ref" \
    sh -c 'python=$(command -v python3 || ls /opt/python/cp311-cp311/bin/python); exec "$python" /load.py' <"$work/lines" >>"$work/answers"
done

wrong=0 proved=0 line=0
while IFS=$'\t' read -r code name fails_in fails_with sentence loads_in loads_with; do
  line=$((line + 1))
  [[ $code != \#* ]] || continue
  if [[ $fails_in == musl && $has_musl == no ]]; then continue; fi
  if [[ $fails_with == CPU=* && -z $qemu ]]; then continue; fi
  path=$work/$name/ext.so
  if [ "$fails_in" = musl ]; then fails=$(under_musl "$path" "$fails_with"); else fails=$(grep -P "^$line:fails\t" "$work/answers" | cut -f2-); fi
  if [ "$loads_in" = musl ]; then loads=$(under_musl "$path" "$loads_with"); else loads=$(grep -P "^$line:loads\t" "$work/answers" | cut -f2-); fi
  if [[ $fails != *"$sentence"* || $loads != loads ]]; then
    wrong=$((wrong + 1))
    echo "$code, $name: in $fails_in \"$fails\", wanted \"$sentence\"; in $loads_in ($loads_with) \"$loads\""
    continue
  fi
  wheel=$(awk -v name="$name" '$1 == name { print $2 }' "$work/made")
  "$WHEELFORGE" audit --json --fail-on never "$work/wheels/$wheel" >"$work/report"
  grep -q "\"code\": \"$code\"" "$work/report" || { wrong=$((wrong + 1)); echo "$name: the audit does not find $code"; continue; }
  proved=$((proved + 1))
done <"$here/loaders.tsv"
codes=$(grep -v '^#' "$here/loaders.tsv" | cut -f1 | sort -u | wc -l)
echo "$proved proofs of $codes codes hold, $wrong do not"
[ $wrong -eq 0 ] && [ "$proved" -ge 10 ]
