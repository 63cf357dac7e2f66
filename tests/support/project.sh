# Sourced by tests that build projects with the real program: a checkout of a sample, one build, and what must hold after any build.
# Sets work (a scratch folder, removed at the end) and, after prepare_project, the current folder.
# shellcheck shell=bash

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# No test ends in silence: whatever stops it is named.
set -o errtrace
trap 'echo "FAILED: ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND (status $?)"' ERR

fail() {
  echo "FAILED: $*"
  exit 1
}

# need_images RECIPE...: the images are made where they are missing.
need_images() {
  local recipe
  for recipe in "$@"; do
    "$WF_SOURCE_DIR/images/debian/build" --if-missing "$recipe" >/dev/null 2>"$work/image.log" ||
      { tail -20 "$work/image.log" && fail "the image $recipe cannot be made"; }
  done
}

engine() { if docker version >/dev/null 2>&1; then echo docker; else echo podman; fi; }

# containers_of RUN: those that the run left, whatever their state.
containers_of() { "$(engine)" ps --all --quiet --filter "label=wheelforge.run=$1"; }

prepare_project() {
  "$WF_SOURCE_DIR/tests/projects/prepare" "$1" "$work/project"
  cd "$work/project" || exit 1
}

# build STATUS [ARGUMENTS...]: `wheelforge build` must end with STATUS; its streams are in $work/stdout and $work/stderr, its
# report in $report. Afterwards the checkout is as it was, the wheelhouse holds wheels only, and no container is left.
build() {
  local wanted=$1 status=0 before
  shift
  before=$(checkout_digest)
  "$WHEELFORGE" build "$@" >"$work/stdout" 2>"$work/stderr" || status=$?
  after_build "$wanted" "$status" "$before"
}

after_build() {
  [ "$2" -eq "$1" ] || { cat "$work/stdout" "$work/stderr" && fail "exit $2, wanted $1"; }
  report=$(find .wheelforge/runs -name report.json -newer "$work/started" -print -quit)
  [ -n "$report" ] || fail "no report"
  [ "$(checkout_digest)" = "$3" ] || { git status --short && fail "the checkout was written to"; }
  [ ! -d wheelhouse ] || [ -z "$(find wheelhouse -mindepth 1 ! -name '*.whl')" ] || fail "not only wheels: $(ls wheelhouse)"
  local run
  run=$(basename "$(dirname "$report")")
  [ -z "$(containers_of "$run")" ] || fail "containers are left of $run"
}

# Everything in the checkout but the two folders that are wheelforge's: names, modes, contents.
checkout_digest() {
  touch "$work/started"
  find . \( -path ./.wheelforge -o -path ./wheelhouse \) -prune -o -type f -printf '%p %m\n' -exec sha256sum {} + |
    LC_ALL=C sort | sha256sum
}

# says FILE TEXT: the stream of the last build has the text.
says() { grep -qF -- "$2" "$work/$1" || { cat "$work/$1" && fail "$1 does not have: $2"; }; }

# wheels PATTERN...: the wheelhouse holds exactly one wheel for each pattern, and no other.
wheels() {
  local pattern found
  [ "$(find wheelhouse -name '*.whl' 2>/dev/null | wc -l)" -eq $# ] || fail "wanted $# wheels, there are: $(ls wheelhouse 2>&1)"
  for pattern in "$@"; do
    found=$(find wheelhouse -name "$pattern" | wc -l)
    [ "$found" -eq 1 ] || fail "$found wheels like $pattern in: $(ls wheelhouse)"
  done
}

# reported PYTHON: the report is as its schema says, and the statements hold. They see `cells`, a dictionary from id to cell, `document`, and `steps(cell)`, status by name.
reported() {
  python3 - "$report" "$1" <<'PYTHON' || fail "the report is not as wanted"
import json, os, sys
import jsonschema
document = json.load(open(sys.argv[1]))
schema = json.load(open(os.environ["WF_SOURCE_DIR"] + "/docs/schema/report.schema.json"))
jsonschema.Draft202012Validator(schema).validate(document)
cells = {cell["id"]: cell for cell in document["cells"]}
def steps(cell):
    return {step["name"]: step["status"] for step in cell["steps"]}
try:
    exec(sys.argv[2])
except AssertionError:
    print(json.dumps(document, indent=1)[:6000])
    raise
PYTHON
}

# members WHEEL: the names of the files in it.
members() { python3 -m zipfile -l "$1" | awk 'NR > 1 {print $1}'; }
