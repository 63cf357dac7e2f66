#!/usr/bin/env python3
"""Predicted against observed: `wheelforge audit --on` and the real loaders of real Debian roots.

  compare.py PROGRAM WHEELS MACHINE=ROOT...      ROOT is a folder to chroot into, or docker:IMAGE
      --at-least N     fail unless N pairs (file, machine) fail to load
      --kinds N        … of N kinds
      --list FILE      only the wheels that this file names, one a line

Prints each disagreement and the totals; exits 1 where there is one.
"""

import argparse
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
KINDS = {"version": "version `", "missing library": "cannot open shared object file", "undefined symbol": "undefined symbol",
         "executable stack": "executable stack", "static TLS": "static TLS", "relative relocations": "DT_RELR",
         "alignment": "ELF load command", "class": "wrong ELF class", "program": "cannot dynamically load",
         "not ELF": "invalid ELF header"}


def kind_of(sentence):
    return next((kind for kind, words in KINDS.items() if words in sentence), "other")


def make_shim(python, target):
    """A library with every name of the C API of that Python, and nothing inside."""
    names, wanted = set(), tuple(python)
    for line in (HERE.parents[2] / "orchestrator/audit/data/python_symbols.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        first, last, *found = line.split()
        first, last = (tuple(map(int, v.split("."))) for v in (first, last))
        if first <= wanted <= last or (last == (3, 13) and wanted > last and first <= wanted):
            names.update(found)
    source = "".join(f".global {n}\n.type {n},@object\n.size {n},8\n{n}:\n" for n in sorted(names))
    text = f".data\n.balign 8\n{source}.quad 0\n.section .note.GNU-stack,\"\",@progbits\n"
    subprocess.run(["gcc", "-shared", "-nostdlib", "-x", "assembler", "-o", target, "-"], input=text, text=True, check=True)


def python_of(wheel):
    tag = re.search(r"-(?:[^-]*\.)?cp3(\d+)-(\w+)-[^-]*\.whl$", wheel.name)
    return (3, int(tag[1])) if tag else (3, 12)


def unpack(wheel, folder):
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if ".so" in member.filename.rsplit("/", 1)[-1] and not member.is_dir():
                archive.extract(member, folder)


def observe(root, folder):
    """The folder's wheels in that root: {wheel: {path: sentence}}."""
    if root.startswith("docker:"):
        command = ["docker", "run", "--rm", "--network", "none", "-v", f"{folder}:/wf:ro", root[7:], "python3",
                   "/wf/observe.py", "/wf/wheels", "/wf/shim.so"]
        run = subprocess.run(command, capture_output=True, text=True)
    else:
        inner = pathlib.Path(root) / "wf"
        inner.mkdir(exist_ok=True)
        subprocess.run(["mount", "--bind", folder, inner], check=True)
        try:
            run = subprocess.run(["chroot", root, "python3", "/wf/observe.py", "/wf/wheels", "/wf/shim.so"],
                                 capture_output=True, text=True)
        finally:
            subprocess.run(["umount", inner], check=True)
    if run.returncode:
        sys.exit(f"{root}: {run.stderr[-800:]}")
    return json.loads(run.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("wheels", type=pathlib.Path)
    parser.add_argument("machines", nargs="+")
    parser.add_argument("--at-least", type=int, default=0)
    parser.add_argument("--kinds", type=int, default=0)
    parser.add_argument("--list", type=pathlib.Path)
    options = parser.parse_args()
    machines = dict(m.split("=", 1) for m in options.machines)
    wheels = sorted(options.wheels.glob("*.whl"))
    if options.list:
        named = {line.split("\t")[0] for line in options.list.read_text().splitlines()}
        wheels = [w for w in wheels if w.name in named]
    wrong, pairs, failing, kinds, seen_wheels = 0, 0, 0, collections.Counter(), set()
    for wheel in wheels:
        run = subprocess.run([options.program, "audit", "--json", "--fail-on", "never", "--on", ",".join(machines), wheel],
                             capture_output=True, text=True)
        if run.returncode:
            wrong += 1
            print(f"{wheel.name}: audit exits {run.returncode}: {run.stderr}")
            continue
        predicted = json.loads(run.stdout)["wheels"][0]["on"]
        with tempfile.TemporaryDirectory(dir=options.wheels) as scratch:
            folder = pathlib.Path(scratch)
            folder.chmod(0o755)
            unpack(wheel, folder / "wheels/w")
            (folder / "wheels/w").mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / "observe.py", folder)
            for machine, root in machines.items():
                own = predicted[machine]
                python = python_of(wheel)
                if "-abi3-" in wheel.name:  # the machine's own Python imports it
                    python = max(python, {"debian-11": (3, 9), "debian-12": (3, 11)}.get(machine, (3, 13)))
                make_shim(python, folder / "shim.so")
                for path, sentence in observe(root, folder)["w"].items():
                    pairs += 1
                    seen_wheels.add(wheel.name)
                    if sentence:
                        failing += 1
                        kinds[kind_of(sentence)] += 1
                    if own.get(path, "no prediction") != sentence:
                        wrong += 1
                        print(f"{wheel.name} on {machine}: {path}\n  predicted {own.get(path, 'no prediction')}\n"
                              f"  observed  {sentence}")
    print(f"{len(seen_wheels)} wheels, {len(machines)} machines, {pairs} pairs: {pairs - wrong} agree; "
          f"{failing} fail to load: {dict(kinds)}")
    if failing < options.at_least or len(kinds) < options.kinds:
        sys.exit(f"wanted at least {options.at_least} failing pairs of {options.kinds} kinds")
    sys.exit(wrong > 0)


main()
