// Reads fields of tables by name and type.
#include "orchestrator/image/fields.hpp"

#include "orchestrator/matrix/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::image {

const matrix::Entry* Fields::look_up(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
    known_.emplace_back(key);
  }
  return node_.find(key);
}

void Fields::refuse(std::string_view key, std::string message) {
  const matrix::Entry* entry = node_.find(key);
  diagnostics_.push_back(matrix::diagnose(source_, entry != nullptr ? entry->value.at : node_.at, std::move(message)));
}

std::optional<std::string> Fields::optional_text(std::string_view key) {
  const matrix::Entry* entry = look_up(key);
  if (entry == nullptr) {
    return std::nullopt;
  }
  const std::string* text = entry->value.text();
  if (text == nullptr) {
    refuse(key, fmt::format("{} is {}, wanted a string", key, matrix::type_name(entry->value)));
    return std::nullopt;
  }
  return *text;
}

std::string Fields::text(std::string_view key) {
  if (look_up(key) == nullptr) {
    refuse(key, fmt::format("{} is missing", key));
    return {};
  }
  return optional_text(key).value_or("");
}

std::vector<std::string> Fields::texts(std::string_view key) {
  const matrix::Entry* entry = look_up(key);
  if (entry == nullptr) {
    return {};
  }
  std::vector<std::string> result;
  const matrix::Array* array = entry->value.array();
  const bool is_all_texts = array != nullptr && std::all_of(array->begin(), array->end(), [](const matrix::Node& node) {
                              return node.text() != nullptr;
                            });
  if (!is_all_texts) {
    refuse(key, fmt::format("{} is {}, wanted an array of strings", key, matrix::show(entry->value)));
    return {};
  }
  for (const matrix::Node& node : *array) {
    result.push_back(*node.text());
  }
  return result;
}

const matrix::Node* Fields::find(std::string_view key) {
  const matrix::Entry* entry = look_up(key);
  return entry != nullptr ? &entry->value : nullptr;
}

std::span<const matrix::Node> Fields::tables(std::string_view key) {
  const matrix::Node* node = find(key);
  if (node == nullptr) {
    return {};
  }
  const matrix::Array* array = node->array();
  if (array == nullptr || !std::all_of(array->begin(), array->end(),
                                       [](const matrix::Node& element) { return element.table() != nullptr; })) {
    refuse(key, fmt::format("{} is {}, wanted tables [[{}]]", key, matrix::show(*node), key));
    return {};
  }
  return *array;
}

void Fields::require_version(std::int64_t wanted) {
  const matrix::Node* version = find("version");
  if (version == nullptr || version->value != matrix::Node{wanted, {}}.value) {
    refuse("version", fmt::format("version is {}, wanted {}: this wheelforge reads no other",
                                  version != nullptr ? matrix::show(*version) : "missing", wanted));
  }
}

void Fields::refuse_others() {
  for (const matrix::Entry& entry : *node_.table()) {
    if (std::find(known_.begin(), known_.end(), entry.key) == known_.end()) {
      matrix::Diagnostic diagnostic =
          matrix::diagnose(source_, entry.key_at, fmt::format("unknown key \"{}\"", entry.key));
      diagnostic.allowed = fmt::format("{}", fmt::join(known_, ", "));
      diagnostic.nearest = matrix::nearest_name(entry.key, known_);
      diagnostics_.push_back(std::move(diagnostic));
    }
  }
}

} // namespace wheelforge::image
