#!/usr/bin/env bash
# daemon_loss_test.sh PROGRAM: a docker daemon of the test's own is killed in the middle of a command.
set -euo pipefail
program=$1
# shellcheck source=tests/container/engine/prepare.sh
. "$(dirname "$0")/prepare.sh"
# shellcheck source=tests/container/engine/own_daemon.sh
. "$(dirname "$0")/own_daemon.sh"
trap end_daemon EXIT
own_daemon
WF_ENGINE=docker "$program" "[loss]" --durations yes
