// The host's certificates and proxies on their way into a container.
#include "orchestrator/engine/host_trust.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/memory_file_system.hpp"

using namespace wheelforge;
using namespace wheelforge::engine;
using wheelforge::host::MemoryFileSystem;

namespace {
host::EnvironmentReader with(host::Environment variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}
MemoryFileSystem& debian_and_own() {
  static MemoryFileSystem files;
  files.files = {{"/etc/ssl/certs/ca-certificates.crt", "x"}, {"/home/me/own.crt", "y"}};
  return files;
}
} // namespace

TEST_CASE("the bundle is what SSL_CERT_FILE names, else the distribution's") {
  const auto named = host_trust("auto", debian_and_own(), with({{"SSL_CERT_FILE", "/home/me/own.crt"}}));
  REQUIRE(named);
  REQUIRE(named->mounts.size() == 1);
  CHECK(named->mounts[0].source == "/home/me/own.crt");
  CHECK(named->mounts[0].target == kCaBundleTarget);
  CHECK(named->mounts[0].access == Mount::Access::read_only);
  const auto found = host_trust("auto", debian_and_own(), with({{"SSL_CERT_FILE", "/gone"}}));
  REQUIRE(found);
  CHECK(found->mounts.at(0).source == "/etc/ssl/certs/ca-certificates.crt");
  for (const char* variable :
       {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS"}) {
    CHECK(found->environment.at(variable) == kCaBundleTarget);
  }
}

TEST_CASE("none mounts nothing, and a machine without a bundle is fine") {
  CHECK(host_trust("none", debian_and_own(), with({}))->mounts.empty());
  CHECK(host_trust("none", debian_and_own(), with({}))->environment.empty());
  CHECK(host_trust("auto", MemoryFileSystem(), with({}))->mounts.empty());
}

TEST_CASE("a bundle of one's own must be there") {
  CHECK(host_trust("/home/me/own.crt", debian_and_own(), with({}))->mounts.at(0).source == "/home/me/own.crt");
  for (const char* wrong : {"/gone.crt", "own.crt", ""}) {
    const auto trust = host_trust(wrong, debian_and_own(), with({}));
    REQUIRE_FALSE(trust);
    CHECK(trust.error().kind == ErrorKind::usage);
  }
}

TEST_CASE("proxies pass in both cases, whichever was set, and empty ones do not") {
  CHECK(host_trust("none", MemoryFileSystem(), with({{"http_proxy", "http://proxy:3128"}}), Proxies::leave_out)
            ->environment.empty());
  const auto trust = host_trust("none", MemoryFileSystem(),
                                with({{"https_proxy", "http://p:1"}, {"NO_PROXY", "localhost"}, {"http_proxy", ""}}));
  REQUIRE(trust);
  CHECK(trust->environment == Environment{{"https_proxy", "http://p:1"},
                                          {"HTTPS_PROXY", "http://p:1"},
                                          {"no_proxy", "localhost"},
                                          {"NO_PROXY", "localhost"}});
}
