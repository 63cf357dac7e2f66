#!/usr/bin/env bash
# Built once, verified on many run-time images: one abi3 wheel of CUDA is built in the glibc 2.31 baseline, and clean containers of
# three Debian releases, each with its own Python and glibc, install it, load it as predicted and name the missing device.
set -euo pipefail
# shellcheck source=tests/container/accelerators/accelerated.sh
. "$WF_SOURCE_DIR/tests/container/accelerators/accelerated.sh"

need_images debian-11 test-debian-11 test-debian-12 test-debian-13
prepare_accelerated cuda-13
sed -i 's/\["accelerated.cpp"\])\]/["accelerated.cpp"], py_limited_api=True)]/
  s/cmdclass=/options={"bdist_wheel": {"py_limited_api": "cp39"}}, cmdclass=/' setup.py
sed -i '/^#define PY_SSIZE_T_CLEAN/i #define Py_LIMITED_API 0x03090000' accelerated.cpp
use_cuda manylinux_2_31 x86_64 '["cuda-13"]'
sed -i 's/^python = .*/python = "cp39"/
  s/^\[test\]$/[test]\non = ["debian-11", "debian-12", "debian-13"]/
  s/^command = .*/command = "python -c '\''import accelerated; print(accelerated.device_error())'\'' | grep -x cudaErrorInsufficientDriver"/' \
  wheelforge.toml
git -c user.name=test -c user.email=test@localhost commit -qam "Test one wheel on three releases"
# shellcheck disable=SC2016 # for Python
verified='
cell, = cells.values()
assert cell["id"].startswith("cp39-manylinux_2_31_x86_64+cuda-13."), cell["id"]
wanted = {"debian-11": ("3.9.", "glibc 2.31"), "debian-12": ("3.11.", "glibc 2.36"), "debian-13": ("3.13.", "glibc 2.41")}
names = [step["name"] for step in cell["steps"]]
assert names.count("build") == 1 and [one for one in names if one.startswith("test:debian")] == ["test:" + one for one in wanted], names
for place, (python, libc) in wanted.items():
    assert steps(cell)["test:" + place] == "ok", steps(cell)
    machine, = [one for one in cell["machines"] if one["place"] == place]
    assert machine["python"].startswith(python) and machine["libc"] == libc, machine
    assert machine["observed"]["result"] == "passed" and machine["disagreements"] == [], machine
    assert list(machine["observed"]["loads"].values()) == [None] and machine["predicted"]["loads"] == machine["observed"]["loads"], machine
assert steps(cell)["test:no-device"] == "ok" and steps(cell)["test:device"] == "skipped", steps(cell)'
build 0
wheels 'accelerated-0.1+cu13[0-9]-cp39-abi3-*manylinux_2_17_x86_64*.whl'
reported "$verified"
says stdout "users' machines: 3 as predicted, 0 not"
