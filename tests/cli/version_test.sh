#!/usr/bin/env bash
# `wheelforge version` prints one line on stdout; an unknown subcommand ends with 2.
set -euo pipefail

[[ $("$WHEELFORGE" version) =~ ^wheelforge\ [0-9]+\.[0-9]+\.[0-9]+$ ]]

status=0
"$WHEELFORGE" no-such-command >/dev/null 2>&1 || status=$?
[ "$status" -eq 2 ]
