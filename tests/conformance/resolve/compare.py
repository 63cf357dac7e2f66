#!/usr/bin/env python3
"""Compares `wheelforge tags` and `wheelforge resolve` with real pips on random machines and random files.

usage: compare.py --wheelforge PROGRAM --pips FOLDER --seed N [--targets N] [--cases N]

FOLDER holds unpacked pips, one a version. Every pip runs on up to two of the Pythons found on this machine (PATH and
~/.pyenv). Prints each disagreement and one closing line; exits 1 when there is one, 3 when no pip could be run.
"""

import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MACHINES = ["x86_64"] * 6 + ["aarch64"] * 3 + ["i686", "armv7l", "armv8l", "armv6l", "ppc64le", "ppc64", "s390x", "riscv64",
                                               "loongarch64", "mips64"]
GLIBCS = ["2.4", "2.5", "2.11", "2.12", "2.16", "2.17", "2.18", "2.23", "2.28", "2.31", "2.36", "2.39", "2.43", "3.1",
          "2.20-2014.11", "1.9", "2"]
MODULES = [
    "manylinux1_compatible = False\n",
    "manylinux2014_compatible = False\n",
    "manylinux2010_compatible = True\nmanylinux2014_compatible = True\n",
    "def manylinux_compatible(major, minor, arch):\n    if arch == 'x86_64':\n        return (major, minor) <= (2, 17)\n"
    "    return None\n",
    "def manylinux_compatible(a, b, c):\n    return a == 2 and b % 3 != 0 or c.startswith('ppc')\n",
    "manylinux_compatible = lambda a, b, c: b in (5, 12, 17)\nmanylinux1_compatible = 0\n",
]
VERSIONS = ["0.9", "1.0", "1.0", "1.0", "1.0.0", "1.0.post1", "1.1rc1", "1.1", "2.0.dev3", "1.0+local", "1.0+local.2", "1!0.5",
            "1!0.5a1"]
BUILDS = ["", "", "", "-1", "-2", "-10a", "-10b", "-010"]
ODD_NAMES = ["pkg-1.0-py3-any.whl", "pkg-1.0-x1-py3-none-any.whl", "pkg-1.0_1-py3-none-any.whl", "pkg-one-py3-none-any.whl",
             "pkg-1.0-py3-none-any.exe", "PKG-1.0-py3-none-any.whl", "pkg_-1.0-py3-none-any.whl", "pkg-1.0-py3--any.whl",
             "pkg-1.0-1-py3-none-any.whl.whl", "other-1.0-py3-none-any.whl", "pkg-v1.0-py3-none-any.whl"]
SPECIFIERS = ["==1!0.5", ">=1!0", "==1.0+local", "", "", "", "==1.0", "<1.1", ">=1.0", "!=1.0", "~=1.0", "==1.*", ">=1.1rc0",
              "===1.0"]
REQUIRES = [">=3.7", "<3.10", "!=3.8.*,>=2.7", ">=3.8.5", ">=2.7,!=3.0.*,!=3.1.*", "==3.11.*", "nonsense", "<4,>=3.6"]


def pythons():
    """Interpreters by "3.11": (path, "3.11.7")."""
    names = [f"python{m}" for m in ("2.7", *(f"3.{n}" for n in range(6, 15)))] + ["python3"]
    folders = os.environ.get("PATH", "").split(":")
    folders += sorted(str(p) for p in pathlib.Path.home().glob(".pyenv/versions/*/bin"))
    found = {}
    for folder in folders:
        for name in names:
            path = os.path.join(folder, name)
            if not os.access(path, os.X_OK):
                continue
            asked = subprocess.run([path, "-c", "import sys, json; print(json.dumps(sys.version_info[:3]))"],
                                   capture_output=True, text=True, check=False)
            if asked.returncode == 0:
                version = json.loads(asked.stdout)
                found.setdefault("%d.%d" % tuple(version[:2]), (path, "%d.%d.%d" % tuple(version)))
    return found


