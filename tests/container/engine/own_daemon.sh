# A docker daemon of the test's own, that may be killed. Sourced after prepare.sh; own_daemon sets WF_DAEMON_PID and DOCKER_HOST,
# and skips the test where this machine cannot have one. end_daemon removes whatever is left of it.
# shellcheck shell=bash

# In a network namespace of its own: a second daemon in the machine's would take the bridge of the first away.
namespace=wf-loss-$$

# shellcheck disable=SC2154 # scratch is prepare.sh's
end_daemon() {
  [ -z "${WF_DAEMON_PID:-}" ] || kill -9 "$WF_DAEMON_PID" 2>/dev/null || true
  # The daemon's children: its containerd, and the shims of its containers.
  local pid point
  while read -r pid; do
    [ "$pid" = $$ ] || kill -9 "$pid" 2>/dev/null || true
  done < <(grep -l "$scratch" /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3)
  ip netns delete "$namespace" 2>/dev/null || true
  while read -r point; do
    umount -l "$point" || true
  done < <(awk -v at="$scratch" 'index($5, at) == 1 {print $5}' /proc/self/mountinfo | sort -r)
  rm -rf "$scratch"
}

own_daemon() {
  local tool
  [ "$(id -u)" -eq 0 ] || skip "only root may start a second daemon"
  for tool in dockerd ip nsenter; do
    command -v $tool >/dev/null || skip "$tool is not installed"
  done
  ip netns add "$namespace" 2>/dev/null || skip "this machine gives no network namespaces"
  echo '{}' >"$scratch/daemon.json"
  nsenter --net="/run/netns/$namespace" dockerd --bridge none --iptables=false --ip6tables=false --storage-driver vfs \
    --data-root "$scratch/data" --exec-root "$scratch/exec" --pidfile "$scratch/pid" --config-file "$scratch/daemon.json" \
    -H "unix://$scratch/socket" >"$scratch/log" 2>&1 &
  export WF_DAEMON_PID=$! DOCKER_HOST=unix://$scratch/socket
  for ((i = 0; i < 150; i++)); do
    docker version >/dev/null 2>&1 && return
    kill -0 "$WF_DAEMON_PID" 2>/dev/null || break
    sleep 0.1
  done
  tail -5 "$scratch/log"
  skip "a second docker daemon does not start here"
}
