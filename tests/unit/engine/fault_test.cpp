// Faults by the engines' own words, as docker 20.10/28 and podman 4.3 wrote them.
#include "orchestrator/engine/fault.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::engine;

TEST_CASE("each engine's words tell the fault") {
  struct Case {
    const char* text;
    Fault fault;
  };
  const Case each = GENERATE(values<Case>({
      {"Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
       Fault::engine_lost},
      {"error waiting for container: unexpected EOF", Fault::engine_lost},
      {"error during connect: Get \"http://%2Frun%2Fdocker.sock/v1.41/info\": dial unix: connect: connection refused",
       Fault::engine_lost},
      {"permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "
       "\"http://x/v1.50/version\": dial unix /var/run/docker.sock: connect: permission denied",
       Fault::permission_denied},
      {"Error response from daemon: No such container: nosuch", Fault::container_gone},
      {"Error: no container with name or ID \"nosuch\" found: no such container", Fault::container_gone},
      {"Error: container \"nosuch\" does not exist", Fault::container_gone},
      {"Error response from daemon: Container fc91 is not running", Fault::container_stopped},
      {"Error: can only create exec sessions on running containers: container state improper",
       Fault::container_stopped},
      {"docker: Error response from daemon: Conflict. The container name \"/m1\" is already in use by container \"9\".",
       Fault::name_taken},
      {"Error: creating container storage: the container name \"m1\" is already in use by cf5. You have to remove that "
       "container to be able to reuse that name: that name is already in use",
       Fault::name_taken},
      {"docker: Error response from daemon: No such image: nosuch/image:1", Fault::image_missing},
      {"Error: nosuch/image:1: image not known", Fault::image_missing},
      {"docker: Error response from daemon: image with reference x was found but does not match the specified "
       "platform: wanted linux/arm64, actual: linux/amd64",
       Fault::platform_mismatch},
      {"Error response from daemon: manifest unknown: manifest unknown", Fault::image_unknown},
      {"Error response from daemon: manifest for x:9 not found: manifest unknown", Fault::image_unknown},
      {"Error: initializing source docker://x: reading manifest 9 in q.io/x: manifest unknown", Fault::image_unknown},
      {"Error response from daemon: pull access denied for x, repository does not exist or may require 'docker login': "
       "denied: requested access to the resource is denied",
       Fault::image_unknown},
      {"Error response from daemon: unauthorized: access to the requested resource is not authorized",
       Fault::registry_denied},
      {"Error response from daemon: toomanyrequests: You have reached your pull rate limit.",
       Fault::registry_rate_limit},
      {"Error response from daemon: Get \"https://q.io/v2/\": dial tcp: lookup q.io on 10.0.0.1:53: no such host",
       Fault::registry_unreachable},
      {"Error response from daemon: Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
       Fault::registry_unreachable},
      {"Error response from daemon: Get \"https://q.io/v2/\": net/http: TLS handshake timeout",
       Fault::registry_unreachable},
      {"Error response from daemon: Get \"https://q.io/v2/\": x509: certificate signed by unknown authority",
       Fault::registry_certificate},
      {"write /var/lib/docker/tmp/x: no space left on device", Fault::disk_full},
      {"exec /bin/true: exec format error", Fault::exec_format},
      {"Error: crun: setrlimit `RLIMIT_NOFILE`: Operation not permitted: OCI permission denied", Fault::limits_refused},
      {"Error: runc: runc create failed: error setting rlimits for ready process: error setting rlimit type 7",
       Fault::limits_refused},
      {"Error: \"slirp4netns\" is not supported: invalid network mode", Fault::network_fixed},
      {"Error response from daemon: Could not find the file /nope in container m1", Fault::no_such_path},
      {"Error: \"/nope\" could not be found on container m1: no such file or directory", Fault::no_such_path},
      {"Error response from daemon: something new", Fault::other},
      {"", Fault::other},
  }));
  INFO(each.text);
  CHECK(classify(each.text) == each.fault);
}

TEST_CASE("what may pass by itself is temporary, and nothing else") {
  for (const Fault fault : {Fault::engine_lost, Fault::container_gone, Fault::container_stopped,
                            Fault::registry_rate_limit, Fault::registry_unreachable}) {
    CHECK(is_temporary(fault));
    CHECK_FALSE(hint_for(fault).empty());
  }
  for (const Fault fault : {Fault::other, Fault::image_unknown, Fault::registry_denied, Fault::registry_certificate,
                            Fault::disk_full, Fault::exec_format, Fault::limits_refused, Fault::permission_denied}) {
    CHECK_FALSE(is_temporary(fault));
  }
}

TEST_CASE("an error has the engine's words in one line, with the kind and hint of the fault") {
  const Error error = fault_error(Fault::image_missing, "starting a container",
                                  "docker: Error response from daemon: No such image: x:1\n\nRun 'docker run --help' "
                                  "for more information\n");
  CHECK(error.message == "starting a container: No such image: x:1");
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.hint.find("images pull") != std::string::npos);
  CHECK(fault_error(Fault::other, "x", "").message == "x: the engine gave no reason");
  CHECK(fault_error(Fault::other, "x", "Error: a\nb\n").message == "x: a; b");
}

TEST_CASE("a command's output tells of a full disk or a foreign architecture, and of nothing else") {
  CHECK(classify_command_output("cc1: fatal error: error writing to /tmp/x.s: No space left on device") ==
        Fault::disk_full);
  CHECK(classify_command_output("bash: ./tool: cannot execute binary file: Exec format error") == Fault::exec_format);
  CHECK(classify_command_output("E: dial tcp: connection refused") == Fault::other);
}
