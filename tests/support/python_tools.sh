# Sourced by tests that need programs from PyPI: python_tools NAME REQUIREMENT... makes a virtual environment of them.
#
# Sets `tools` to its bin/ folder. The environment is kept in build/tools/ and made anew when the requirements change. Where
# the registry does not answer, the test ends as skipped (77).

# shellcheck shell=bash
python_tools() {
  local name=$1 folder wanted
  shift
  folder=$WF_SOURCE_DIR/build/tools/$name wanted="$*"
  mkdir -p "$WF_SOURCE_DIR/build/tools"
  exec 8>"$folder.lock"
  flock 8
  if [ "$(cat "$folder/wanted" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$folder"
    python3 -m venv "$folder"
    if ! "$folder/bin/pip" --disable-pip-version-check -q install "$@" >"$folder/pip.log" 2>&1; then
      tail -5 "$folder/pip.log"
      if grep -qE 'NewConnectionError|ConnectTimeout|ReadTimeout|Temporary failure|ProxyError|No matching distribution' "$folder/pip.log"; then
        echo "SKIPPED: the package registry does not answer"
        exit 77
      fi
      exit 1
    fi
    echo "$wanted" >"$folder/wanted"
  fi
  exec 8>&-
  # shellcheck disable=SC2034 # for the script that sources this
  tools=$folder/bin
}
