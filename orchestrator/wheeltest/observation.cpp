// Reads the observer's line of JSON.
#include "orchestrator/wheeltest/observation.hpp"

#include <nlohmann/json.hpp>

namespace wheelforge::wheeltest {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace

Result<Observation> parse_observation(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object() || !document.contains("loads") || !document["loads"].is_object()) {
    return fail(ErrorKind::invalid_data, "the observer in the container said \"{}\", wanted an object with \"loads\"",
                text.substr(0, 80));
  }
  Observation observation{
      text_of(document, "distribution"), text_of(document, "libc"), text_of(document, "python"), {}};
  for (const auto& [path, sentence] : document["loads"].items()) {
    if (!sentence.is_null() && !sentence.is_string()) {
      return fail(ErrorKind::invalid_data, "the observer in the container says neither null nor a sentence of {}",
                  path);
    }
    observation.loads[path] = sentence.is_null() ? std::nullopt : std::optional(sentence.get<std::string>());
  }
  return observation;
}

} // namespace wheelforge::wheeltest
