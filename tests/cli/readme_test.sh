#!/usr/bin/env bash
# What the README shows is so: its matrix file is planned without a fault, its commands are there, its picture is of a real run.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
readme=$WF_SOURCE_DIR/README.md

# The one block of TOML is a whole matrix file.
awk '/^```toml/ {inside = 1; next} /^```/ {inside = 0} inside' "$readme" >wheelforge.toml
[ "$(grep -c '^```toml' "$readme")" -eq 1 ]
grep -q '^\[matrix\]' wheelforge.toml
printf '[project]\nname = "demo"\n' >pyproject.toml
"$WHEELFORGE" plan --json >plan.json
python3 - <<'PYTHON'
import json
cells = {cell["id"]: cell for cell in json.load(open("plan.json"))["cells"]}
left_out = [name for name, cell in cells.items() if cell["python"] == "cp39" and "musllinux" in cell["platform"]]
assert not left_out, left_out
assert len(cells) == 10, cells.keys()
assert cells["cp313-manylinux_2_28_aarch64"]["steps"].count("test:debian-12") == 0
assert "test:debian-12" in cells["cp313-manylinux_2_28_x86_64"]["steps"]
PYTHON

# The commands and options it names exist.
for command in scripts/quickstart scripts/check; do
  grep -q "^$command " "$readme"
  [ -x "$WF_SOURCE_DIR/$command" ]
done
"$WHEELFORGE" build --help >help
for option in --only --shell --output; do
  grep -q -- "$option" "$readme"
  grep -q -- "$option" help
done

# The picture is there and shows a run as the program tells it: the command, the table's heads, results, wheels.
picture=$(sed -n 's/^!\[[^]]*\](\(.*\.svg\))$/\1/p' "$readme")
[ -n "$picture" ]
for text in '$ wheelforge build' '>cell  *result  *time  *size  *policy  *tests<' '>ok<' '2 ok in ' 'wheelhouse/.*-manylinux_2.*[.]whl'; do
  grep -q -- "$text" "$WF_SOURCE_DIR/$picture" || { echo "$picture does not show: $text" && exit 1; }
done
