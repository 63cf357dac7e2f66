// Reads an [[override]]: its selector, its options, and what each does with the value before it.
#include "orchestrator/matrix/nearest_name.hpp"
#include "orchestrator/matrix/read_section.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::matrix {
namespace {

std::optional<Inherit> inherit_of(std::string_view text) {
  return text == "none"      ? std::optional(Inherit::none)
         : text == "append"  ? std::optional(Inherit::append)
         : text == "prepend" ? std::optional(Inherit::prepend)
                             : std::nullopt;
}

/// The options of one section, checked by reading them into a struct that is thrown away.
void read_options(ValueReader& reader, const Section& section, const Node& table, Override& to) {
  CellOptions scratch;
  if (table.table() == nullptr) {
    report_no_table(reader, section, table);
    return;
  }
  for (const Entry& entry : *table.table()) {
    const Key* key = find_key(section, entry.key);
    if (key == nullptr) {
      report_unknown_key(reader, &section, entry);
    } else if (std::get<Binding<CellOptions>>(key->binding).read(reader, *key, entry.value, scratch, Inherit::none)) {
      to.entries.push_back({key, entry.value, Inherit::none});
    }
  }
}

void read_mode(ValueReader& reader, const Section& section, const Entry& entry, const Node& table, Override& to) {
  const Key* key = find_key(section, entry.key);
  if (key == nullptr) {
    report_unknown_key(reader, &section, entry);
    return;
  }
  const std::string* text = entry.value.text();
  const auto inherit = text != nullptr ? inherit_of(*text) : std::nullopt;
  if (!inherit) {
    static const std::vector<std::string> kModes = {"append", "prepend", "none"};
    Diagnostic& diagnostic =
        reader.report(entry.value.at, fmt::format("inherit.{} is {}", key->path(), show(entry.value)));
    diagnostic.allowed = "append, prepend, none";
    diagnostic.nearest = text != nullptr ? nearest_name(*text, kModes) : "";
    return;
  }
  if (!key->is_inheritable()) {
    reader.report(entry.key_at,
                  fmt::format("inherit.{}: {} is one value and can only be replaced", key->path(), key->path()));
    return;
  }
  const Entry* section_entry = table.find(section.path);
  if (section_entry == nullptr || section_entry->value.find(entry.key) == nullptr) {
    Diagnostic& diagnostic =
        reader.report(entry.key_at, fmt::format("inherit.{}: this override does not set {}", key->path(), key->path()));
    diagnostic.hint = fmt::format("add {} to the override, or take this out", key->path());
    return;
  }
  for (OverrideEntry& one : to.entries) {
    if (one.key == key) {
      one.inherit = *inherit;
    }
  }
}

void read_inherit(ValueReader& reader, const Key& inherit, const Node& node, const Node& table, Override& to) {
  if (node.table() == nullptr) {
    Diagnostic& diagnostic = reader.report(
        node.at, fmt::format("{} is {}, expected {}", inherit.path(), type_name(node), expected(inherit)));
    diagnostic.hint = "as in inherit = { build.environment = \"append\" }";
    return;
  }
  for (const Entry& entry : *node.table()) {
    const Section* section = find_section(entry.key);
    if (section == nullptr || !section->is_per_cell) {
      Diagnostic& diagnostic = reader.report(
          entry.key_at, fmt::format("inherit: '{}' is not a table whose options an override can set", entry.key));
      diagnostic.allowed = "build, repair, audit, test";
      diagnostic.hint = "as in inherit = { build.environment = \"append\" }";
    } else if (entry.value.table() == nullptr) {
      Diagnostic& diagnostic = reader.report(
          entry.value.at, fmt::format("inherit.{} is {}, expected a table", entry.key, type_name(entry.value)));
      diagnostic.hint = fmt::format("name the option: inherit = {{ {}.OPTION = \"append\" }}", entry.key);
    } else {
      for (const Entry& mode : *entry.value.table()) {
        read_mode(reader, *section, mode, table, to);
      }
    }
  }
}

} // namespace

void read_override(ValueReader& reader, const Node& table, MatrixFile& file) {
  const Section& section = *find_section("override");
  if (table.table() == nullptr) {
    report_no_table(reader, section, table);
    return;
  }
  Override result;
  result.at = table.at;
  const std::size_t errors_before = reader.diagnostics().size();
  for (const Entry& entry : *table.table()) {
    const Key* key = find_key(section, entry.key);
    const Section* options = find_section(entry.key);
    if (options != nullptr && options->is_per_cell) {
      read_options(reader, *options, entry.value, result);
    } else if (key == nullptr) {
      report_unknown_key(reader, &section, entry);
    } else if (const auto* binding = std::get_if<Binding<Override>>(&key->binding)) {
      binding->read(reader, *key, entry.value, result, Inherit::none);
    }
  }
  if (const Entry* inherit = table.find("inherit")) {
    read_inherit(reader, *find_key(section, "inherit"), inherit->value, table, result);
  }
  if (table.find("select") == nullptr) {
    Diagnostic& diagnostic = reader.report(table.at, "the override has no select");
    diagnostic.hint = "name its cells by globs: select = \"cp39-*\"";
  }
  if (result.entries.empty() && reader.diagnostics().size() == errors_before) {
    reader.report(table.at, "the override sets no option");
  }
  file.overrides.push_back(std::move(result));
}

} // namespace wheelforge::matrix
