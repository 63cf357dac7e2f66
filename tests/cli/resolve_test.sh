#!/usr/bin/env bash
# `wheelforge resolve` picks what real pips picked, explains refusals, reads pages and folders, and says what is wrong.
set -euo pipefail
golden=$WF_SOURCE_DIR/tests/golden/resolve
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for name in pip_picks pip_picks_directed; do
  "$WHEELFORGE" resolve --cases "$golden/$name.json" --json >answer.json
  python3 - "$golden/$name.json" answer.json <<'CHECK'
import json, sys
cases = json.load(open(sys.argv[1]))["cases"]
answer = json.load(open(sys.argv[2]))
assert answer["schema"] == 1 and len(answer["results"]) == len(cases) > 70
for case, result in zip(cases, answer["results"]):
    assert result["picked"] == case["picked"], (case, result)
    assert result["refused"] == case["model_refused"], (case, result)
CHECK
done

# RHEL 6: pip 19.0 picks manylinux2010 and refuses 2014; pip 18.1 picks manylinux1.
wheels=(pkg-1.0-cp27-cp27mu-manylinux{1,2010,2014}_x86_64.whl)
out=$("$WHEELFORGE" resolve --target rhel-6 --python 2.7 --pip 19.0 "${wheels[@]}")
grep -q '^  picked *pkg-1.0-cp27-cp27mu-manylinux2010_x86_64.whl$' <<<"$out"
grep -q '^  refused *pkg-1.0-cp27-cp27mu-manylinux2014_x86_64.whl$' <<<"$out"
grep -q 'it needs glibc 2.17, here is glibc 2.12' <<<"$out"
out=$("$WHEELFORGE" resolve --target rhel-6 --python 2.7 --pip 18.1 "${wheels[@]}")
grep -q '^  picked *pkg-1.0-cp27-cp27mu-manylinux1_x86_64.whl$' <<<"$out"
grep -q 'pip 18.1 does not know manylinux2010_x86_64; update pip to 19.0' <<<"$out"

# A saved page, with what it says of yanking and Python.
cat >page.html <<'PAGE'
<a href="x/pkg-2.0-py3-none-any.whl#sha256=0" data-yanked="">a</a>
<a href="x/pkg-1.0-py3-none-any.whl" data-requires-python="&gt;=3.12">b</a>
<a href="x/pkg-0.9-py3-none-any.whl">c</a>
PAGE
out=$("$WHEELFORGE" resolve --target debian-12 --arch x86_64 page.html)
grep -q '^  picked *pkg-0.9-py3-none-any.whl$' <<<"$out"
grep -q 'Requires-Python >=3.12 excludes 3.11.2' <<<"$out"
grep -q 'it is yanked' <<<"$out"

# A folder: Requires-Python comes from the wheel's METADATA.
mkdir -p dist w/pkg-1.0.dist-info
printf 'Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\nRequires-Python: >=3.13\n' >w/pkg-1.0.dist-info/METADATA
python3 -c 'import shutil; shutil.make_archive("dist/pkg-1.0-py3-none-any", "zip", "w")'
mv dist/pkg-1.0-py3-none-any.zip dist/pkg-1.0-py3-none-any.whl
"$WHEELFORGE" resolve --target debian-12,debian-13 --arch x86_64 dist --json >answer.json
python3 - <<'CHECK'
import json
targets = {t["target"]: t for t in json.load(open("answer.json"))["targets"]}
assert targets["debian-12 x86_64"]["picked"] is None
assert targets["debian-12 x86_64"]["files"][0]["reason"] == "Requires-Python"
assert targets["debian-13 x86_64"]["picked"] == "pkg-1.0-py3-none-any.whl"
assert targets["debian-13 x86_64"]["files"][0]["lowest_pip"] is not None
CHECK

# Without --target every known distribution is tried.
out=$("$WHEELFORGE" resolve pkg-1.0-cp311-cp311-manylinux_2_28_x86_64.whl 2>/dev/null)
grep -q '^debian-12 x86_64 .*manylinux_2_28_x86_64.whl$' <<<"$out"
grep -q '^debian-13 x86_64 .*nothing$' <<<"$out"

expect_error() {
  local code=$1 wanted=$2 status=0 text
  shift 2
  text=$("$WHEELFORGE" "$@" 2>&1) || status=$?
  if [ "$status" -ne "$code" ] || [[ $text != *"$wanted"* ]]; then
    echo "wheelforge $*: exit $status: $text; wanted $code: $wanted"
    exit 1
  fi
}
echo '[{"pip":"24.1","python":"3.12","glibc":"2.31","machine":"x86_64","files":7}]' >bad.json
expect_error 1 'bad.json: case 0: files is 7, wanted a list of strings' resolve --cases bad.json --json
echo '{' >bad.json
expect_error 1 'bad.json: the file is not JSON' resolve --cases bad.json --json
expect_error 2 'there is no distribution "debian-99"' resolve --target debian-99 "${wheels[0]}"
expect_error 2 'pip "x"' resolve --target debian-12 --pip x "${wheels[0]}"
expect_error 2 'Python "4.1"' resolve --target debian-12 --arch x86_64 --python 4.1 "${wheels[0]}"
expect_error 2 'is neither a wheel' resolve --target debian-12 nonsense
expect_error 2 'wanted either release files' resolve
