// The engines' command lines against golden files: what is printed is what is run.
#include "orchestrator/engine/arguments.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"

using namespace wheelforge;
using namespace wheelforge::engine;

namespace {

EngineInfo engine_of(EngineInfo::Kind kind) {
  EngineInfo info;
  info.kind = kind;
  info.program = to_string(kind);
  return info;
}

ContainerSpec full_spec() {
  ContainerSpec spec;
  spec.image = "quay.io/pypa/manylinux_2_28_x86_64@sha256:00";
  spec.platform = "linux/amd64";
  spec.name = "wheelforge-r1-cell-build";
  spec.labels = {{"wheelforge.run", "r1"}, {"wheelforge.pid", "42"}};
  spec.environment = {{"A", "b c"}, {"EMPTY", ""}};
  spec.mounts = {{Mount::Kind::volume, "wheelforge-cache", "/cache", Mount::Access::read_write, {}},
                 {Mount::Kind::bind, "/etc/a,b \"c\".crt", "/etc/ca.crt", Mount::Access::read_only, {}},
                 {Mount::Kind::tmpfs, "", "/tmp", Mount::Access::read_write, 1U << 30U}};
  spec.limits = {4ULL << 30U, 1.5, 512, 64U << 20U};
  spec.folder = "/project";
  spec.user = "1000:1000";
  return spec;
}

std::string every_command(const EngineInfo& which) {
  ContainerSpec plain;
  plain.image = "debian:12";
  plain.network = Network::on;
  plain.no_new_privileges = false;
  ContainerSpec without_entrypoint = plain;
  without_entrypoint.entrypoint.emplace();
  without_entrypoint.command = {"sleep", "9"};
  ContainerSpec with_entrypoint = plain;
  with_entrypoint.entrypoint = {"linux32", "--4gb"};
  with_entrypoint.init = true;
  with_entrypoint.extra_arguments = {"--device", "/dev/x"};
  ExecSpec exec;
  exec.argv = {"sh", "-c", "echo $HOME"};
  ExecSpec full_exec = exec;
  full_exec.environment = {{"K", "v w"}};
  full_exec.folder = "/project";
  full_exec.user = "root";
  full_exec.input = host::TextInput{"x"};

  std::string text;
  const auto add = [&text](const Arguments& arguments) { text += host::shell_text(arguments) + "\n"; };
  add(run_arguments(which, full_spec()));
  add(run_arguments(which, plain));
  add(run_arguments(which, without_entrypoint));
  add(run_arguments(which, with_entrypoint));
  add(exec_arguments(which, "c1", exec));
  add(exec_arguments(which, "c1", full_exec));
  add(exec_interactive_arguments(which, "c1", full_exec));
  add(copy_in_arguments(which, "c1", "/"));
  add(copy_out_arguments(which, "c1", "/output"));
  add(remove_containers_arguments(which, {"c1", "c2"}));
  add(inspect_containers_arguments(which, {"c1"}));
  add(list_containers_arguments(which, "wheelforge.run=r1"));
  add(network_arguments(which, Network::off, "bridge", "c1"));
  add(network_arguments(which, Network::on, "bridge", "c1"));
  add(logs_arguments(which, "c1"));
  add(pull_arguments(which, "x:1", "linux/arm64"));
  add(pull_arguments(which, "x:1", ""));
  add(inspect_image_arguments(which, "x:1"));
  add(save_arguments(which, {"x:1"}, "/a.tar"));
  add(save_arguments(which, {"x:1", "y:1"}, "/a.tar"));
  add(load_arguments(which, "/a.tar"));
  add(import_arguments(which, "/root.tar", "x:1", {"ENV A=b", "ENTRYPOINT [\"x\"]"}));
  add(commit_arguments(which, "c1", "x:2", {{"a", "b \"$c\""}}));
  add(create_volume_arguments(which, "v1", {{"wheelforge.run", "r1"}}));
  add(list_volumes_arguments(which, "wheelforge.run"));
  return text;
}

bool contains(const Arguments& arguments, const std::string& word) {
  return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
}

} // namespace

TEST_CASE("docker's command lines are the golden ones") {
  support::check_golden(WF_SOURCE_DIR "/tests/golden/engine/docker_arguments/expected.txt",
                        every_command(engine_of(EngineInfo::Kind::docker)));
}

TEST_CASE("podman's command lines are the golden ones") {
  support::check_golden(WF_SOURCE_DIR "/tests/golden/engine/podman_arguments/expected.txt",
                        every_command(engine_of(EngineInfo::Kind::podman)));
}

TEST_CASE("the SELinux label is lifted only where it is enforced and the host's files are mounted") {
  EngineInfo which = engine_of(EngineInfo::Kind::podman);
  ContainerSpec spec = full_spec();
  CHECK_FALSE(contains(run_arguments(which, spec), "label=disable"));
  which.selinux = true;
  CHECK(contains(run_arguments(which, spec), "label=disable"));
  spec.mounts.pop_back();
  spec.mounts.pop_back();
  CHECK_FALSE(contains(run_arguments(which, spec), "label=disable"));
}
