// Where OSV publishes the advisories of each ecosystem.
#pragma once

#include <map>
#include <string>

namespace wheelforge::lifecycle {

/// URLs by ecosystem, from data/feeds.json.
[[nodiscard]] const std::map<std::string, std::string>& default_feeds();

} // namespace wheelforge::lifecycle
