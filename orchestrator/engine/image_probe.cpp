// One HTTP question over a local socket, or one look into a JSON file.
#include "orchestrator/engine/image_probe.hpp"

#include "orchestrator/engine/http_answer.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace wheelforge::engine {
namespace {

constexpr std::string_view kDefaultSocket = "/var/run/docker.sock";
constexpr std::size_t kMostBytes = 1U << 20U; ///< of an answer
constexpr int kSeconds = 2;                   ///< that a daemon may take

class Socket {
public:
  explicit Socket(const std::string& path) : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (descriptor_ < 0 || path.size() >= sizeof(address.sun_path)) {
      return;
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    const timeval limit{kSeconds, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    is_connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0; // NOLINT
  }
  ~Socket() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  [[nodiscard]] bool is_connected() const { return is_connected_; }

  /// Everything the other side says until it closes; nothing when it does not answer.
  [[nodiscard]] std::optional<std::string> ask(std::string_view question) const {
    while (!question.empty()) {
      const ssize_t sent = ::send(descriptor_, question.data(), question.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return std::nullopt;
      }
      question.remove_prefix(static_cast<std::size_t>(sent));
    }
    std::string answer;
    std::array<char, 1U << 14U> buffer{};
    while (answer.size() < kMostBytes) {
      const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
      if (count < 0) {
        return std::nullopt;
      }
      if (count == 0) {
        return answer;
      }
      answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return std::nullopt;
  }

private:
  int descriptor_;
  bool is_connected_ = false;
};

/// Where the docker client would talk to; empty where that is no socket of this machine.
std::string docker_socket(const host::EnvironmentReader& environment) {
  constexpr std::string_view kScheme = "unix://";
  if (environment("DOCKER_CONTEXT")) {
    return {};
  }
  const std::string host = environment("DOCKER_HOST").value_or("");
  if (host.empty()) {
    return std::string(kDefaultSocket);
  }
  return host.starts_with(kScheme) ? host.substr(kScheme.size()) : std::string();
}

std::optional<std::string> id_in_answer(const std::string& text) {
  const auto answer = parse_http_answer(text);
  if (!answer || answer->status != 200) {
    return std::nullopt;
  }
  const auto json = nlohmann::json::parse(answer->body, nullptr, false);
  if (!json.is_object() || !json.contains("Id") || !json["Id"].is_string()) {
    return std::nullopt;
  }
  return json["Id"].get<std::string>();
}

std::filesystem::path podman_images(const host::EnvironmentReader& environment) {
  constexpr std::string_view kFile = "overlay-images/images.json";
  if (::getuid() == 0) {
    return std::filesystem::path("/var/lib/containers/storage") / kFile;
  }
  const auto data = environment("XDG_DATA_HOME");
  const std::filesystem::path home = environment("HOME").value_or("/");
  return (data ? std::filesystem::path(*data) : home / ".local/share") / "containers/storage" / kFile;
}

} // namespace

std::optional<std::string> find_stored_image(std::string_view images_json, const std::string& image) {
  const auto json = nlohmann::json::parse(images_json, nullptr, false);
  if (!json.is_array()) {
    return std::nullopt;
  }
  const bool has_tag =
      image.find(':', image.rfind('/') == std::string::npos ? 0 : image.rfind('/')) != std::string::npos;
  const std::string wanted = has_tag ? image : image + ":latest";
  for (const auto& one : json) {
    if (!one.is_object() || !one.contains("id") || !one["id"].is_string() || !one.contains("names") ||
        !one["names"].is_array()) {
      continue;
    }
    for (const auto& name : one["names"]) {
      if (name.is_string() && name.get_ref<const std::string&>() == wanted) {
        return "sha256:" + one["id"].get<std::string>();
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> probe_image(EngineChoice choice, const std::string& image, const host::FileSystem& files,
                                       const host::EnvironmentReader& environment) {
  if (choice != EngineChoice::podman) {
    if (const std::string path = docker_socket(environment); !path.empty()) {
      const Socket socket(path);
      if (socket.is_connected()) {
        const auto answer = socket.ask("GET /images/" + image + "/json HTTP/1.0\r\nHost: docker\r\n\r\n");
        return answer ? id_in_answer(*answer) : std::nullopt;
      }
    }
  }
  if (choice != EngineChoice::docker) {
    if (const auto text = files.read(podman_images(environment))) {
      return find_stored_image(*text, image);
    }
  }
  return std::nullopt;
}

} // namespace wheelforge::engine
