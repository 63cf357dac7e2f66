#!/usr/bin/env bash
# What can be wrong with foreign cells is said before anything starts, or as the cell's error, with the cure.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"

prepare_project byte-order
# use IMAGE COMPILERS: one cell of s390x in that image.
use() {
  cat >wheelforge.toml <<TOML
[matrix]
python = ["cp311"]
platform = "manylinux_2_36"
arch = ["$arch"]
[images.use]
manylinux_2_36_$arch = "$1"
[cross]
compilers = "$2"
[test]
command = "true"
TOML
  git commit -qam "Use $1 $2"
}
arch=s390x

# Without binfmt_misc: nothing starts, the message has the command that mends it.
use localhost/nowhere:1 auto
# shellcheck disable=SC2016 # the inner shell expands it
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
  status=0
  unshare --mount sh -c 'umount /proc/sys/fs/binfmt_misc 2>/dev/null; exec "$WHEELFORGE" build' >"$work/stdout" 2>"$work/stderr" || status=$?
  [ "$status" -eq 69 ] || { cat "$work/stderr" && fail "without binfmt_misc: exit $status, wanted 69"; }
  says stderr 'programs of s390x cannot be run here: binfmt_misc is not mounted'
  says stderr 'wheelforge doctor --fix'
  [ -z "$(find .wheelforge/runs -name report.json 2>/dev/null)" ] || fail "a run was started without an emulator"
  unshare --mount sh -c 'umount /proc/sys/fs/binfmt_misc 2>/dev/null; exec "$WHEELFORGE" doctor --json' >"$work/doctor" || true
  says doctor 's390x'
  says doctor 'doctor --fix'
  "$WHEELFORGE" doctor --fix >"$work/doctor" 2>&1 || { cat "$work/doctor" && fail "doctor --fix"; }
fi
if ! "$WHEELFORGE" doctor --json | grep '"for [^;]*s390x' >/dev/null; then
  echo "SKIPPED: no emulator of s390x can be registered here"
  exit 77
fi

# An emulator with known crashes on newer kernels: doctor and build warn of it, each with the cure, and build goes on.
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
  mkdir "$work/registry"
  touch "$work/registry/register" "$work/registry/status"
  printf '#!/bin/sh\necho "qemu-s390x version 7.2.22 (of a test)"\n' >"$work/old-emulator"
  chmod +x "$work/old-emulator"
  printf 'enabled\ninterpreter %s\nflags: PF\n' "$work/old-emulator" >"$work/registry/qemu-s390x"
  wanted='the emulator for s390x is QEMU 7.2.22, which crashes now and then on kernels as new as'
  for command in doctor build; do
    # shellcheck disable=SC2016 # the inner shell expands it
    unshare --mount sh -c 'mount --bind "$1" /proc/sys/fs/binfmt_misc && exec "$WHEELFORGE" "$2"' sh \
      "$work/registry" "$command" >"$work/stdout" 2>&1 || true
    if [ "$(printf '6.8\n%s\n' "$(uname -r)" | sort -V | sed -n 1p)" = 6.8 ]; then
      says stdout "$wanted"
      says stdout 'hint: install a qemu-user-static of 8.2 or later'
    else
      ! grep -qF "$wanted" "$work/stdout" || fail "$command warns of QEMU 7.2 on an old kernel"
    fi
  done
  says stdout 'localhost/nowhere:1' # build went on to the image, which is not there
  rm -rf .wheelforge
fi

# An image that says another platform than the cell's, as `docker import` of old engines makes them.
tar -cf "$work/empty.tar" -C "$work" --files-from=/dev/null
"$(engine)" import "$work/empty.tar" localhost/wheelforge-wrong-platform:1 >/dev/null
use localhost/wheelforge-wrong-platform:1 auto
build 1
says stderr 'is for amd64, the cell needs one for s390x'
"$(engine)" rmi localhost/wheelforge-wrong-platform:1 >/dev/null

# An image without a compiler that cross compilers could stand for: auto says that it is slow, native refuses.
image=$("$WF_SOURCE_DIR/tests/support/small_image" s390x 2>"$work/image.log") ||
  { tail -30 "$work/image.log" && fail "the image of s390x cannot be made"; }
printf 'FROM %s\nRUN rm -f /usr/bin/gcc /usr/bin/s390x-linux-gnu-gcc-12\n' "$image" |
  "$(engine)" build --quiet --tag localhost/wheelforge-without-gcc:1 - >/dev/null
use localhost/wheelforge-without-gcc:1 native
build 1
says stderr '[cross] compilers is "native", but the image has no gcc'
use localhost/wheelforge-without-gcc:1 auto
build 1
grep -h 'compilers: emulated, which is slow: the image has no gcc' .wheelforge/runs/*/*.log >/dev/null || fail "the log does not say why"
"$(engine)" rmi localhost/wheelforge-without-gcc:1 >/dev/null

# A program that crashes under QEMU: the step is tried again once, then the cell fails with QEMU's own words.
use "$image" auto
printf '[build]\nbefore-build = "python -c %s"\n' "'import os, signal; os.kill(os.getpid(), signal.SIGSEGV)'" >>wheelforge.toml
build 1
says stderr 'a program crashed under the emulator of s390x a second time: qemu: uncaught target signal 11 (Segmentation fault)'
says stderr '[engine.hosts]'
reported '
cell, = cells.values()
assert cell["attempts"] == 2 and cell["failure"]["step"] == "before-build", cell'

# musl: the plan says that the compilers run emulated, and "native" is refused at once.
cat >wheelforge.toml <<'TOML'
[matrix]
python = ["cp311"]
platform = "musllinux_1_2"
arch = ["s390x"]
TOML
"$WHEELFORGE" plan | tr -s ' \n' ' ' >"$work/stdout"
says stdout 'compilers: emulated: the cross compilers make code for glibc, the image has musl'
printf '[cross]\ncompilers = "native"\n' >>wheelforge.toml
status=0
"$WHEELFORGE" plan >"$work/stdout" 2>"$work/stderr" || status=$?
[ "$status" -eq 2 ] || fail "native for musl: exit $status, wanted 2"
says stderr 'compilers is "native", but musllinux_1_2_s390x cannot have that'
