// Clashes as text and as JSON.
#include "orchestrator/together/together.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wheelforge::together {
namespace {

using Json = nlohmann::ordered_json;

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; },
      '?');
  return text;
}

} // namespace

std::string to_json(const std::vector<WheelTraits>& wheels, const loader::Machine& machine,
                    const std::vector<Clash>& clashes) {
  Json names = Json::array();
  for (const WheelTraits& wheel : wheels) {
    names.push_back(wheel.name);
  }
  Json list = Json::array();
  for (const Clash& clash : clashes) {
    list.push_back({{"code", clash.code},
                    {"severity", to_string(clash.severity)},
                    {"message", clash.message},
                    {"wheels", clash.wheels},
                    {"files", clash.files},
                    {"details", clash.details}});
  }
  const Json json = {{"schema", 1},
                     {"together", std::move(names)},
                     {"on", machine.id},
                     {"basis", loader::to_string(machine.basis)},
                     {"findings", std::move(list)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string to_text(const std::vector<WheelTraits>& wheels, const loader::Machine& machine,
                    const std::vector<Clash>& clashes) {
  std::string text = fmt::format("{} wheels in one process on {}: {}\n", wheels.size(), machine.id,
                                 clashes.empty() ? "nothing clashes" : fmt::format("{} findings", clashes.size()));
  for (const Clash& clash : clashes) {
    text += fmt::format("  {} [{}] {}\n", to_string(clash.severity), clash.code, printable(clash.message));
    for (const std::string& wheel : clash.wheels) {
      text += fmt::format("    wheel {}\n", printable(wheel));
    }
    constexpr std::size_t kShown = 5;
    for (std::size_t i = 0; i < std::min(clash.details.size(), kShown); ++i) {
      text += fmt::format("    {}\n", printable(clash.details[i]));
    }
  }
  return text;
}

} // namespace wheelforge::together
