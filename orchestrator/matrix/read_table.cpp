// The readers of values that are tables, or strings with a structure: variables, settings, images, frontends, commands.
#include "orchestrator/matrix/axis.hpp"
#include "orchestrator/matrix/nearest_name.hpp"
#include "orchestrator/matrix/read_value.hpp"
#include "orchestrator/matrix/scalar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::matrix {
namespace {

/// A string, or an integer as its digits: `DEBUG = 1` can only mean "1".
std::optional<std::string> text_of(const Node& node) {
  if (const std::string* text = node.text()) {
    return *text;
  }
  if (const auto* number = std::get_if<std::int64_t>(&node.value)) {
    return fmt::to_string(*number);
  }
  return std::nullopt;
}

std::span<const std::string> frontend_names() {
  static const std::vector<std::string> kNames = {"auto", "build", "build[uv]", "pip"}; // as in FrontendName
  return kNames;
}

} // namespace

bool ValueReader::read(const Key& key, const Node& node, Assignments& out) {
  const Table* table = node.table();
  if (table == nullptr) {
    return report_type(key, node);
  }
  bool is_good = true;
  for (const Entry& entry : *table) {
    const Key name{key.section, key.name, Kind::variables, {}, {}, {}, {}, 0, 0};
    const auto value = text_of(entry.value);
    if (!check_item(name, entry.key, entry.key_at)) {
      is_good = false;
    } else if (!value) {
      report(entry.value.at,
             fmt::format("{}.{} is {}, expected a string", key.path(), entry.key, type_name(entry.value)));
      is_good = false;
    } else {
      out.push_back({entry.key, *value});
    }
  }
  return is_good;
}

void ValueReader::add_setting(const Key& key, const std::string& name, const Node& node,
                              std::vector<ConfigSetting>& out) {
  if (const Table* table = node.table()) {
    // cmake.define.WITH_PNG = "ON" without quotes is a table in a table, and means the dotted name.
    for (const Entry& entry : *table) {
      add_setting(key, name + "." + entry.key, entry.value, out);
    }
    return;
  }
  ConfigSetting setting{name, {}};
  const Array single = {node};
  const Array* values = node.array() != nullptr ? node.array() : &single;
  for (const Node& value : *values) {
    const auto text = text_of(value);
    if (!text) {
      Diagnostic& diagnostic = report(value.at, fmt::format("{}.{} is {}, expected a string or an array of strings",
                                                            key.path(), name, type_name(value)));
      if (std::holds_alternative<bool>(value.value)) {
        diagnostic.hint = "write what the build back end takes, as in \"ON\" or \"true\"";
      }
      return;
    }
    setting.values.push_back(*text);
  }
  out.push_back(std::move(setting));
}

bool ValueReader::read(const Key& key, const Node& node, std::vector<ConfigSetting>& out) {
  if (node.table() == nullptr) {
    return report_type(key, node);
  }
  const std::size_t errors_before = diagnostics_.size();
  for (const Entry& entry : *node.table()) {
    add_setting(key, entry.key, entry.value, out);
  }
  return diagnostics_.size() == errors_before;
}

bool ValueReader::read(const Key& key, const Node& node, std::vector<ImageUse>& out) {
  const Table* table = node.table();
  if (table == nullptr) {
    return report_type(key, node);
  }
  const std::size_t errors_before = diagnostics_.size();
  for (const Entry& entry : *table) {
    const auto tag = tags::parse_platform_tag(entry.key);
    const std::string* reference = entry.value.text();
    const auto checked = tag ? check_platform_name(tag->policy_name()) : tl::unexpected(tag.error());
    if (!checked || !tag->arch) {
      Diagnostic& diagnostic = report(
          entry.key_at, fmt::format("{}: '{}' is not a platform tag with its architecture", key.path(), entry.key));
      diagnostic.hint = "as in \"manylinux_2_28_x86_64\" = \"registry.example.com/image:tag\"";
    } else if (reference == nullptr) {
      report(entry.value.at,
             fmt::format("{}.{} is {}, expected an image reference", key.path(), entry.key, type_name(entry.value)));
    } else if (reference->empty() || reference->find_first_of(" \t\n") != std::string::npos) {
      report(entry.value.at,
             fmt::format("{}.{} is {}, which is no image reference", key.path(), entry.key, show(entry.value)));
    } else {
      out.push_back({entry.key, *reference, entry.key_at});
    }
  }
  return diagnostics_.size() == errors_before;
}

bool ValueReader::read(const Key& key, const Node& node, std::vector<TestPlace>& out) {
  std::vector<Located<std::string>> places;
  if (const Array* items = node.array(); items != nullptr && items->empty()) {
    Diagnostic& diagnostic = report(node.at, fmt::format("{} is an empty array", key.path()));
    diagnostic.hint = "cells that are not to be tested are named by test.skip";
    return false;
  }
  if (!read(key, node, places)) {
    return false;
  }
  for (const Located<std::string>& place : places) {
    out.push_back(*parse_test_place(place.value));
  }
  return true;
}

bool ValueReader::read(const Key& key, const Node& node, Frontend& out) {
  const Node* name = &node;
  if (node.table() != nullptr) {
    for (const Entry& entry : *node.table()) {
      if (entry.key != "name" && entry.key != "args") {
        Diagnostic& diagnostic = report(entry.key_at, fmt::format("unknown key '{}' in {}", entry.key, key.path()));
        diagnostic.allowed = "name, args";
        return false;
      }
    }
    const Entry* named = node.find("name");
    if (named == nullptr) {
      report(node.at, fmt::format("{} has no name, expected {}", key.path(), expected(key)));
      return false;
    }
    name = &named->value;
    const Key arguments{key.section, "frontend.args", Kind::texts, {}, {}, {}, {}, 0, 0};
    if (const Entry* args = node.find("args"); args != nullptr && !read(arguments, args->value, out.args)) {
      return false;
    }
  }
  const std::string* text = name->text();
  if (text == nullptr) {
    return report_type(key, *name);
  }
  const auto names = frontend_names();
  const auto found = std::find(names.begin(), names.end(), *text);
  if (found == names.end()) {
    Diagnostic& diagnostic = report(name->at, fmt::format("{} is {}", key.path(), show(*name)));
    diagnostic.allowed = fmt::format("{}, or {{ name = \"pip\", args = [\"--option\"] }}", fmt::join(names, ", "));
    diagnostic.nearest = *text == "uv" ? "build[uv]" : *text == "default" ? "auto" : nearest_name(*text, names);
    return false;
  }
  out.name = static_cast<FrontendName>(found - names.begin());
  return true;
}

bool ValueReader::read(const Key& key, const Node& node, RepairCommand& out) {
  const std::string* text = node.text();
  if (text != nullptr && *text == "default") {
    out = {RepairMode::standard, {}};
    return true;
  }
  if (text != nullptr && *text == "none") {
    out = {RepairMode::none, {}};
    return true;
  }
  if (!read(key, node, out.lines)) {
    return false;
  }
  out.mode = out.lines.empty() ? RepairMode::none : RepairMode::custom;
  return true;
}

} // namespace wheelforge::matrix
