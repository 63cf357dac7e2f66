#!/usr/bin/env bash
# Cells see neither each other nor the host: a fresh tree each, no way to write outside, limits and certificates as configured.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
need_images debian-11
prepare_project cpp-vector
echo 'ignored.txt' >.gitignore
echo 'not for containers' >ignored.txt
echo 'new, not added' >untracked.txt
git mv README.md READ.md 2>/dev/null || true

cat >wheelforge.toml <<'TOML'
[matrix]
python = ["cp311", "cp313"]
platform = "auto"
arch = ["x86_64"]

[engine]
memory = "1GiB"
cpus = 1
pids = 300
proxy = "none"

[build]
jobs = 3
before-all = ["echo from-before-all >{project}/laid-over.txt"]
before-build = [
  "cd {project}",
  "test \"$(cat laid-over.txt)\" = from-before-all",         # what before-all wrote lies over each copy
  "test ! -e leak.txt && echo leak >leak.txt",               # what another cell wrote does not
  "test -e untracked.txt && test ! -e ignored.txt && test -d .git",
  "git status --short >/dev/null && git describe --tags --always >/dev/null",
  "test ! -e /host",
  "sh checks/mounts.sh",
  "test \"$(cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null)\" = 1073741824",
  "test \"$(cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null)\" = 300",
  "grep -q '^NoNewPrivs:[[:space:]]*1' /proc/self/status",
  "test -z \"${http_proxy:-}${HTTPS_PROXY:-}\"",
  "test \"$CFLAGS\" = \" -O1\"",
  "test -s \"$SSL_CERT_FILE\" && test -s \"$PIP_CERT\"",
]
environment = { CFLAGS = "$CFLAGS -O1" } # not set before: empty, as in any shell

[test]
command = "test ! -e {project}/leak.txt && test ! -e {project}/build && python -c 'import cpp_vector'"
TOML
mkdir checks
cat >checks/mounts.sh <<'SH'
# Every file system of the host that can be seen here is read-only; only volumes of the engine's own may be written.
fail=0
while read -r device point type options _; do
  case $point in
    / | /dev | /dev/* | /proc | /proc/* | /sys | /sys/* | /tmp | /run | /wheelforge/cache) continue ;;
    /etc/hosts | /etc/hostname | /etc/resolv.conf | /etc/mtab | /run/.containerenv | /run/secrets) continue ;; # the engine's own
  esac
  case ,$options, in *,ro,*) continue ;; esac
  if [ "$type" != tmpfs ]; then
    echo "$point ($type on $device) can be written"
    fail=1
  fi
done </proc/mounts
exit $fail
SH
http_proxy=http://127.0.0.1:9 HTTPS_PROXY=http://127.0.0.1:9 build 0
wheels '*-cp311-cp311-manylinux*.whl' '*-cp313-cp313-manylinux*.whl'
[ "$(cat untracked.txt)" = 'new, not added' ]
[ ! -e leak.txt ] && [ ! -e laid-over.txt ]

# Without git: everything but wheelforge's own two folders.
rm -rf .git .gitignore wheelhouse
sed -i -e '/git status/d' -e 's/ && test ! -e ignored.txt && test -d .git/ \&\& test -e ignored.txt \&\& test ! -e .wheelforge/' wheelforge.toml
build 0 --only 'cp311-*'
wheels '*-cp311-cp311-manylinux*.whl'
