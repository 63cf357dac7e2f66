# Debian's docker-registry on loopback. Sourced after project.sh; start_registry sets `registry` (host:port), end_registry ends it.
# shellcheck shell=bash

# shellcheck disable=SC2154 # work is project.sh's
start_registry() {
  local tries
  command -v docker-registry >/dev/null || fail "docker-registry is not installed (scripts/setup test)"
  for tries in 1 2 3; do
    registry=127.0.0.1:$((20000 + (RANDOM % 20000)))
    cat >"$work/registry.yml" <<YAML
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $work/registry}, delete: {enabled: true}}
http: {addr: $registry}
YAML
    docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
    registry_pid=$!
    for ((i = 0; i < 100; i++)); do
      ! curl --noproxy '*' -fs "http://$registry/v2/" >/dev/null || return 0
      kill -0 $registry_pid 2>/dev/null || break
      sleep 0.1
    done
    echo "attempt $tries: $(tail -1 "$work/registry.log")"
  done
  fail "the registry does not start"
}

end_registry() {
  kill "$registry_pid" 2>/dev/null || true
  wait "$registry_pid" 2>/dev/null || true
}

# manifest NAME:TAG: its digest in the registry; empty where there is none.
manifest() {
  curl --noproxy '*' -fsI -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    "http://$registry/v2/${1%:*}/manifests/${1##*:}" | tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}

delete_manifest() { curl --noproxy '*' -fs -X DELETE "http://$registry/v2/$1/manifests/$2"; }
