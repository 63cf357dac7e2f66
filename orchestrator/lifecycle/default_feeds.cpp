// Reads data/feeds.json.
#include "orchestrator/lifecycle/default_feeds.hpp"

#include "orchestrator/base/error.hpp"

#include "embedded/lifecycle/feeds.hpp"

#include <nlohmann/json.hpp>

namespace wheelforge::lifecycle {

const std::map<std::string, std::string>& default_feeds() {
  static const std::map<std::string, std::string> kFeeds = [] {
    const nlohmann::json json = nlohmann::json::parse(embedded::feeds(), nullptr, false);
    WF_CHECK(json.is_object() && json.contains("feeds"));
    return json["feeds"].get<std::map<std::string, std::string>>();
  }();
  return kFeeds;
}

} // namespace wheelforge::lifecycle
