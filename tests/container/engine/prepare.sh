# What the engine's tests share: the tiny image's root file system. Sourced; sets WF_ROOT_TAR and WF_FOREIGN_TAR.
# shellcheck shell=bash

skip() {
  echo "SKIPPED: $*"
  exit 77
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

command -v busybox >/dev/null || skip "busybox-static is not installed (scripts/setup test)"
mkdir -p "$scratch/tree"/{bin,etc,dev,proc,sys,tmp,root}
chmod 1777 "$scratch/tree/tmp"
cp "$(command -v busybox)" "$scratch/tree/bin/busybox"
for applet in $(busybox --list); do
  [ "$applet" = busybox ] || ln -s busybox "$scratch/tree/bin/$applet"
done
tar -C "$scratch/tree" --owner=0 --group=0 -cf "$scratch/root.tar" .

# A root whose shell is for a machine that does not exist: an ELF header with e_machine = 0xfeed.
mkdir -p "$scratch/foreign/bin"
printf '\177ELF\002\001\001\000\000\000\000\000\000\000\000\000\002\000\355\376' >"$scratch/foreign/bin/sh"
head -c 200 /dev/zero >>"$scratch/foreign/bin/sh"
chmod 755 "$scratch/foreign/bin/sh"
tar -C "$scratch/foreign" --owner=0 --group=0 -cf "$scratch/foreign.tar" .

export WF_ROOT_TAR=$scratch/root.tar WF_FOREIGN_TAR=$scratch/foreign.tar
