# Sourced by tests that build projects of the package registry: a line of tests/container/real_projects/projects.tsv, and its sdist.
# Wants the scratch folder in $work.
# shellcheck shell=bash disable=SC2154 # the scratch folder $work is of who sources this

# real_project NAME: sets version, sha256, wheels, command, requires and sources of the project.
real_project() {
  local row name
  row=$(grep -P "^$1\t" "$WF_SOURCE_DIR/tests/container/real_projects/projects.tsv")
  # shellcheck disable=SC2034 # who sources this uses them
  IFS=$'\t' read -r name version sha256 wheels command requires sources <<<"$row"
}

# unpack_sdist NAME FOLDER: the project's source distribution, downloaded once a checkout; the test is skipped where nobody has it.
unpack_sdist() {
  local folder=$WF_SOURCE_DIR/build/sdists sdist download
  real_project "$1"
  sdist=$folder/$1-$version.tar.gz
  if [ ! -e "$sdist" ]; then
    download=$(mktemp -d -p "$work")
    # pip asks the back end for metadata even of a download, hence the isolated build that this line implies.
    if ! python3 -m pip --disable-pip-version-check download -q --no-deps --no-binary "$1" -d "$download" "$1==$version" >"$work/pip.log" 2>&1; then
      tail -5 "$work/pip.log"
      if grep -qE 'NewConnectionError|ConnectTimeout|ReadTimeout|Temporary failure|ProxyError|No matching distribution' "$work/pip.log"; then
        echo "SKIPPED: the package registry does not answer"
        exit 77
      fi
      exit 1
    fi
    mkdir -p "$folder"
    mv "$download/$1-$version.tar.gz" "$sdist"
  fi
  echo "$sha256  $sdist" | sha256sum --check --quiet
  mkdir "$2"
  tar -xzf "$sdist" -C "$2" --strip-components=1
}

# list WORDS: words separated by spaces, or "-" for none, as the items of a TOML array.
list() { [ "$1" = - ] || printf '"%s" ' "$1" | sed 's/ \(.\)/", "\1/g; s/ $//'; }
