#!/usr/bin/env bash
# [engine.hosts]: a cell whose architecture has a machine of its own is built and tested by the engine behind ssh, here an sshd on
# loopback; without the machine nothing starts.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
if [ "$(engine)" != docker ]; then
  echo "SKIPPED: podman's client has an ssh of its own, which takes no configuration of ours"
  exit 77
fi
need_images debian-11

# An sshd for this test alone: this machine's program, or the package's, unpacked and not installed, so that no service starts.
sshd=$(PATH=$PATH:/usr/sbin command -v sshd || true)
more=''
if [ -z "$sshd" ]; then
  mkdir "$work/package"
  if ! (cd "$work/package" && apt-get download openssh-server libwrap0) >"$work/apt.log" 2>&1; then
    tail -5 "$work/apt.log"
    echo "SKIPPED: no sshd here, and the package archive does not answer"
    exit 77
  fi
  for package in "$work/package"/*.deb; do
    dpkg-deb -x "$package" "$work/package"
  done
  sshd=$work/package/usr/sbin/sshd
  LD_LIBRARY_PATH=$(dirname "$(find "$work/package" -name libwrap.so.0 -print -quit)")
  export LD_LIBRARY_PATH
  for part in session auth; do # programs of their own since OpenSSH 9.8 and 10
    [ ! -e "$work/package/usr/lib/openssh/sshd-$part" ] ||
      more+="Sshd${part^}Path $work/package/usr/lib/openssh/sshd-$part"$'\n'
  done
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir "$work/bin"
for key in host user; do
  ssh-keygen -q -t ed25519 -N '' -f "$work/$key"
done
cat >"$work/sshd_config" <<CONFIG
ListenAddress 127.0.0.1:$port
HostKey $work/host
AuthorizedKeysFile $work/user.pub
PasswordAuthentication no
StrictModes no
UsePAM no
PidFile none
MaxStartups 100
$more
CONFIG
# As root it wants a user and a folder of its own.
start=("$sshd" -D -e -f "$work/sshd_config")
if [ "$(id -u)" = 0 ]; then
  mkdir -p /run/sshd
  if ! getent passwd sshd >/dev/null; then
    { cat /etc/passwd && echo 'sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin'; } >"$work/passwd"
    # shellcheck disable=SC2016 # the inner shell expands it
    start=(unshare --mount sh -c 'mount --bind "$1" /etc/passwd && shift && exec "$@"' sh "$work/passwd" "${start[@]}")
  fi
fi
"${start[@]}" >"$work/sshd.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
unset LD_LIBRARY_PATH
# The engine's client calls this ssh, which knows the key and keeps a list of the calls.
cat >"$work/bin/ssh" <<SSH
#!/bin/sh
echo "\$*" >>"$work/calls"
exec $(command -v ssh) -F /dev/null -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o IdentitiesOnly=yes -o LogLevel=ERROR -i "$work/user" "\$@"
SSH
chmod +x "$work/bin/ssh"
export PATH=$work/bin:$PATH
me=$(id -un)
for _ in $(seq 100); do
  ! ssh -p "$port" "$me@127.0.0.1" true 2>"$work/ssh.log" || break
  kill -0 "$server" 2>/dev/null || { cat "$work/sshd.log" && fail "sshd ended"; }
  sleep 0.1
done
ssh -p "$port" "$me@127.0.0.1" docker version >/dev/null 2>"$work/ssh.log" ||
  { cat "$work/ssh.log" "$work/sshd.log" && fail "no docker behind sshd"; }

prepare_project own-library
sed -i 's/^python = .*/python = ["cp311"]/' wheelforge.toml
printf '[engine.hosts.loopback]\nurl = "ssh://%s@127.0.0.1:%s"\narch = ["x86_64"]\n' "$me" "$port" >>wheelforge.toml
git commit -qam 'Build elsewhere'
"$WHEELFORGE" plan >"$work/stdout"
says stdout loopback
: >"$work/calls"
build 0
wheels '*-cp311-cp311-manylinux*_x86_64.whl'
members wheelhouse/* | grep -E '^own_library\.libs/libfieldmath-[0-9a-f]+\.so' >/dev/null || fail "nothing grafted"
reported 'cell, = cells.values()
assert steps(cell)["test:same"] == "ok", steps(cell)'
calls=$(wc -l <"$work/calls")
[ "$calls" -ge 5 ] || fail "only $calls calls of ssh"

kill "$server"
wait "$server" || true
status=0
"$WHEELFORGE" build --fresh >"$work/stdout" 2>"$work/stderr" || status=$?
[ "$status" -eq 69 ] || { cat "$work/stderr" && fail "without the machine: exit $status, wanted 69"; }
says stderr '[engine.hosts.loopback]'
says stderr 'works without a question'
echo "own-library built and tested by $calls calls of ssh"
