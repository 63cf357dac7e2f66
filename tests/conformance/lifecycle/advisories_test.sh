#!/usr/bin/env bash
# Real advisories of AlmaLinux, end to end: openssl-libs 1.1.1k-15.el8_6 is reported, a fixed one is not; and hundreds of
# other advisories each report a package that is too old, and none that has their own fix. The advisories come from
# AlmaLinux's public repository, or from a clone of it that WF_OSV_REPOSITORY names.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
repository=${WF_OSV_REPOSITORY:-$folder/clone}
if [ -z "${WF_OSV_REPOSITORY:-}" ] &&
  ! timeout 240 git clone --quiet --depth 1 https://github.com/AlmaLinux/osv-database "$repository" 2>"$folder/git.log"; then
  echo "SKIPPED: AlmaLinux's repository of advisories cannot be cloned from here"
  exit 77
fi
git -C "$repository" archive HEAD advisories/almalinux8 | tar -x -C "$folder"
python3 "$WF_SOURCE_DIR/tests/conformance/lifecycle/advisories.py" "$WHEELFORGE" "$folder/advisories/almalinux8" "$folder/scratch"
