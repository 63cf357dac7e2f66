// Reads the engines' JSON; a field that is missing or null stays at its default.
#include "orchestrator/engine/inspection.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wheelforge::engine {
namespace {

using Json = nlohmann::json;

Result<Json> parse(std::string_view text, std::string_view what) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) {
    return fail(ErrorKind::invalid_data, "{}: not JSON: {}", what, text.substr(0, 80));
  }
  return value;
}

/// The member, or null.
const Json& at(const Json& object, const char* name) {
  static const Json kNull;
  if (!object.is_object()) {
    return kNull;
  }
  const auto found = object.find(name);
  return found == object.end() ? kNull : *found;
}

std::string text(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }
bool flag(const Json& value) { return value.is_boolean() && value.get<bool>(); }
std::int64_t number(const Json& value) { return value.is_number_integer() ? value.get<std::int64_t>() : 0; }

std::vector<std::string> texts(const Json& value) {
  std::vector<std::string> list;
  if (value.is_string()) {
    list.push_back(value.get<std::string>());
  } else if (value.is_array()) {
    for (const Json& each : value) {
      list.push_back(text(each));
    }
  }
  return list;
}

std::map<std::string, std::string> pairs(const Json& value) {
  std::map<std::string, std::string> map;
  if (value.is_object()) {
    for (const auto& [name, each] : value.items()) {
      map.emplace(name, text(each));
    }
  }
  return map;
}

Environment environment(const Json& lines) {
  Environment variables;
  for (const std::string& line : texts(lines)) {
    const std::size_t equals = line.find('=');
    variables.emplace(line.substr(0, equals), equals == std::string::npos ? "" : line.substr(equals + 1));
  }
  return variables;
}

/// Go's name of an architecture as the kernel would say it.
std::string kernel_architecture(const std::string& go_name) {
  static const std::map<std::string, std::string> kNames = {
      {"amd64", "x86_64"}, {"386", "i686"}, {"arm64", "aarch64"}, {"arm", "armv7l"}, {"loong64", "loongarch64"}};
  const auto found = kNames.find(go_name);
  return found == kNames.end() ? go_name : found->second; // ppc64le, s390x and riscv64 are the same
}

std::string_view lower_version(std::string_view a, std::string_view b) {
  return b.empty() || is_at_least(b, a) ? a : b;
}

bool has_security_option(const Json& info, std::string_view name) {
  for (const std::string& option : texts(at(info, "SecurityOptions"))) {
    if (option.find("name=" + std::string(name)) != std::string::npos) {
      return true;
    }
  }
  return false;
}

} // namespace

Result<std::vector<InspectedContainer>> parse_containers(std::string_view json) {
  WF_TRY(const Json array, parse(json, "container inspect"));
  std::vector<InspectedContainer> containers;
  for (const Json& each : array) {
    InspectedContainer container;
    ContainerState& state = container.state;
    state.id = text(at(each, "Id"));
    state.name = text(at(each, "Name"));
    if (!state.name.empty() && state.name.front() == '/') {
      state.name.erase(0, 1); // docker's way to write it
    }
    state.image = text(at(each, "Image"));
    state.labels = pairs(at(at(each, "Config"), "Labels"));
    const Json& running = at(each, "State");
    state.running = flag(at(running, "Running"));
    state.oom_killed = flag(at(running, "OOMKilled"));
    state.exit_code = static_cast<int>(number(at(running, "ExitCode")));
    state.pid = number(at(running, "Pid"));
    container.network_mode = text(at(at(each, "HostConfig"), "NetworkMode"));
    const Json& networks = at(at(each, "NetworkSettings"), "Networks");
    if (networks.is_object()) {
      for (const auto& [name, ignored] : networks.items()) {
        if (name != "none") {
          container.networks.push_back(name);
        }
      }
    }
    if (state.id.empty()) {
      return fail(ErrorKind::invalid_data, "container inspect: no Id in {}", each.dump().substr(0, 80));
    }
    containers.push_back(std::move(container));
  }
  return containers;
}

