#!/usr/bin/env bash
# Two wheels that each bring a libshared.so.1, one of them without shared_two: loaded second, the module that needs it
# fails with the sentence that was predicted, and loaded first it lends its library to the other one, as was predicted.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# make_wheel PROJECT FUNCTIONS...: PROJECT/_native.so calls the last function of its own PROJECT.libs/libshared.so.1.
make_wheel() {
  local project=$1 function last
  shift
  mkdir -p "site/$project" "site/$project.libs"
  for function in "$@"; do
    echo "int $function(void) { return 1; }"
    last=$function
  done >shared.c
  echo "int $last(void); int use(void) { return $last(); } void* PyInit__native(void) { return 0; }" >native.c
  gcc -shared -fPIC -Wl,-soname,libshared.so.1 -o "site/$project.libs/libshared.so.1" shared.c
  gcc -shared -fPIC -Wl,-rpath,"\$ORIGIN/../$project.libs" -o "site/$project/_native.abi3.so" native.c \
    "site/$project.libs/libshared.so.1"
  python3 - "$project" <<'MAKE'
import pathlib, sys, zipfile
project = sys.argv[1]
with zipfile.ZipFile(f"{project}-1.0-cp39-abi3-manylinux_2_28_x86_64.whl", "w") as out:
    for name in (f"{project}/_native.abi3.so", f"{project}.libs/libshared.so.1"):
        out.write(f"site/{name}", name)
    info = f"{project}-1.0.dist-info/"
    out.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n")
    out.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp39-abi3-manylinux_2_28_x86_64\n")
    out.writestr(info + "RECORD", "")
MAKE
}
make_wheel older shared_one
make_wheel newer shared_one shared_two

status=0
"$WHEELFORGE" audit --together --json --on debian-12 ./*.whl >out.json || status=$?
[ "$status" = 4 ] || { cat out.json && exit 1; }
python3 - <<'CHECK'
import ctypes, json, os, subprocess, sys
report = json.load(open("out.json"))
details = {code: {d for f in report["findings"] if f["code"] == code for d in f["details"]}
           for code in ("import-order", "borrowed-library")}

def load(*projects):
    """The loader's sentence of the last one, in a process of its own; nothing where all load."""
    code = "import ctypes, os, sys\n" + "".join(
        f"ctypes.CDLL(os.path.abspath('site/{p}/_native.abi3.so'), mode=os.RTLD_NOW).use()\n" for p in projects)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    said = run.stderr.strip().splitlines()[-1:] or [""]
    return said[0].removeprefix("OSError: ").replace(os.path.abspath("site") + "/", "")

assert load("older") == load("newer") == "", "each alone"
said = load("older", "newer")
assert "undefined symbol: shared_two" in said and said in details["import-order"], (said, details)
assert load("newer", "older") == "", "the other order"
borrowed = "older/_native.abi3.so gets newer.libs/libshared.so.1 as libshared.so.1"
assert borrowed in details["borrowed-library"], details
CHECK
