// Finds the host's certificate bundle and proxies, and says how a container gets them.
#include "orchestrator/engine/host_trust.hpp"

#include <array>

namespace wheelforge::engine {
namespace {

// Where the distributions keep it, the most widespread first.
constexpr std::array kBundles = {
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, RHEL, Alma
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // newer Fedora
    "/etc/ssl/ca-bundle.pem",                            // openSUSE
    "/etc/ssl/cert.pem",
};

// Who reads which: OpenSSL, uv and Go; requests; curl; pip; git; node; cargo.
constexpr std::array kVariables = {"SSL_CERT_FILE",  "REQUESTS_CA_BUNDLE",  "CURL_CA_BUNDLE",   "PIP_CERT",
                                   "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS", "CARGO_HTTP_CAINFO"};

constexpr std::array kProxies = {"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"};

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& letter : upper) {
    letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
  }
  return upper;
}

std::optional<std::string> find_bundle(const host::FileSystem& files, const host::EnvironmentReader& environment) {
  if (const auto named = environment("SSL_CERT_FILE"); named && !named->empty() && files.exists(*named)) {
    return named;
  }
  for (const char* place : kBundles) {
    if (files.exists(place)) {
      return place;
    }
  }
  return std::nullopt;
}

} // namespace

Result<HostTrust> host_trust(std::string_view ca_bundle, const host::FileSystem& files,
                             const host::EnvironmentReader& environment, Proxies proxies) {
  HostTrust trust;
  for (const char* name : kProxies) {
    if (proxies == Proxies::leave_out) {
      break;
    }
    auto value = environment(name);
    if (!value) {
      value = environment(upper_case(name));
    }
    if (value && !value->empty()) {
      trust.environment.emplace(name, *value); // some programs read only the one case, some only the other
      trust.environment.emplace(upper_case(name), *value);
    }
  }
  std::optional<std::string> bundle;
  if (ca_bundle == "auto") {
    bundle = find_bundle(files, environment);
  } else if (ca_bundle != "none") {
    bundle = std::string(ca_bundle);
    if (bundle->empty() || bundle->front() != '/' || !files.exists(*bundle)) {
      return with_hint(
          fail(ErrorKind::usage, "ca-bundle = '{}' is no file; wanted auto, none or an absolute path", ca_bundle),
          "the file holds certificates in PEM format");
    }
  }
  if (bundle) {
    trust.mounts.push_back(
        {Mount::Kind::bind, *bundle, std::string(kCaBundleTarget), Mount::Access::read_only, std::nullopt});
    for (const char* name : kVariables) {
      trust.environment.emplace(name, kCaBundleTarget);
    }
  }
  return trust;
}

} // namespace wheelforge::engine
