#!/usr/bin/env bash
# scripts/count-results counts phases and tests, takes only the skips that are allowed, and never passes an empty run.
set -euo pipefail

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
mkdir -p scripts tests logs
cp "$WF_SOURCE_DIR/scripts/count-results" scripts/
echo 'network-test the registry does not answer everywhere' >tests/skips.txt

# expect STATUS LAST-LINE [PATTERN]: how count-results ends, its last line, and what it also says.
expect() {
  local status=0 output
  output=$(scripts/count-results logs) || status=$?
  if [ "$status" -ne "$1" ] || [ "$(tail -1 <<<"$output")" != "$2" ] || ! grep -q -- "${3:-}" <<<"$output"; then
    printf 'exit %s\n%s\nwanted exit %s, %s, %s\n' "$status" "$output" "$1" "$2" "${3:-}"
    exit 1
  fi
}

expect 1 '0 passed, 0 failed'

echo 'all is well' >good.log
seq 100 >bad.log
printf 'lint\tpassed\t1\tgood.log\nrelease\tpassed\t1\tgood.log\n' >logs/phases.tsv
expect 0 '2 passed, 0 failed'

printf 'fuzz-zip\tfailed\t1\tbad.log\n' >>logs/phases.tsv
expect 1 '2 passed, 1 failed' '^100$'
sed -i '$d' logs/phases.tsv

junit() { printf '<testsuite>%s</testsuite>\n' "$*" >logs/tests.junit.xml; }
junit '<testcase name="a" status="run"/>' \
  '<testcase name="network-test" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/><system-out>SKIPPED: no answer</system-out></testcase>'
expect 0 '3 passed, 0 failed, 1 skipped' 'network-test: SKIPPED: no answer (allowed: the registry'
junit '<testcase name="b" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/><system-out>SKIPPED: lazy</system-out></testcase>'
expect 1 '2 passed, 1 failed' 'tests/skips.txt does not allow it'
junit '<testcase name="network-test" status="disabled"><skipped message="Disabled"/></testcase>'
expect 1 '2 passed, 1 failed' 'did not run'
junit '<testcase name="c" status="fail"><failure message=""/><system-out>the reason</system-out></testcase>'
expect 1 '2 passed, 1 failed' 'the reason'
junit '<testcase name="c" status="fail"><failure message=""/><system-out/></testcase>'
expect 1 '2 passed, 1 failed' 'it printed nothing'
