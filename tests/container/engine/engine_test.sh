#!/usr/bin/env bash
# engine_test.sh PROGRAM docker|podman: the engine module's promises, kept by a real engine.
set -euo pipefail
program=$1 engine=$2
# shellcheck source=tests/container/engine/prepare.sh
. "$(dirname "$0")/prepare.sh"

command -v "$engine" >/dev/null || skip "$engine is not installed"
if [ "$engine" = podman ] && ! podman run --rm --network none --rootfs "$scratch/tree" true >/dev/null 2>&1; then
  # This machine may not raise limits: start containers with lower ones.
  printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n[engine]\nruntime = "runc"\n' \
    >"$scratch/containers.conf"
  export CONTAINERS_CONF=$scratch/containers.conf
fi
"$engine" version >/dev/null 2>&1 || skip "$engine does not answer"
WF_ENGINE=$engine "$program" "~[loss]~[overhead]" --durations yes
