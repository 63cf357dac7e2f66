// Reads data/toolchains.json.
#include "orchestrator/lifecycle/toolchain.hpp"

#include "embedded/lifecycle/toolchains.hpp"

#include <nlohmann/json.hpp>

namespace wheelforge::lifecycle {

std::vector<SupportEnd> branch_ends(std::string_view compiler) {
  static const nlohmann::json kTable = nlohmann::json::parse(embedded::toolchains(), nullptr, false);
  WF_CHECK(kTable.is_object() && kTable.contains("gcc"));
  constexpr std::string_view kName = "gcc ";
  if (!compiler.starts_with(kName)) {
    return {};
  }
  compiler.remove_prefix(kName.size());
  const std::string version(compiler.substr(0, compiler.find(' ')));
  const std::string major = version.substr(0, version.find('.'));
  const nlohmann::json& branches = kTable["gcc"];
  const auto found = branches.contains(version) ? branches.find(version) : branches.find(major);
  if (found == branches.end() || !(*found)["ended"].is_string()) {
    return {};
  }
  return {{(*found)["ended"].get<std::string>(), "upstream branch", "gcc.gnu.org", false}};
}

} // namespace wheelforge::lifecycle
