#!/usr/bin/env bash
# drills_test.sh NAME: one fault drill with the real engine.
set -euo pipefail
exec python3 "$(dirname "$0")/drills.py" "$1"
