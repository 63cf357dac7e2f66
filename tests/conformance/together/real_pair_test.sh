#!/usr/bin/env bash
# PySide6 6.12 and PyQt6 6.11 in one process: imported second, PySide6 fails with the sentence that was predicted, and
# PyQt6 silently runs with the other one's Qt, which was predicted too. Needs glibc 2.34 and libglib2.0-0 here.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 -m venv "$scratch/venv"
wanted=(PySide6_Essentials==6.12.0 shiboken6==6.12.0 PyQt6==6.11.0 PyQt6-Qt6==6.11.2 PyQt6-sip)
if ! "$scratch/venv/bin/pip" download -q --no-deps -d "$scratch" "${wanted[@]}" >"$scratch/pip.log" 2>&1; then
  echo "SKIPPED: the package registry does not answer"
  exit 77
fi
"$scratch/venv/bin/pip" install -q --no-index --no-deps "$scratch"/*.whl
status=0
"$WHEELFORGE" audit --together --json --on debian-12 --with libglib2.0-0 "$scratch"/{pyqt6-6,pyqt6_qt6,pyside6,shiboken6}*.whl >"$scratch/out.json" || status=$?
[ "$status" = 4 ]
python3 - "$scratch" <<'CHECK'
import json, subprocess, sys
scratch = sys.argv[1]
report = json.load(open(f"{scratch}/out.json"))
predicted = {d for f in report["findings"] if f["code"] == "import-order" for d in f["details"]}
borrowed = {d for f in report["findings"] if f["code"] == "borrowed-library" for d in f["details"]}

def run(code):
    return subprocess.run([f"{scratch}/venv/bin/python", "-c", code], capture_output=True, text=True)

second = run("import PyQt6.QtCore, PySide6.QtCore")
said = second.stderr.strip().splitlines()[-1].removeprefix("ImportError: ").split("site-packages/")[-1]
assert second.returncode == 1 and said in predicted, (said, predicted)
first = run("import PySide6.QtCore, PyQt6.QtCore; print(PyQt6.QtCore.qVersion())")
assert first.stdout.strip() == "6.12.0", first  # alone it says 6.11.2
assert run("import PyQt6.QtCore; print(PyQt6.QtCore.qVersion())").stdout.strip() == "6.11.2"
assert "PyQt6/QtCore.abi3.so gets PySide6/Qt/lib/libQt6Core.so.6 as libQt6Core.so.6" in borrowed, borrowed
CHECK
