#!/usr/bin/env bash
# A user without root rights makes an image with mmdebstrap: a user namespace, files owned by nobody else, nothing loaded.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
skip() {
  echo "SKIPPED: $*"
  exit 77
}
user=nobody
if [ "$(id -u)" -eq 0 ]; then
  command -v newuidmap >/dev/null || fail "uidmap is not installed (scripts/setup)"
  command -v runuser >/dev/null || skip "runuser is not installed"
  # A range of ids for the user, for the length of this test.
  name=wheelforge-rootless-test
  id $name >/dev/null 2>&1 || useradd --system --create-home --home-dir "$work/home" --shell /bin/bash $name
  user=$name
  trap 'userdel $name 2>/dev/null; sed -i "/^$name:/d" /etc/subuid /etc/subgid; rm -rf "$work"' EXIT
  for file in /etc/subuid /etc/subgid; do
    grep -q "^$name:" $file || echo "$name:2000000:65536" >>$file
  done
  chmod 755 "$work"
  as_user() { runuser -u "$user" -- env HOME="$work/home" XDG_CACHE_HOME="$work/home/cache" "$@"; }
  as_user unshare --user --map-auto --map-root-user true 2>/dev/null || as_user unshare --user true 2>/dev/null ||
    skip "this machine gives no user namespaces"
  cp -R "$WF_SOURCE_DIR/images/debian" "$work/recipe"
  chmod -R a+rX "$work/recipe"
else
  as_user() { env XDG_CACHE_HOME="$work/cache" "$@"; }
  cp -R "$WF_SOURCE_DIR/images/debian" "$work/recipe"
fi
as_user "$work/recipe/build" --engine none --output "$work/home/image.tar" test-debian-12 >"$work/stdout" 2>"$work/stderr" ||
  { tail -30 "$work/stderr" && fail "the image cannot be made without root"; }
tar -tf "$work/home/image.tar" | grep -x manifest.json >/dev/null
tar -xOf "$work/home/image.tar" layer.tar | tar -tvf - >"$work/files"
grep -qE ' root/root .* (\./)?usr/bin/dpkg$|^.* (0/0|root/root) .*usr/bin/dpkg$' "$work/files" || fail "its files are not root's"
grep -qE 'usr/bin/python3' "$work/files"
