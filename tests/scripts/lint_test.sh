#!/usr/bin/env bash
# scripts/lint finds a violation of each rule, planted into a small tree, and nothing in the tree before that.
# shellcheck disable=SC2016 # the planted texts hold $ and backticks on purpose
set -euo pipefail

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"
git init -q .
mkdir -p scripts orchestrator/low orchestrator/high orchestrator/host tests/unit/low docs
cp "$WF_SOURCE_DIR/scripts/lint" scripts/
cp "$WF_SOURCE_DIR/.clang-format" .
cat >orchestrator/CMakeLists.txt <<'CMAKE'
# The modules.
add_subdirectory(low)
add_subdirectory(host)
add_subdirectory(high)
CMAKE
printf 'wf_module(low\n  SOURCES low.cpp)\n' >orchestrator/low/CMakeLists.txt
printf 'wf_module(host\n  SOURCES host.cpp)\n' >orchestrator/host/CMakeLists.txt
printf 'wf_module(high\n  SOURCES high.cpp\n  DEPENDS low)\n' >orchestrator/high/CMakeLists.txt
printf '// A low header.\n#pragma once\n' >orchestrator/low/low.hpp
printf '// A low source.\n#include "orchestrator/low/low.hpp"\n' >orchestrator/low/low.cpp
printf '// The door.\n#include <boost/asio.hpp>\n' >orchestrator/host/host.cpp
printf '// A high source.\n#include "orchestrator/low/low.hpp"\n' >orchestrator/high/high.cpp
printf '// A test.\nTEST_CASE("x") { CHECK(true); }\n' >tests/unit/low/low_test.cpp
printf '| 0 | `low/` |\n| 1 | `host/` |\n| 2 | `high/` |\n' >docs/ARCHITECTURE.md

scripts/lint || { echo "the clean tree is not clean"; exit 1; }
git add -A
git -c user.name=t -c user.email=t@t commit -qm tree

# expect CHECK PATTERN: that check alone fails, says PATTERN; then the tree is put back.
expect() {
  local output
  if output=$(scripts/lint "$1"); then
    echo "lint $1 passed, wanted: $2"
    exit 1
  fi
  if ! grep -q -- "$2" <<<"$output"; then
    printf 'lint %s says\n%s\nwanted: %s\n' "$1" "$output" "$2"
    exit 1
  fi
  git checkout -q .
  git clean -qfd
}

echo '#include "orchestrator/high/high.hpp"' >>orchestrator/low/low.cpp
expect layers "low.cpp:3: includes orchestrator/high/high.hpp, but 'low' does not list 'high'"
printf 'wf_module(low\n  SOURCES low.cpp\n  DEPENDS high)\n' >orchestrator/low/CMakeLists.txt
expect layers "'high', which does not stand before 'low'"
printf 'wf_module(high\n  SOURCES high.cpp\n  DEPENDS low host)\n' >orchestrator/high/CMakeLists.txt
expect layers "DEPENDS on 'host', which no file of 'high' includes"
echo '#include <boost/asio.hpp>' >>orchestrator/low/low.cpp
expect libraries 'low.cpp:3: includes boost/asio.hpp, which belongs in orchestrator/host/ alone'
echo '#include <nlohmann/json.hpp>' >>orchestrator/low/low.hpp
expect libraries 'low.hpp:3: includes nlohmann/json.hpp'
sed -i 1d orchestrator/low/low.cpp
expect first-lines 'low.cpp:1: wants a first line'
sed -i '/pragma/d' orchestrator/low/low.hpp
expect first-lines "low.hpp:1: wants '#pragma once'"
printf '// see /wor%s/main\n' k >>orchestrator/low/low.cpp
expect words 'low.cpp:3: .* is a path of one machine'
printf '// from https://pypi.or%s/simple\n' g >>orchestrator/low/low.cpp
expect words 'low.cpp:3: .* is the host name of a package registry'
sed -i 's/CHECK(true);//' tests/unit/low/low_test.cpp
expect tests 'low_test.cpp:1: asserts nothing'
echo '[gone](gone.md)' >>docs/ARCHITECTURE.md
expect documents 'ARCHITECTURE.md:4: links to gone.md, which is not there'
sed -i '/high/d' docs/ARCHITECTURE.md
expect documents "module 'high' is in the code but not in the table"
if command -v clang-format-14 >/dev/null; then
  echo 'int   x;' >>orchestrator/low/low.cpp
  expect format 'low.cpp:3: clang-format-14 -i would change it'
fi
printf '#!/bin/bash\n# A script.\nrm $1\n' >scripts/bad
expect shell 'scripts/bad:3: .*SC2086'
printf '#!/bin/bash\n# A script.\nset -euo pipefail\nls | %s -xq a\n' grep >scripts/bad
expect pipes "scripts/bad:4: '. grep -xq' may end before its input does"
printf '#!/bin/bash\n# A script.\nset -euo pipefail\nls || head -1 a\nls | sort | %s -1\n' head >scripts/bad
expect pipes "scripts/bad:5: '. head' may end before its input does; take sed"
printf '// A header without a source.\n#pragma once\ninline Missing x;\n' >orchestrator/low/alone.hpp
expect headers 'alone.hpp:1: does not compile alone'
sed -i 's|low/low.hpp|low/low_too.hpp|' orchestrator/low/low.cpp
echo 'inline Missing x;' >>orchestrator/low/low.hpp
expect headers 'low.hpp:1: does not compile alone'
