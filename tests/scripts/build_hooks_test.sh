#!/usr/bin/env bash
# The program that fills a build environment and calls the back end's hooks, with a back end of the project's own: each hook gets a
# fresh process, the settings, the right folders and nothing of the other's; what it prints is no answer; its failure is the program's.
# And what the program does about tools in foreign containers.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "FAILED: $*"
  cat "$work/said"
  exit 1
}

mkdir -p "$work/source/backend" "$work/wheels"
cd "$work/source"
cat >pyproject.toml <<'TOML'
[build-system]
requires = []
build-backend = "own:Api.nested"
backend-path = ["backend"]
TOML
echo 'raise SystemExit("the source folder is on sys.path")' >json5.py
cat >backend/own.py <<'PYTHON'
import atexit, os, sys
seen = []
class Api:
    class nested:
        @staticmethod
        def get_requires_for_build_wheel(settings):
            seen.append("requires")
            print("chatter on stdout")
            assert settings == {"level": "3", "names": ["a", "b"]}, settings
            return []
        @staticmethod
        def build_wheel(folder, settings, metadata_directory=None):
            assert seen == [], seen
            assert os.getcwd() == os.environ["WANTED_FOLDER"], os.getcwd()
            assert os.environ["VIRTUAL_ENV"] in sys.prefix and sys.stdin.read() == ""
            assert "" not in sys.path and os.getcwd() not in sys.path, sys.path
            if os.environ.get("WANTED_END") == "error":
                raise ValueError("no wheel today")
            if os.environ.get("WANTED_END") == "signal":
                os.kill(os.getpid(), 9)
            atexit.register(lambda: open(os.path.join(folder, "at-exit"), "w").close())
            open(os.path.join(folder, "own-1.whl"), "w").close()
            return "own-1.whl"
PYTHON

# call STATUS: the program must end so.
call() {
  local status=0
  rm -rf "$work/environment" "$work/wheels"/*
  WANTED_FOLDER=$PWD python3 "$WF_SOURCE_DIR/orchestrator/pipeline/build_environment.py" \
    "$(cat "$WF_SOURCE_DIR/orchestrator/pipeline/build_hooks.py")" "$PWD" "$work/environment" "$work/no-cache" \
    '{"level": "3", "names": ["a", "b"]}' pip "$work/wheels" on >"$work/stdout" 2>"$work/said" || status=$?
  [ "$status" -eq "$1" ] || fail "exit $status, wanted $1"
  [ ! -s "$work/stdout" ] || fail "something was written to stdout"
}

call 0
[ "$(cd "$work/wheels" && echo *)" = "at-exit own-1.whl" ] || fail "the wheels folder has $(ls "$work/wheels")"
grep -q "chatter on stdout" "$work/said" || fail "what the hook printed is lost"

WANTED_END=error call 1
grep -q "ValueError: no wheel today" "$work/said" || fail "the traceback is lost"
WANTED_END=signal call 137

# In a foreign container the Ninja of a wheel gives way to the cross tool set's, unless a requirement wants a newer one.
mkdir -p "$work/cross/bin" "$work/index"
printf '#!/bin/sh\necho 1.11.1\n' >"$work/cross/bin/ninja"
chmod +x "$work/cross/bin/ninja"
python3 - "$work/index/ninja-1.13.0-py3-none-any.whl" <<'PYTHON'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    program = zipfile.ZipInfo("ninja-1.13.0.data/scripts/ninja")
    program.external_attr = 0o100755 << 16
    wheel.writestr(program, "#!/bin/sh\necho 1.13.0\n")
    wheel.writestr("ninja-1.13.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr("ninja-1.13.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: ninja\nVersion: 1.13.0\n")
    wheel.writestr("ninja-1.13.0.dist-info/RECORD", "")
PYTHON
export PIP_NO_INDEX=1 PIP_FIND_LINKS=$work/index
# ninja_of REQUIREMENT CROSS: what the environment's Ninja says of its version.
ninja_of() {
  sed -i "s/^requires = .*/requires = [\"$1\"]/" pyproject.toml
  WHEELFORGE_CROSS=$2 call 0
  "$work/environment/bin/ninja" --version
}
[ "$(ninja_of 'ninja>=1.8.2' '')" = 1.13.0 ] || fail "at home the wheel's Ninja stays"
[ "$(ninja_of 'ninja >= 1.8.2, < 2' "$work/cross")" = 1.11.1 ] || fail "Ninja does not run natively"
[ "$(ninja_of 'ninja>=1.12' "$work/cross")" = 1.13.0 ] || fail "the project wants a newer Ninja than the native one"
sed -i 's/^requires = .*/requires = []/' pyproject.toml

sed -i 's/own:Api.nested/absent/' pyproject.toml
call 1
grep -q "No module named 'absent'" "$work/said" || fail "the missing back end is not named"

# Rust under foreign compilers is slow, which is said before anything of it is installed; on a machine of its own nothing is.
printf '[build-system]\nrequires = ["Setuptools_Rust >= 1"]\n' >pyproject.toml
call 1
! grep -q "note: this project is built with Rust" "$work/said" || fail "Rust is spoken of where nothing is foreign"
WHEELFORGE_CROSS=$work/cross call 1
grep -q "note: this project is built with Rust.* cargo and rustc.* under emulation.*\[engine.hosts\]" "$work/said" ||
  fail "no word that Rust stays emulated"

rm pyproject.toml
call 1
grep -q "is not a Python project" "$work/said" || fail "a folder without a project is taken for one"
