// Values as TOML.
#include "orchestrator/matrix/show_value.hpp"

#include "orchestrator/matrix/scalar.hpp"

#include <fmt/format.h>

namespace wheelforge::matrix {
namespace {

std::string braced(const std::string& inside) { return inside.empty() ? "{}" : "{ " + inside + " }"; }

void add(std::string& list, const std::string& item) { list += (list.empty() ? "" : ", ") + item; }

} // namespace

std::string toml_quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (result += '\\') += c;
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string show_value(const std::string& value) { return toml_quoted(value); }
std::string show_value(bool value) { return value ? "true" : "false"; }
std::string show_value(std::int64_t value) { return fmt::to_string(value); }
std::string show_value(const std::optional<std::int64_t>& value) { return value ? fmt::to_string(*value) : "\"auto\""; }
std::string show_value(const std::optional<std::uint64_t>& value) {
  return value ? toml_quoted(show_size(*value)) : "";
}
std::string show_value(const std::optional<double>& value) { return value ? fmt::format("{:g}", *value) : ""; }
std::string show_value(const Timeout& value) { return toml_quoted(value ? show_duration(*value) : "none"); }

std::string show_value(const std::vector<std::string>& value) {
  std::string text;
  for (const std::string& item : value) {
    add(text, toml_quoted(item));
  }
  return "[" + text + "]";
}

std::string show_value(const std::vector<Located<std::string>>& value) {
  std::string text;
  for (const Located<std::string>& item : value) {
    add(text, toml_quoted(item.value));
  }
  return "[" + text + "]";
}

std::string show_value(const Assignments& value) {
  std::string text;
  for (const Assignment& one : value) {
    add(text, fmt::format("{} = {}", one.name, toml_quoted(one.value)));
  }
  return braced(text);
}

std::string show_value(const std::vector<ConfigSetting>& value) {
  std::string text;
  for (const ConfigSetting& one : value) {
    add(text, fmt::format("{} = {}", toml_quoted(one.name),
                          one.values.size() == 1 ? toml_quoted(one.values.front()) : show_value(one.values)));
  }
  return braced(text);
}

std::string show_value(const std::vector<ImageUse>& value) {
  std::string text;
  for (const ImageUse& one : value) {
    add(text, fmt::format("{} = {}", toml_quoted(one.platform), toml_quoted(one.reference)));
  }
  return braced(text);
}

std::string show_value(const std::vector<TestPlace>& value) {
  std::string text;
  for (const TestPlace& one : value) {
    add(text, toml_quoted(to_string(one)));
  }
  return "[" + text + "]";
}

std::string show_value(const Frontend& value) {
  const std::string name = toml_quoted(to_string(value.name));
  return value.args.empty() ? name : fmt::format("{{ name = {}, args = {} }}", name, show_value(value.args));
}

std::string show_value(const RepairCommand& value) {
  switch (value.mode) {
  case RepairMode::standard:
    return "\"default\"";
  case RepairMode::none:
    return "\"none\"";
  case RepairMode::custom:
    break;
  }
  return show_value(value.lines);
}

} // namespace wheelforge::matrix
