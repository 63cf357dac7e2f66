#!/usr/bin/env bash
# `wheelforge audit` stays within its memory on large members, answers on a wheel cut off at any byte, and reads what wheels
# share once without changing a word of the answer.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$WF_SOURCE_DIR/tests/conformance/audit/craft" "$scratch/made" clean too_new >/dev/null
python3 - "$WHEELFORGE" "$scratch" <<'CHECK'
import json, pathlib, random, subprocess, sys, zipfile
program, scratch = sys.argv[1], pathlib.Path(sys.argv[2])
clean = next((scratch / "made").glob("clean-*.whl"))
elf = zipfile.ZipFile(clean).read("ext.so")


# Before it becomes the program, a child is a copy of its parent, whose memory counts: so a small parent.
LAUNCHER = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024, file=sys.stderr)
"""


def audit(*arguments):
    """(JSON, exit status, peak RSS in MB)"""
    command = [sys.executable, "-S", "-c", LAUNCHER, program, "audit", "--json", "--fail-on", "never", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    status, peak = run.stderr.split()
    return json.loads(run.stdout), int(status), float(peak)


def wheel(name, members, method=zipfile.ZIP_STORED):
    path = scratch / f"{name}-1.0-py3-none-manylinux_2_17_x86_64.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-manylinux_2_17_x86_64\n")
        archive.writestr(f"{info}/RECORD", "".join(f"{member},,\n" for member in [*members, f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD"]))
    return path


def check_memory(path, most, *options):
    report, status, peak = audit("-j2", *options, path)
    assert status == 0 and report["wheels"][0]["tag"] == "manylinux_2_5_x86_64", report["wheels"][0]
    assert peak <= most, f"{path.name} {options}: {peak:.0f} MB, at most {most} are wanted"


large = wheel("large", {"ext.so": elf + bytes(500_000_000)}, zipfile.ZIP_DEFLATED)
check_memory(large, 200)
check_memory(large, 200, "--integrity")
large.unlink()
noise = random.Random(1).randbytes((16 << 20) - len(elf))
for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
    several = wheel("several", {f"ext{n}.so": elf + noise for n in range(4)}, method)
    check_memory(several, 40)
    check_memory(several, 40, "--integrity")

# A folder of the same wheel cut off at every byte.
folder = scratch / "cut"
folder.mkdir()
whole = clean.read_bytes()
for length in range(0, len(whole), 3):
    (folder / f"cut{length}-1.0-py3-none-manylinux_2_17_x86_64.whl").write_bytes(whole[:length])
report, status, _ = audit(folder)
assert status == 4 and len(report["unreadable"]) == len(list(folder.iterdir())) and not report["wheels"], status
assert all(entry["message"] for entry in report["unreadable"])

# Wheels that share a library, and one whose member only claims to be the same.
shared = elf + random.Random(2).randbytes(300_000)
newer = zipfile.ZipFile(next((scratch / "made").glob("too_new-*.whl"))).read("ext.so")
other = newer + bytes(len(shared) - len(newer))
wheels = [wheel(f"sharing{n}", {f"sharing{n}.libs/libshared.so": shared}) for n in range(3)]
liar = wheel("liar", {"liar.libs/libshared.so": other})
data = liar.read_bytes()
crc = lambda content: zipfile.crc32(content).to_bytes(4, "little")
liar.write_bytes(data.replace(crc(other), crc(shared)))
together, _, _ = audit("-j2", *wheels, liar)
apart = [audit(path)[0]["wheels"][0] for path in [*wheels, liar]]
assert together["wheels"] == apart
assert [report["tag"] for report in apart] == 3 * ["manylinux_2_5_x86_64"] + ["manylinux_2_34_x86_64"], apart
CHECK
