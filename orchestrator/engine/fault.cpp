// The table from the engines' error texts to faults, and from faults to kinds and hints.
#include "orchestrator/engine/fault.hpp"

#include "orchestrator/base/ascii.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::engine {
namespace {

struct Sign {
  std::string_view text; ///< lower case
  Fault fault;
};

// The first that matches decides: the more telling ones stand before those that other messages quote.
// Seen with docker 20.10 and 28, podman 4.3.
constexpr std::array kSigns = {
    Sign{"permission denied while trying to connect", Fault::permission_denied},
    Sign{"no space left on device", Fault::disk_full}, Sign{"disk quota exceeded", Fault::disk_full},
    Sign{"exec format error", Fault::exec_format}, Sign{"setrlimit", Fault::limits_refused},
    Sign{"error setting rlimit", Fault::limits_refused}, Sign{"toomanyrequests", Fault::registry_rate_limit},
    Sign{"too many requests", Fault::registry_rate_limit}, Sign{"rate limit", Fault::registry_rate_limit},
    Sign{"manifest unknown", Fault::image_unknown}, Sign{"name unknown", Fault::image_unknown},
    Sign{"repository does not exist", Fault::image_unknown},
    Sign{"requested access to the resource is denied", Fault::registry_denied},
    Sign{"authentication required", Fault::registry_denied}, Sign{"unauthorized", Fault::registry_denied},
    Sign{"x509:", Fault::registry_certificate}, Sign{"cannot connect to the docker daemon", Fault::engine_lost},
    Sign{"is the docker daemon running", Fault::engine_lost}, Sign{"error during connect", Fault::engine_lost},
    Sign{"cannot connect to podman", Fault::engine_lost}, Sign{"unable to connect to podman", Fault::engine_lost},
    Sign{"no such host", Fault::registry_unreachable}, Sign{"connection refused", Fault::registry_unreachable},
    Sign{"i/o timeout", Fault::registry_unreachable}, Sign{"tls handshake timeout", Fault::registry_unreachable},
    Sign{"network is unreachable", Fault::registry_unreachable}, Sign{"no route to host", Fault::registry_unreachable},
    Sign{"client.timeout exceeded", Fault::registry_unreachable}, Sign{"request canceled", Fault::registry_unreachable},
    Sign{"temporary failure in name resolution", Fault::registry_unreachable},
    Sign{"server misbehaving", Fault::registry_unreachable},
    Sign{"unexpected http status: 5", Fault::registry_unreachable}, Sign{"status code 5", Fault::registry_unreachable},
    Sign{"no such container", Fault::container_gone}, Sign{"no container with name or id", Fault::container_gone},
    Sign{"no such object", Fault::container_gone}, Sign{"is not running", Fault::container_stopped},
    Sign{"container state improper", Fault::container_stopped}, Sign{"is already in use", Fault::name_taken},
    Sign{"does not match the specified platform", Fault::platform_mismatch},
    Sign{"no such image", Fault::image_missing}, Sign{"image not known", Fault::image_missing},
    Sign{"unable to find image", Fault::image_missing}, Sign{"invalid network mode", Fault::network_fixed},
    Sign{"no such volume", Fault::volume_missing}, Sign{"no volume with name", Fault::volume_missing},
    Sign{"could not find the file", Fault::no_such_path}, Sign{"could not be found on container", Fault::no_such_path},
    // What is left of a daemon that went away in the middle of a call.
    Sign{"unexpected eof", Fault::engine_lost}, Sign{"connection reset by peer", Fault::engine_lost},
    Sign{"broken pipe", Fault::engine_lost}, Sign{"transport is closing", Fault::engine_lost},
    Sign{"context deadline exceeded", Fault::engine_lost},
    Sign{"does not exist", Fault::container_gone}, // podman cp: container "x" does not exist
    Sign{"not found: manifest", Fault::image_unknown},
    Sign{"manifest for", Fault::image_unknown}, // docker: manifest for x:1 not found
};

struct Meaning {
  Fault fault;
  ErrorKind kind;
  std::string_view hint;
};

constexpr std::array kMeanings = {
    Meaning{Fault::engine_lost, ErrorKind::temporary,
            "the container engine stopped answering; see whether its service runs, then start again"},
    Meaning{Fault::permission_denied, ErrorKind::engine_unavailable,
            "add yourself to the group 'docker' (and log in anew), or use rootless podman"},
    Meaning{Fault::container_gone, ErrorKind::temporary, "something outside of wheelforge removed the container"},
    Meaning{Fault::container_stopped, ErrorKind::temporary, "something outside of wheelforge stopped the container"},
    Meaning{Fault::name_taken, ErrorKind::failed, "remove the container of that name, or start again"},
    Meaning{Fault::image_missing, ErrorKind::not_found, "fetch it with `wheelforge images pull`"},
    Meaning{Fault::platform_mismatch, ErrorKind::not_found,
            "the image here is for another architecture; `wheelforge images pull` fetches the right one"},
    Meaning{Fault::image_unknown, ErrorKind::not_found,
            "the registry does not have it: look at its name, tag and digest (a digest may have been deleted)"},
    Meaning{Fault::registry_denied, ErrorKind::failed,
            "no such repository, or it wants a login: `docker login REGISTRY`"},
    Meaning{Fault::registry_rate_limit, ErrorKind::temporary, "the registry limits downloads: log in, or use a mirror"},
    Meaning{Fault::registry_unreachable, ErrorKind::temporary,
            "the registry does not answer: look at network, proxy and `[images] mirror`"},
    Meaning{Fault::registry_certificate, ErrorKind::failed,
            "the engine does not trust the registry's certificate: give it your company's CA "
            "(/etc/docker/certs.d/REGISTRY/ca.crt or the system's bundle)"},
    Meaning{Fault::disk_full, ErrorKind::disk_full, "make room: `docker system df` shows what the engine holds"},
    Meaning{Fault::exec_format, ErrorKind::failed,
            "the image is for another architecture and the machine has no emulator for it: install qemu-user-static "
            "(binfmt-support), or build on such a machine"},
    Meaning{Fault::limits_refused, ErrorKind::engine_unavailable,
            "this machine may not raise resource limits: name a containers.conf with lower default_ulimits in "
            "CONTAINERS_CONF (scripts/engine writes one)"},
    Meaning{Fault::network_fixed, ErrorKind::failed,
            "start the container without a network, or install `unshare` (util-linux) in the image"},
    Meaning{Fault::volume_missing, ErrorKind::not_found, ""},
    Meaning{Fault::no_such_path, ErrorKind::not_found, ""},
    Meaning{Fault::other, ErrorKind::failed, ""},
};

const Meaning& meaning_of(Fault fault) {
  return *std::find_if(kMeanings.begin(), kMeanings.end() - 1,
                       [&](const Meaning& each) { return each.fault == fault; });
}

/// The engine's words in one line, without what every message starts or ends with.
std::string one_line(std::string_view words) {
  std::string line;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find('\n'), words.size());
    std::string_view part = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    for (const std::string_view prefix : {"docker: ", "Error response from daemon: ", "Error: ", "error: "}) {
      if (part.substr(0, prefix.size()) == prefix) {
        part.remove_prefix(prefix.size());
      }
    }
    if (part.empty() || part.substr(0, 5) == "Run '" || part.substr(0, 4) == "See ") {
      continue;
    }
    line += line.empty() ? "" : "; ";
    line += part;
  }
  return line.empty() ? "the engine gave no reason" : line;
}

} // namespace

Fault classify(std::string_view text) {
  const std::string lower = lower_case(text);
  const auto* const sign = std::find_if(kSigns.begin(), kSigns.end(),
                                        [&](const Sign& each) { return lower.find(each.text) != std::string::npos; });
  return sign == kSigns.end() ? Fault::other : sign->fault;
}

bool is_temporary(Fault fault) { return meaning_of(fault).kind == ErrorKind::temporary; }

std::string_view hint_for(Fault fault) { return meaning_of(fault).hint; }

Error fault_error(Fault fault, std::string_view what, std::string_view engine_words) {
  const Meaning& meaning = meaning_of(fault);
  return Error{fmt::format("{}: {}", what, one_line(engine_words)), meaning.kind, std::string(meaning.hint)};
}

Fault classify_command_output(std::string_view output) {
  const Fault fault = classify(output);
  return fault == Fault::disk_full || fault == Fault::exec_format ? fault : Fault::other;
}

} // namespace wheelforge::engine
