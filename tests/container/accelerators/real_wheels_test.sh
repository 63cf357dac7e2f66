#!/usr/bin/env bash
# Published wheels: where their libraries come from, their tag and the targets of their device code, against readelf and
# NVIDIA's own cuobjdump. Argument: "small", or "large" for those of 270 to 540 MB, which WHEELFORGE_TEST_LARGE_WHEELS=1 allows.
set -euo pipefail
size=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "FAILED: $*"
  exit 1
}
case $size in
  small) wheels=(onnxruntime==1.32.0 cupy-cuda12x==14.2.0 jaxlib==0.10.2 triton==2.1.0) ;;
  large) wheels=(torch==2.15.0 nvidia-cublas==13.10.0.20 tensorflow-cpu==2.21.0) ;;
  *) fail "unknown size $size" ;;
esac
if [ "$size" = large ] && [ "${WHEELFORGE_TEST_LARGE_WHEELS:-}" != 1 ]; then
  echo "SKIPPED: WHEELFORGE_TEST_LARGE_WHEELS=1 allows 1.3 GB of wheels, and 5 GB of disk to unpack them"
  exit 77
fi
download() { # FOLDER REQUIREMENTS...: those wheels for CPython 3.11
  local folder=$1 platforms=()
  shift
  for minor in 28 27 24 17 12 5; do platforms+=(--platform "manylinux_2_${minor}_x86_64"); done
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: --implementation cp \
    --python-version 3.11 "${platforms[@]}" --platform manylinux2014_x86_64 --dest "$folder" "$@" >"$work/said" 2>&1 ||
    { cat "$work/said" && echo "SKIPPED: the package index does not answer" && exit 77; }
}
download "$work/wheels" "${wheels[@]}"
download "$work/tools" 'nvidia-cuda-cuobjdump==13.*'
python3 -m zipfile -e "$work"/tools/*.whl "$work/tools"
cuobjdump=$(find "$work/tools" -name cuobjdump -type f)
chmod +x "$cuobjdump"
"$WHEELFORGE" accelerator --json "$work/wheels" >"$work/ours.json" || [ $? -eq 4 ] || fail "accelerator ended with $?"
for wheel in "$work"/wheels/*.whl; do
  python3 -m zipfile -e "$wheel" "$work/unpacked/$(basename "$wheel")"
done

python3 - "$work/ours.json" "$work/unpacked" "$cuobjdump" "$size" <<'PYTHON' || fail "the wheels are not as these tools say"
import collections, json, pathlib, re, subprocess, sys, tempfile

CUOBJDUMP = sys.argv[3]
POLICIES = (5, 12, 17, 24, 26, 27, 28, 31, 34, 35, 39)
# The tag found; where it does not follow from the files' own symbol versions, whose wheel asks for more.
TAGS = {"onnxruntime": (28, None), "cupy_cuda12x": (27, "nvidia-cublas-cu12"), "jaxlib": (27, None), "triton": (17, None),
        "torch": (28, None), "nvidia_cublas": (5, None), "tensorflow_cpu": (27, None)}

def run(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout

def device_code(path, sections):
    """The targets of a file's device code by cuobjdump, which lists relocatable code only where its section is taken out."""
    found, files = collections.Counter(), [path] if ".nv_fatbin" in sections else []
    with tempfile.TemporaryDirectory() as folder:
        if "__nv_relfatbin" in sections:
            taken = pathlib.Path(folder) / "relocatable"
            subprocess.run(["objcopy", "--dump-section", f"__nv_relfatbin={taken}", path, "/dev/null"], check=True)
            files.append(taken)
        for one in files:
            found.update(re.findall(r"\.(sm_\w+)\.cubin", run(CUOBJDUMP, "--list-elf", one)))
            found.update("compute_" + number for number in re.findall(r"\.sm_(\w+)\.ptx", run(CUOBJDUMP, "--list-ptx", one)))
    return found

wheels = {one["wheel"].split("-")[0]: one for one in json.load(open(sys.argv[1]))["wheels"]}
assert set(wheels) == {"small": {"onnxruntime", "cupy_cuda12x", "jaxlib", "triton"},
                       "large": {"torch", "nvidia_cublas", "tensorflow_cpu"}}[sys.argv[4]], set(wheels)
for name, wheel in wheels.items():
    root = pathlib.Path(sys.argv[2]) / wheel["wheel"]
    elves = [path for path in root.rglob("*") if path.is_file() and path.open("rb").read(4) == b"\x7fELF"]
    needed, targets, glibc = set(), collections.Counter(), 0
    for path in elves:
        for soname in re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-dW", path)):
            needed.add((str(path.relative_to(root)), soname))
        glibc = max([glibc] + [int(minor) for minor in re.findall(r"Name: GLIBC_2\.(\d+)", run("readelf", "-VW", path))])
        targets.update(device_code(path, run("readelf", "-SW", path)))
    ours = {(need["file"], need["soname"]) for need in wheel["needed"]}
    assert ours == needed, (name, ours ^ needed)
    found = {one["target"]: one["objects"] for one in wheel["device_targets"]}
    assert found == dict(targets), (name, found, dict(targets))

    tag, asked_by = TAGS[name]
    assert wheel["tag"] == f"manylinux_2_{tag}_x86_64", (name, wheel["tag"], wheel["tag_reason"])
    if asked_by:
        assert asked_by in wheel["tag_reason"], wheel["tag_reason"]
    else:
        assert min(one for one in POLICIES if one >= glibc) == tag, (name, glibc, tag)

    # What is not in the wheel is a provider's, the driver's or the policy's, and what is in it is.
    inside = {path.name for path in elves}
    for need in wheel["needed"]:
        if need["origin"] in ("own", "grafted"):
            assert need["soname"] in inside, need
        elif need["origin"] != "provider":
            assert need["soname"] not in inside, need
    origins = collections.Counter(need["origin"] for need in wheel["needed"])
    print(name, wheel["tag"], f"GLIBC_2.{glibc}", len(elves), "files", len(needed), "needed libraries:", dict(origins),
          sum(targets.values()), "device objects for", " ".join(sorted(targets)) or "no device")

def providers(name):
    return {need["soname"]: need["from"] for need in wheels[name]["needed"] if need["origin"] == "provider"}

def of_origin(name, origin):
    return {need["soname"] for need in wheels[name]["needed"] if need["origin"] == origin}

if sys.argv[4] == "small":
    found = providers("cupy_cuda12x")
    assert found["libcurand.so.10"] == "nvidia-curand-cu12", found  # of the toolkit whose other libraries it needs
    assert found["libcublas.so.12"] == "nvidia-cublas-cu12" and found["libcutensor.so.2"] == "cutensor-cu12", found
    assert len([one for one in found.values() if re.fullmatch("nvidia-.*-cu12", one)]) == 7 and len(found) == 9, found
    assert not of_origin("cupy_cuda12x", "missing"), of_origin("cupy_cuda12x", "missing")
    assert wheels["cupy_cuda12x"]["toolchains"] == ["cuda 12"], wheels["cupy_cuda12x"]["toolchains"]
    assert not wheels["onnxruntime"]["problems"], wheels["onnxruntime"]["problems"]
    for name in ("onnxruntime", "jaxlib", "triton"):
        assert not providers(name) and not wheels[name]["device_targets"], (name, providers(name))
else:
    found = providers("torch")
    assert found["libcublas.so.13"] == "nvidia-cublas" and found["libcudnn.so.9"] == "nvidia-cudnn-cu13", found
    metadata = next((pathlib.Path(sys.argv[2]) / wheels["torch"]["wheel"]).glob("*.dist-info/METADATA")).read_text()
    required = set(re.findall(r"^Requires-Dist: (nvidia-[\w-]+-cu13)", metadata, re.M)) # the others come by cuda-toolkit[…]
    assert required and {one for one in found.values() if one.endswith("-cu13")} == required, (found, required)
    assert of_origin("torch", "missing") == {"libquadmath.so.0"}, of_origin("torch", "missing") # which its libgfortran needs
    assert of_origin("torch", "driver") == {"libcuda.so.1"}, of_origin("torch", "driver")
    assert {one["target"] for one in wheels["torch"]["device_targets"]} >= {"sm_75", "sm_80", "sm_90", "sm_120"}
    assert wheels["torch"]["toolchains"] == ["cuda 13"], wheels["torch"]["toolchains"]
    for name in ("nvidia_cublas", "tensorflow_cpu"):
        assert not of_origin(name, "missing"), (name, of_origin(name, "missing"))
PYTHON
