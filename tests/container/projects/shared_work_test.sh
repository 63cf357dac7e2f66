#!/usr/bin/env bash
# What cells and runs share: before-all runs once for all cells and not again in the next run; the compiler cache takes the second
# build's objects from the first, and the report has the figures.
set -euo pipefail
# shellcheck source=tests/support/project.sh
. "$WF_SOURCE_DIR/tests/support/project.sh"
need_images debian-11
prepare_project cpp-vector
cat >wheelforge.toml <<'TOML'
[matrix]
python = ["cp311", "cp313"]
platform = "auto"
arch = ["x86_64"]

[cache]
compiler = true

[build]
before-all = "date +%s%N >/before-all-ran; echo before-all has run; cp /before-all-ran prepared.txt"
before-build = "cmp prepared.txt /before-all-ran && echo the layer is here"
TOML
# The compiler cache outlives the test: what it has of earlier runs must not be found.
echo "int compiled_at_$(date +%s%N)() { return 0; }" >>cpp_vector.cpp
git add -A && git -c user.name=t -c user.email=t@t commit -qm matrix

# ran TEXT: how often the logs of the last run have the text.
ran() { cat "$(dirname "$report")"/*.log | grep -cx -- ".*\] $1" || true; }

build 0
[ "$(ran 'before-all has run')" -eq 1 ] || fail "before-all ran $(ran 'before-all has run') times for two cells"
[ "$(ran 'the layer is here')" -eq 2 ] || fail "a cell does not start from what before-all left"
reported 'assert all(cell["compiler_cache"]["hits"] == 0 and cell["compiler_cache"]["misses"] > 0 for cell in cells.values()), [cell["compiler_cache"] for cell in cells.values()]'

# Another before-build: the cells are built again, before-all is not run again, and what did not change is not compiled again.
sed -i 's/the layer is here/the layer is still here/' wheelforge.toml
build 0
[ "$(ran 'before-all has run')" -eq 0 ] || fail "before-all ran again"
[ "$(ran 'the layer is still here')" -eq 2 ] || fail "a cell does not start from the kept layer"
reported 'assert all(cell["compiler_cache"]["hits"] > 0 and cell["compiler_cache"]["misses"] == 0 for cell in cells.values()), [cell["compiler_cache"] for cell in cells.values()]'

# Other commands: another layer.
sed -i 's/echo before-all has run/echo before-all ran anew/' wheelforge.toml
build 0
[ "$(ran 'before-all ran anew')" -eq 1 ] || fail "changed commands were not run"
