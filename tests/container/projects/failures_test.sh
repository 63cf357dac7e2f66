#!/usr/bin/env bash
# How builds fail: others' wheels are kept, want of memory and time are told as such, and a linux_* wheel is never called done.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
need_images debian-11
prepare_project cpp-vector

# matrix TOML...: one Python unless the text says more.
matrix() { printf '[matrix]\npython = %s\nplatform = "auto"\narch = "x86_64"\n%s\n' "$1" "$2" >wheelforge.toml; }

# One cell fails, the other's wheel is there; the table and the report tell both.
matrix '["cp311", "cp313"]' '[[override]]
select = "cp311-*"
build.before-build = "echo this cell shall fail; exit 9"'
build 1
wheels '*-cp313-cp313-manylinux*.whl'
says stderr 'this cell shall fail'
says stderr 'exit code 9'
reported '
assert cells["cp311-manylinux_2_31_x86_64"]["failure"]["exit_code"] == 9
assert cells["cp313-manylinux_2_31_x86_64"]["status"] == "ok"
'
rm -rf wheelhouse

# A repair that does nothing leaves a linux_* wheel: an error, not a result.
for command in '"none"' '""' '"cp {wheel} {dest_dir}"'; do
  matrix '"cp311"' "[repair]
command = $command"
  build 1
  wheels
  says stderr 'is tagged for this machine only'
done

# A line that fails is a failure, whichever of several it is; a failing before-test fails the tests.
matrix '"cp311"' '[repair]
command = ["exit 7", "cp {wheel} {dest_dir}"]'
build 1
says stderr 'repair ended with exit code 7'
matrix '"cp311"' '[test]
before = ["false", "true"]'
build 5
wheels

# Out of memory is read from the cgroup; the time limit is told as such.
matrix '"cp311"' '[engine]
memory = "128MiB"
[build]
before-build = "python -c \"x = bytearray(1 << 30); print(len(x))\""'
build 1
says stderr 'used up its limit of 128 MiB'
says stderr 'raise [engine] memory'
matrix '"cp311"' '[build]
timeout = "1s"
before-build = "sleep 60"'
build 1
says stderr 'the time limit was reached'

# An image that is not there, a shell line that a signal ends, and no cell at all.
printf '[matrix]\npython = "cp311"\nplatform = "manylinux_2_31"\narch = "x86_64"\n[images.use]\n"manylinux_2_31_x86_64" = "localhost/wheelforge/not-there:1"\n' >wheelforge.toml
build 1
says stderr 'localhost/wheelforge/not-there:1 is not there'
matrix '"cp311"' '[[matrix.exclude]]
python = "cp311"'
status=0
"$WHEELFORGE" build >"$work/stdout" 2>"$work/stderr" || status=$?
[ "$status" -eq 2 ] || [ "$status" -eq 3 ] || fail "exit $status for a matrix without cells"
matrix '["cp311", "cp313"]' ''
status=0
"$WHEELFORGE" build --only 'cp312-*' >"$work/stdout" 2>"$work/stderr" || status=$?
[ "$status" -eq 2 ] || fail "exit $status for --only that names nothing"

# No engine answers: 69.
status=0
PATH=$work/empty:/usr/bin/nothing DOCKER_HOST=unix:///nowhere.sock "$WHEELFORGE" build --engine docker >"$work/stdout" 2>"$work/stderr" || status=$?
[ "$status" -eq 69 ] || { cat "$work/stderr" && fail "exit $status without an engine"; }
status=0
DOCKER_HOST=unix:///nowhere.sock "$WHEELFORGE" build --engine docker >"$work/stdout" 2>"$work/stderr" || status=$?
[ "$status" -eq 69 ] || { cat "$work/stderr" && fail "exit $status without a daemon"; }
