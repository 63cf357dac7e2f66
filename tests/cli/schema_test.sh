#!/usr/bin/env bash
# `wheelforge schema` is valid JSON Schema; it accepts every good matrix file of the golden tests, and refuses nothing
# that the parser accepts. The reports of the golden tests are as report.schema.json says.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$WHEELFORGE" schema >"$folder/schema.json"
cmp "$folder/schema.json" "$WF_SOURCE_DIR/docs/schema/wheelforge.schema.json"

python3 - "$folder/schema.json" "$WF_SOURCE_DIR/tests/golden/matrix" <<'PYTHON'
import json, pathlib, sys, tomllib
import jsonschema

schema = json.load(open(sys.argv[1]))
golden = pathlib.Path(sys.argv[2])
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)

def matrix_of(path):
    document = tomllib.loads(path.read_text())
    return document["tool"]["wheelforge"] if path.name == "pyproject.toml" else document

good = sorted(p for p in golden.glob("*/*.toml"))
assert len(good) >= 7, good
for path in good:
    errors = [f"{path}: {e.json_path}: {e.message}" for e in validator.iter_errors(matrix_of(path))]
    assert not errors, errors

# Errors that one value or one table shows alone; the others need the whole matrix or a project.
seen = 0
for path in sorted(golden.glob("errors/*/input.toml")):
    try:
        document = matrix_of(path)
    except (tomllib.TOMLDecodeError, RecursionError):
        continue
    seen += not validator.is_valid(document)
assert seen >= 20, seen
print(len(good), "good files accepted,", seen, "bad ones refused")
PYTHON

python3 - "$WF_SOURCE_DIR" <<'PYTHON'
import copy, json, pathlib, sys
import jsonschema

source = pathlib.Path(sys.argv[1])
schema = json.loads((source / "docs/schema/report.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
report = json.loads((source / "tests/golden/report/machines.json").read_text())
validator.validate(report)
machines = report["cells"][0]["machines"]
assert len(machines) == 3 and sum(len(machine["disagreements"]) for machine in machines) == 3, machines
refused = 0
for path in (("machines",), ("findings",), ("machines", 0, "predicted"), ("machines", 0, "observed"), ("machines", 0, "place"),
             ("findings", 0, "code")):
    broken = copy.deepcopy(report)
    table = broken["cells"][0]
    for step in path[:-1]:
        table = table[step]
    del table[path[-1]]
    refused += not validator.is_valid(broken)
assert refused == 6, refused
print("a report with", len(machines), "machines accepted,", refused, "broken ones refused")
PYTHON
