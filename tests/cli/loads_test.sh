#!/usr/bin/env bash
# `wheelforge audit --on`, `audit --together` and `wheelforge compare` on libraries that gcc makes here; one pair of
# wheels is then really imported in both orders.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

pack() { # pack WHEEL MEMBER=FILE…
  python3 - "$@" <<'PACK'
import sys, zipfile
name = sys.argv[1].split("-")
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for pair in sys.argv[2:]:
        member, file = pair.split("=")
        archive.write(file, member)
    info = f"{name[0]}-{name[1]}.dist-info"
    archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name[0]}\nVersion: {name[1]}\n")
    archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: " + "-".join(name[2:])[:-4] + "\n")
    archive.writestr(f"{info}/RECORD", "")
PACK
}
status_of() {
  local status=0
  "$WHEELFORGE" "$@" >out 2>err || status=$?
  echo "$status"
}

# Two packages with one soname in two versions: each one's module needs a function that only its own library has.
for package in a b; do
  echo "int in_$package(void) { return 1; }" >lib.c
  echo "int in_$package(void); int PyInit_ext(void) { return in_$package(); }" >ext.c
  mkdir -p "tree/$package"
  gcc -shared -fPIC -o "tree/$package/libshared.so.1" lib.c -Wl,-soname,libshared.so.1
  # shellcheck disable=SC2016 # $ORIGIN is the loader's
  gcc -shared -fPIC -o "tree/$package/ext.so" ext.c "tree/$package/libshared.so.1" -Wl,--enable-new-dtags,-rpath,'$ORIGIN'
  pack "$package-1.0-cp311-cp311-manylinux_2_17_x86_64.whl" "$package/ext.so=tree/$package/ext.so" \
    "$package/libshared.so.1=tree/$package/libshared.so.1"
done
[ "$(status_of audit --json --together --on debian-12 a-1.0-*.whl b-1.0-*.whl)" = 4 ]
python3 - "$scratch" <<'CHECK'
import ctypes, json, os, sys
report = json.load(open("out"))
codes = {f["code"] for f in report["findings"]}
assert {"import-order", "soname-clash"} <= codes, codes
said = {d for f in report["findings"] if f["code"] == "import-order" for d in f["details"]}
assert any("1 file of" in f["message"] for f in report["findings"] if f["code"] == "import-order"), report
assert said == {"a/ext.so: undefined symbol: in_a", "b/ext.so: undefined symbol: in_b"}, said
for first, second in (("a", "b"), ("b", "a")):  # what really happens
    child = os.fork()
    if child == 0:
        ctypes.CDLL(f"{sys.argv[1]}/tree/{first}/ext.so", mode=os.RTLD_NOW)
        try:
            ctypes.CDLL(f"{sys.argv[1]}/tree/{second}/ext.so", mode=os.RTLD_NOW)
        except OSError as error:
            os._exit(0 if str(error).replace(f"{sys.argv[1]}/tree/", "") in said else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, (first, second)
CHECK
[ "$(status_of audit --together --fail-on never a-1.0-*.whl b-1.0-*.whl)" = 0 ]
grep -q 'import-order' out
[ "$(status_of audit --together a-1.0-*.whl)" = 2 ]

# --on: sentences as the loader says them, for real and for derived machines.
echo 'int GOMP_parallel(void); int PyInit_omp(void) { return GOMP_parallel(); }' >omp.c
echo 'int GOMP_parallel(void) { return 0; }' >gomp.c
gcc -shared -fPIC -o libgomp.so.1 gomp.c -Wl,-soname,libgomp.so.1
gcc -shared -fPIC -o omp.so omp.c libgomp.so.1
pack omp-1.0-cp311-cp311-manylinux_2_17_x86_64.whl omp.so=omp.so
[ "$(status_of audit --json --fail-on never --on debian-11,debian-12,rhel-8,alpine-3.20 omp-1.0-*.whl)" = 0 ]
python3 - <<'CHECK'
import json
report = json.load(open("out"))["wheels"][0]
missing = "libgomp.so.1: cannot open shared object file: No such file or directory"
assert report["on"]["debian-11"] == report["on"]["debian-12"] == report["on"]["rhel-8"] == {"omp.so": missing}, report["on"]
assert report["on"]["alpine-3.20"]["omp.so"].startswith("Error loading shared library libgomp.so.1: No such file"), report["on"]
assert report["on_basis"]["debian-11"] == {"basis": "packages"} and report["on_basis"]["rhel-8"] == {"basis": "derived"}
CHECK
[ "$(status_of audit --json --fail-on does-not-load --on debian-12 omp-1.0-*.whl)" = 4 ]
[ "$(status_of audit --json --fail-on never --with libgomp1 --on debian-12 omp-1.0-*.whl)" = 0 ]
python3 -c 'import json; assert json.load(open("out"))["wheels"][0]["on"] == {"debian-12": {"omp.so": None}}'
[ "$(status_of audit --on debian-12 --with no-such-package omp-1.0-*.whl)" = 2 ]
[ "$(status_of audit --on no-such-system omp-1.0-*.whl)" = 2 ]
[ "$(status_of audit --fail-on never --on all omp-1.0-*.whl)" = 0 ]
grep -q 'on ubuntu-22.04 (derived): 0 of 1 files load' out

# compare: a library that loses a function and grows a variable; a wheel whose own copy of a library changes.
echo 'int kept(void) { return 1; } int lost(void) { return 2; } int table[4] = {1};' >v1.c
echo 'int kept(void) { return 1; } int gained(void) { return 2; } int table[8] = {1};' >v2.c
gcc -shared -fPIC -o old.so v1.c -Wl,-soname,libv.so.1
gcc -shared -fPIC -o new.so v2.c -Wl,-soname,libv.so.1
[ "$(status_of compare --json old.so new.so)" = 0 ]
python3 - <<'CHECK'
import json
report = json.load(open("out"))
assert report["schema"] == 1 and report["breaking"]
changes = {(c["kind"], c["subject"], c["breaking"]) for c in report["wheels"][0]["files"][0]["changes"]}
assert {("symbol-removed", "lost", True), ("symbol-added", "gained", False), ("data-size-changed", "table", True)} <= changes, changes
CHECK
[ "$(status_of compare --fail-on breaking old.so new.so)" = 4 ]
[ "$(status_of compare --fail-on breaking old.so old.so)" = 0 ]
[ "$(status_of compare old.so nothing.so)" = 2 ]
pack c-1.0-py3-none-manylinux_2_17_x86_64.whl c.libs/libv-11111111.so=old.so
pack c-2.0-py3-none-manylinux_2_17_x86_64.whl c.libs/libv-22222222.so=new.so
[ "$(status_of compare --json --fail-on breaking c-1.0-*.whl c-2.0-*.whl)" = 0 ]
grep -q '"role": "grafted"' out
echo "not ELF" >text.so
[ "$(status_of compare old.so text.so)" != 0 ]