Result<ImageInfo> parse_image(std::string_view json) {
  WF_TRY(const Json array, parse(json, "image inspect"));
  if (!array.is_array() || array.empty()) {
    return fail(ErrorKind::invalid_data, "image inspect: no image in {}", json.substr(0, 80));
  }
  const Json& each = array.front();
  const Json& config = at(each, "Config");
  ImageInfo image;
  image.id = text(at(each, "Id"));
  if (!image.id.empty() && image.id.find(':') == std::string::npos) {
    image.id.insert(0, "sha256:"); // podman leaves it out
  }
  image.digests = texts(at(each, "RepoDigests"));
  image.tags = texts(at(each, "RepoTags"));
  image.os = text(at(each, "Os"));
  image.architecture = text(at(each, "Architecture"));
  image.variant = text(at(each, "Variant"));
  image.environment = environment(at(config, "Env"));
  image.entrypoint = texts(at(config, "Entrypoint"));
  image.command = texts(at(config, "Cmd"));
  image.labels = pairs(at(config, "Labels"));
  image.size_bytes = static_cast<std::uint64_t>(number(at(each, "Size")));
  if (image.id.empty()) {
    return fail(ErrorKind::invalid_data, "image inspect: no Id in {}", json.substr(0, 80));
  }
  return image;
}

Result<EngineInfo> parse_docker(std::string_view version_json, std::string_view info_json,
                                std::string_view own_kernel) {
  WF_TRY(const Json version, parse(version_json, "docker version"));
  WF_TRY(const Json info, parse(info_json, "docker info"));
  const Json& client = at(version, "Client");
  const Json& server = at(version, "Server");
  EngineInfo engine;
  engine.kind = EngineInfo::Kind::docker;
  engine.program = "docker";
  engine.client_version = text(at(client, "Version"));
  engine.server_version = text(at(server, "Version"));
  engine.api_version = lower_version(text(at(client, "ApiVersion")), text(at(server, "ApiVersion")));
  engine.architecture = kernel_architecture(text(at(server, "Arch")));
  engine.rootless = has_security_option(info, "rootless");
  engine.selinux = has_security_option(info, "selinux");
  engine.remote = !own_kernel.empty() && text(at(info, "KernelVersion")) != own_kernel;
  engine.has_init = !text(at(info, "InitBinary")).empty();
  engine.cgroup_version = text(at(info, "CgroupVersion")) == "2" ? 2 : 1;
  engine.root_folder = text(at(info, "DockerRootDir"));
  if (engine.server_version.empty()) {
    return fail(ErrorKind::invalid_data, "docker version: no server in {}", version_json.substr(0, 80));
  }
  return engine;
}

Result<EngineInfo> parse_podman(std::string_view version_json) {
  WF_TRY(const Json version, parse(version_json, "podman version"));
  const Json& client = at(version, "Client");
  const Json& server = at(version, "Server");
  EngineInfo engine;
  engine.kind = EngineInfo::Kind::podman;
  engine.program = "podman";
  engine.client_version = text(at(client, "Version"));
  engine.server_version = server.is_object() ? text(at(server, "Version")) : engine.client_version;
  engine.api_version = engine.server_version;
  engine.remote = server.is_object();
  const std::string platform = text(at(server.is_object() ? server : client, "OsArch")); // "linux/amd64"
  engine.architecture = kernel_architecture(platform.substr(platform.find('/') + 1));
  if (engine.client_version.empty()) {
    return fail(ErrorKind::invalid_data, "podman version: no Client.Version in {}", version_json.substr(0, 80));
  }
  return engine;
}

bool is_podman_in_disguise(std::string_view version_json) {
  const Json version = Json::parse(version_json, nullptr, false);
  return at(at(version, "Client"), "APIVersion").is_string();
}

std::vector<std::string> parse_loaded_images(std::string_view output) {
  std::vector<std::string> names;
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    std::string_view line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    const std::size_t colon = line.find(": ");
    if (line.substr(0, 12) != "Loaded image" || colon == std::string_view::npos) {
      continue;
    }
    line.remove_prefix(colon + 2);
    while (!line.empty()) {
      const std::size_t comma = std::min(line.find(','), line.size());
      names.emplace_back(line.substr(0, comma));
      line.remove_prefix(std::min(comma + 1, line.size()));
    }
  }
  return names;
}

bool is_at_least(std::string_view version, std::string_view wanted) {
  const auto next_number = [](std::string_view& rest) {
    int value = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), value);
    const std::size_t dot = rest.find('.');
    rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
    return value;
  };
  while (!version.empty() || !wanted.empty()) {
    const int have = next_number(version);
    const int want = next_number(wanted);
    if (have != want) {
      return have > want;
    }
  }
  return true;
}

} // namespace wheelforge::engine