def number(version):
    return [int(part) for part in re.findall(r"\d+", version)]


def random_target(rand, pip, python):
    machine = rand.choice(MACHINES)
    target = {"pip": pip, "python": python, "machine": machine}
    if machine not in ("i686", "armv6l", "mips64") and rand.random() < 0.15:
        target["musl"] = rand.choice(["1.1", "1.2", "1.2"])
    else:
        target["glibc"] = rand.choice(GLIBCS)
    narrow = {"i686": 1.0, "armv7l": 0.7, "armv8l": 0.7, "x86_64": 0.1, "aarch64": 0.2}.get(machine, 0)
    target["bits"] = 32 if rand.random() < narrow else 64
    if rand.random() < 0.3:
        target["manylinux_module"] = rand.choice(MODULES)
    # Whether a build has the GIL is read from sysconfig since 20.0; older pips read it from SOABI, which is not faked.
    if number(pip) >= [20, 0] and number(python)[:2] >= [3, 13] and rand.random() < 0.3:
        target["free_threaded"] = True
    if number(pip) >= [20, 0] and rand.random() < 0.1:
        target["debug"] = True
    return target


def random_tag(rand, target, python):
    major, minor = number(python)[:2]
    own = f"{major}{minor}"
    flags = "mu" if (major, minor) < (3, 3) else "m" if (major, minor) < (3, 8) else ""
    flags = "t" + flags if target.get("free_threaded") and rand.random() < 0.7 else flags
    arch = target["machine"] if rand.random() < 0.9 else rand.choice(MACHINES)
    if target["bits"] == 32:
        arch = rand.choice({"x86_64": ["i686", "x86_64"], "aarch64": ["armv7l", "armv8l", "aarch64"],
                            "armv8l": ["armv7l", "armv8l"]}.get(arch, [arch]))
    platforms = ["linux_%s", "manylinux1_%s", "manylinux2010_%s", "manylinux2014_%s", "manylinux_2_5_%s.manylinux1_%s",
                 "manylinux_2_17_%s.manylinux2014_%s", "manylinux_2_28_%s", "manylinux_2_34_%s", "manylinux_2_12_%s",
                 "manylinux_2_39_%s", "manylinux_3_0_%s", "musllinux_1_1_%s", "musllinux_1_2_%s"]
    platform = rand.choice(platforms).replace("%s", arch)
    older = rand.choice(["32", "36", "37", f"{major}{max(minor - 1, 0)}"])
    stable = rand.choice(["abi3", "abi3", "abi3t"])
    return rand.choice([
        f"cp{own}-cp{own}{flags}-{platform}", f"cp{own}-cp{own}{flags}-{platform}", f"cp{own}-{stable}-{platform}",
        f"cp{older}-{stable}-{platform}", f"cp{own}-none-{platform}", f"py{major}-none-{platform}",
        f"py2.py3-none-{platform}", f"cp{older}-cp{older}-{platform}", "py2.py3-none-any", f"py{major}-none-any",
        f"cp{own}-none-any", f"cp{major}-none-any", f"py{own}-none-any",
        f"cp{older}.cp{own}-{stable}.cp{own}{flags}-{platform}.linux_{arch}", f"cp{own}.py{major}-none-any.{platform}",
        f"CP{own}-CP{own}{flags}-{platform.upper()}",
    ])


def random_case(rand, target, python):
    files = []
    for _ in range(rand.randint(1, 7)):
        name = f"pkg-{rand.choice(VERSIONS)}{rand.choice(BUILDS)}-{random_tag(rand, target, python)}.whl"
        if rand.random() < 0.05:
            name = rand.choice(ODD_NAMES)
        if name not in files:
            files.append(name)
    case = dict(target, files=files, project="pkg", specifier=rand.choice(SPECIFIERS))
    case["yanked"] = [name for name in files if rand.random() < 0.15]
    case["requires_python"] = {name: rand.choice(REQUIRES) for name in files if rand.random() < 0.15}
    return case


