"""Downloads the wheels of a list with pip into a folder; those already there are kept.

  fetch_wheels.py LIST FOLDER [--max-mb N]

The list has a header line and the wheel's file name in its first column, its size in bytes in the second. Prints a line
for each wheel that could not be had; always exits 0, because the caller counts.
"""

import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile


def arguments_for(name):
    """What makes pip choose exactly this file: its version, platforms, ABIs and Python."""
    parts = name.removesuffix(".whl").split("-")
    pythons, abis, platforms = (part.split(".") for part in parts[-3:])
    arguments = [f"{parts[0]}=={parts[1]}", "--no-deps", "--only-binary=:all:"]
    for platform in platforms:
        arguments += [] if platform == "any" else ["--platform", platform]
    for abi in abis:
        arguments += ["--abi", abi]
    python = pythons[-1]
    if python[:2] == "cp" and python[2:].isdigit():
        return arguments + ["--implementation", "cp", "--python-version", f"{python[2]}.{python[3:]}"]
    return arguments + ["--python-version", "3.12"]


def download(name, folder):
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", scratch]
        run = subprocess.run(command + arguments_for(name), capture_output=True, text=True)
        got = pathlib.Path(scratch) / name
        if not got.exists():
            found = [path.name for path in pathlib.Path(scratch).iterdir()]
            return f"{name}: {found or (run.stderr.strip().splitlines() or ['pip said nothing'])[-1]}"
        got.rename(folder / name)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("list", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--max-mb", type=float, default=1e6)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with options.list.open() as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            small = int(row["size_bytes"]) <= options.max_mb * 1e6
            if small and not (options.folder / row["file"]).exists():
                if problem := download(row["file"], options.folder):
                    print(problem)


if __name__ == "__main__":
    main()
