// Reads the values of recipes' fields.
#include "orchestrator/toolchain/recipe_fields.hpp"

#include "orchestrator/toolchain/version.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::toolchain {

using image::Fields;
using matrix::Node;

bool is_inside(std::string_view path) {
  return !path.empty() && path.front() != '/' && path.find("..") == std::string_view::npos &&
         path.find('\n') == std::string_view::npos;
}

bool is_lower_word(std::string_view text, std::string_view extra) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.find(c) != std::string_view::npos;
  });
}

const Node* find_table(Fields& from, std::string_view key) {
  const Node* node = from.find(key);
  if (node != nullptr && node->table() == nullptr) {
    from.refuse(key, fmt::format("{} is {}, wanted a table [{}]", key, matrix::type_name(*node), key));
    return nullptr;
  }
  return node;
}

std::optional<std::int64_t> read_integer(Fields& from, std::string_view key, std::int64_t least, std::int64_t most) {
  const Node* node = from.find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  const auto* number = std::get_if<std::int64_t>(&node->value);
  if (number == nullptr || *number < least || *number > most) {
    from.refuse(key, fmt::format("{} is {}, wanted an integer from {} to {}", key, matrix::show(*node), least, most));
    return std::nullopt;
  }
  return *number;
}

std::optional<int> read_small_integer(Fields& from, std::string_view key) {
  const auto number = read_integer(from, key, 0, 999);
  return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

std::optional<tags::LibcVersion> read_libc(Fields& from, std::string_view key) {
  const auto text = from.optional_text(key);
  if (!text) {
    return std::nullopt;
  }
  const auto version = parse_version(*text);
  if (!version || version->numbers.size() != 2) {
    from.refuse(key, fmt::format("{} is \"{}\", wanted a version of glibc such as \"2.17\"", key, *text));
    return std::nullopt;
  }
  return tags::LibcVersion{version->numbers[0], version->numbers[1]};
}

std::vector<tags::Architecture> read_arches(Fields& from, std::string_view key) {
  std::vector<tags::Architecture> result;
  for (const std::string& name : from.texts(key)) {
    if (const auto arch = tags::find_architecture(name)) {
      result.push_back(*arch);
    } else {
      from.refuse(key, fmt::format("{} has \"{}\", which is no architecture", key, name));
    }
  }
  return result;
}

std::string checked_inside(Fields& from, std::string_view key, std::string path) {
  if (!path.empty() && !is_inside(path)) {
    from.refuse(key, fmt::format("{} is \"{}\", wanted a relative path without \"..\"", key, path));
  }
  return path;
}

} // namespace wheelforge::toolchain
