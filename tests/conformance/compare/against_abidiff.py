#!/usr/bin/env python3
"""`wheelforge compare` against libabigail's abidiff: no symbol that abidiff calls removed may be missed.

  against_abidiff.py PROGRAM OLD NEW [--at-least N] [--limit N] [--removed N]

OLD and NEW are folders of shared libraries; files of the same stem (libz.so.1.2.13, libz.so.1.3.1) are a pair.
With --limit the pairs are taken from the whole alphabet; with --removed N the test fails unless abidiff finds so many
removed symbols, for without any it would prove nothing.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys


def libraries(folder):
    """stem → file, real files only."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("lib*.so*")):
        if path.is_symlink() or not path.is_file() or path.open("rb").read(4) != b"\x7fELF":
            continue
        stem = re.sub(r"(-[0-9.]+)?\.so.*", "", path.name)
        found.setdefault(stem, path)
    return found


def removed_by_abidiff(old, new):
    """The symbols, and None where abidiff cannot read the pair."""
    run = subprocess.run(["abidiff", "--no-default-suppression", old, new], capture_output=True, text=True)
    if run.returncode & 3:
        return None
    removed = set()
    for line in run.stdout.splitlines():
        if not (match := re.match(r"\s+\[D\]\s+(.*)", line)):
            continue
        braces = re.search(r"\{([^{}]*)\}\s*$", match[1])  # behind a declaration, where there is debug information
        if match[1].startswith("'") and not braces:
            continue
        names, _, aliases = (braces[1] if braces else match[1]).partition(", aliases ")
        for name in [names, *aliases.split(", ")]:
            if name.strip():
                removed.add(name.strip().replace("@@", "@"))
    return removed


def exported(path):
    lines = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True).stdout.splitlines()
    return {line.split()[-1].replace("@@", "@") for line in lines}


def removed_by_us(program, old, new):
    run = subprocess.run([program, "compare", "--json", old, new], capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{old} {new}: compare exits {run.returncode}: {run.stderr}")
    report = json.loads(run.stdout)
    changes = [c for w in report["wheels"] for f in w["files"] for c in f["changes"]]
    return {c["subject"] for c in changes if c["kind"] == "symbol-removed"}, report["breaking"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--at-least", type=int, default=1)
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--removed", type=int, default=1)
    options = parser.parse_args()
    old, new = libraries(options.old), libraries(options.new)
    pairs = [(old[s], new[s]) for s in sorted(set(old) & set(new)) if old[s].read_bytes() != new[s].read_bytes()]
    compared, symbols, missed, unread, more, breaking = 0, 0, 0, 0, 0, 0
    step = max(1, len(pairs) // options.limit)
    for before, after in pairs[::step][: options.limit]:
        theirs = removed_by_abidiff(before, after)
        if theirs is None:
            unread += 1
            continue
        ours, is_breaking = removed_by_us(options.program, before, after)
        compared, symbols, more = compared + 1, symbols + len(theirs), more + len(ours - theirs)
        breaking += is_breaking
        if theirs - ours:  # abidiff also lists names that the new file still has, as aliases of a removed one
            theirs -= exported(after)
        if theirs - ours:
            missed += 1
            print(f"{before.name} → {after.name}: missed {sorted(theirs - ours)[:5]} of {len(theirs)}")
    print(f"{compared} pairs: {symbols} removed symbols by abidiff, {more} more by wheelforge, {missed} pairs with missed ones, "
          f"{breaking} breaking; {unread} pairs abidiff does not read")
    if symbols < options.removed:
        sys.exit(f"wanted at least {options.removed} removed symbols")
    if compared < options.at_least:
        sys.exit(f"wanted at least {options.at_least} pairs")
    sys.exit(missed > 0)


main()
