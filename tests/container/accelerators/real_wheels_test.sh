#!/usr/bin/env bash
# Published wheels: where their libraries come from, their tag and the targets of their device code, against readelf and
# NVIDIA's own cuobjdump.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "FAILED: $*"
  exit 1
}
download() { # FOLDER REQUIREMENTS...: those wheels for CPython 3.11
  local folder=$1 platforms=()
  shift
  for minor in 28 27 24 17 12 5; do platforms+=(--platform "manylinux_2_${minor}_x86_64"); done
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: --implementation cp \
    --python-version 3.11 "${platforms[@]}" --platform manylinux2014_x86_64 --dest "$folder" "$@" >"$work/said" 2>&1 ||
    { cat "$work/said" && echo "SKIPPED: the package index does not answer" && exit 77; }
}
download "$work/wheels" onnxruntime==1.32.0 cupy-cuda12x==14.2.0
download "$work/tools" 'nvidia-cuda-cuobjdump==13.*'
python3 -m zipfile -e "$work"/tools/*.whl "$work/tools"
cuobjdump=$(find "$work/tools" -name cuobjdump -type f)
chmod +x "$cuobjdump"
"$WHEELFORGE" accelerator --json "$work/wheels" >"$work/ours.json" || [ $? -eq 4 ] || fail "accelerator ended with $?"
for wheel in "$work"/wheels/*.whl; do
  python3 -m zipfile -e "$wheel" "$work/unpacked/$(basename "$wheel")"
done

python3 - "$work/ours.json" "$work/unpacked" "$cuobjdump" <<'PYTHON' || fail "the wheels are not as these tools say"
import collections, json, pathlib, re, subprocess, sys

def run(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout

wheels = {one["wheel"].split("-")[0]: one for one in json.load(open(sys.argv[1]))["wheels"]}
assert set(wheels) == {"onnxruntime", "cupy_cuda12x"}, set(wheels)
for name, wheel in wheels.items():
    root = pathlib.Path(sys.argv[2]) / wheel["wheel"]
    elves = [path for path in root.rglob("*") if path.is_file() and path.open("rb").read(4) == b"\x7fELF"]
    needed, targets = set(), collections.Counter()
    for path in elves:
        for soname in re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-dW", path)):
            needed.add((str(path.relative_to(root)), soname))
        if ".nv_fatbin" in run("readelf", "-SW", path):
            targets.update(re.findall(r"\.(sm_\w+)\.cubin", run(sys.argv[3], "--list-elf", path)))
            targets.update("compute_" + one for one in re.findall(r"\.sm_(\w+)\.ptx", run(sys.argv[3], "--list-ptx", path)))
    ours = {(need["file"], need["soname"]) for need in wheel["needed"]}
    assert ours == needed, (name, ours ^ needed)
    found = {one["target"]: one["objects"] for one in wheel["device_targets"]}
    assert found == dict(targets), (name, found, dict(targets))
    print(name, wheel["tag"], len(needed), "needed libraries,", sum(targets.values()), "device objects")

origins = collections.defaultdict(set)
for need in wheels["cupy_cuda12x"]["needed"]:
    origins[need["origin"]].add((need["soname"], need["from"]))
providers = dict(origins["provider"])
assert providers["libcurand.so.10"] == "nvidia-curand-cu12", providers  # of the toolkit whose other libraries it needs
assert providers["libcublas.so.12"] == "nvidia-cublas-cu12" and providers["libcutensor.so.2"] == "cutensor-cu12", providers
assert len([name for name in providers.values() if re.fullmatch("nvidia-.*-cu12", name)]) == 7 and len(providers) == 9, providers
assert not origins["missing"], origins["missing"]
assert wheels["cupy_cuda12x"]["toolchains"] == ["cuda 12"], wheels["cupy_cuda12x"]["toolchains"]
assert wheels["onnxruntime"]["tag"] == "manylinux_2_28_x86_64" and not wheels["onnxruntime"]["problems"]
PYTHON