def spelled(target):
    """A target as wheelforge reads it: flags of the build belong to the Python's version."""
    flags = ("t" if target.get("free_threaded") else "") + ("d" if target.get("debug") else "")
    return dict(target, python=target["python"] + flags)


def ask_pip(python, folder, rows, cases):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"rows": rows, "cases": cases}, file)
        file.flush()
        environment = {**os.environ, "PYTHONPATH": str(folder), "PIP_CONFIG_FILE": os.devnull}
        done = subprocess.run([python, "-W", "ignore", str(HERE / "real_pip.py"), file.name], env=environment,
                              capture_output=True, text=True, check=False, timeout=900)
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1:] or ["no message"]
    return json.loads(done.stdout.strip().splitlines()[-1]), None


def ask_wheelforge(program, rows, cases):
    """Tags of each row (None where pip stops), and the pick of each case."""
    lists = []
    for row in rows:
        command = [program, "tags", "--json"]
        for key in ("pip", "python", "machine", "glibc", "musl", "bits"):
            command += [f"--{key}", str(row[key])] if key in row else []
        command += ["--manylinux-module", row["manylinux_module"]] if "manylinux_module" in row else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lists.append(json.loads(done.stdout)["tags"] if done.returncode == 0 else None)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(cases, file)
        file.flush()
        answer = subprocess.run([program, "resolve", "--cases", file.name, "--json"], capture_output=True, text=True,
                                check=True)
    return lists, json.loads(answer.stdout)["results"]


def compare(program, pip, folder, interpreter, rand, counts):
    path, version = interpreter
    targets = [random_target(rand, pip, version) for _ in range(counts.targets)]
    cases = [random_case(rand, random_target(rand, pip, version), version) for _ in range(counts.cases)]
    real, broken = ask_pip(path, folder, targets, cases)
    if real is None:
        print(f"pip {pip} does not run on Python {version}: {broken[0]}", file=sys.stderr)
        return 0, 0
    lists, results = ask_wheelforge(program, [spelled(t) for t in targets], [spelled(c) for c in cases])
    wrong = 0
    for target, wanted, seen in zip(targets, real["rows"], lists):
        if seen != (wanted if isinstance(wanted, list) else None):
            wrong += 1
            print("tags differ:", json.dumps(target))
            if isinstance(wanted, list) and seen is not None:
                print("  only pip:", [t for t in wanted if t not in seen][:5])
                print("  only wheelforge:", [t for t in seen if t not in wanted][:5])
            else:
                print("  pip:", str(wanted)[:200], " wheelforge:", str(seen)[:200])
    for case, wanted, result in zip(cases, real["picked"], results):
        if result["picked"] != wanted:
            wrong += 1
            print("pick differs:", json.dumps(case))
            print("  pip:", wanted, " wheelforge:", json.dumps(result))
    return len(targets) + len(cases), wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheelforge", required=True)
    parser.add_argument("--pips", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--targets", type=int, default=12)
    parser.add_argument("--cases", type=int, default=12)
    counts = parser.parse_args()
    rand = random.Random(counts.seed)
    available = pythons()
    compared = wrong = pairs = 0
    for folder in sorted(counts.pips.iterdir(), key=lambda p: number(p.name)):
        names = sorted(available, key=number)
        rand.shuffle(names)
        tried = 0
        for name in names:
            some, bad = compare(counts.wheelforge, folder.name, folder, available[name], rand, counts)
            compared, wrong, tried = compared + some, wrong + bad, tried + bool(some)
            if tried == 2:
                break
        pairs += tried
    print(f"{compared - wrong} of {compared} answers equal on {pairs} pairs of pip and Python, seed {counts.seed}")
    return 3 if pairs == 0 else 1 if wrong else 0


sys.exit(main())
