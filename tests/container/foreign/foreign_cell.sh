# Sourced by tests of foreign architectures after project.sh: emulators, and samples as one cell of such an architecture.
# shellcheck shell=bash disable=SC2154 # the scratch folder $work is of who sources this

# need_emulator ARCH: registered where root may do it; without one the test is skipped.
need_emulator() {
  if [ "$(id -u)" = 0 ]; then
    "$WHEELFORGE" doctor --fix >"$work/doctor" 2>&1 || { cat "$work/doctor" && fail "doctor --fix"; }
  fi
  if [ "$(uname -m)" != "$1" ] && ! [ "$(uname -m)/$1" = x86_64/i686 ] &&
    ! "$WHEELFORGE" doctor --json | grep "\"for [^;]*$1" >/dev/null; then
    echo "SKIPPED: no emulator of $1 can be registered here"
    exit 77
  fi
}

# use_cell ARCH IMAGE COMPILERS: the sample's matrix file becomes one of CPython 3.11 in that image of Debian 12; what else it
# says stays.
use_cell() {
  sed -i "s/^python = .*/python = [\"cp311\"]/; s/^platform = .*/platform = \"manylinux_2_36\"/; s/^arch = .*/arch = [\"$1\"]/" wheelforge.toml
  printf '\n[images.use]\nmanylinux_2_36_%s = "%s"\n[cross]\ncompilers = "%s"\n' "$@" >>wheelforge.toml
}
