// The host's certificate bundle and proxy settings, carried into containers.
#pragma once

#include "orchestrator/engine/container_spec.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/terminal.hpp"

namespace wheelforge::engine {

/// Where the bundle stands inside a container.
inline constexpr std::string_view kCaBundleTarget = "/etc/wheelforge/ca-bundle.crt";

/// What a container needs to reach the network as the host does.
struct HostTrust {
  std::vector<Mount> mounts;
  Environment environment;
};

/// Whether the host's proxy variables (http_proxy, https_proxy, no_proxy, all_proxy) go into containers.
enum class Proxies { pass, leave_out };

/// For `ca-bundle` = "auto" (the host's: SSL_CERT_FILE, else the distributions' usual places; none found is fine),
/// "none", or an absolute path (usage error when it is missing), together with the proxy variables where they are to
/// pass.
[[nodiscard]] Result<HostTrust> host_trust(std::string_view ca_bundle, const host::FileSystem& files,
                                           const host::EnvironmentReader& environment, Proxies proxies = Proxies::pass);

} // namespace wheelforge::engine
