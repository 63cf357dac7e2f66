// A matrix file and a cell's options as text, by the table of keys.
#include "orchestrator/matrix/keys.hpp"
#include "orchestrator/matrix/matrix_file.hpp"

#include <fmt/format.h>

#include <type_traits>

namespace wheelforge::matrix {
namespace {

/// "path = value" for every key of a section that is bound to this root and has a value.
template <class Root>
void add_section(std::string& text, const Section& section, const Root& root, const std::string& prefix) {
  for (const Key& key : section.keys) {
    if (const auto* binding = std::get_if<Binding<Root>>(&key.binding)) {
      const std::string value = binding->show(root);
      const bool is_absent = value.empty() || (std::is_same_v<Root, AxisSet> && value == "[]");
      text += is_absent ? "" : fmt::format("{}.{} = {}\n", prefix, key.name, value);
    }
  }
}

void add_axis_sets(std::string& text, std::string_view path, const std::vector<Located<AxisSet>>& sets) {
  for (std::size_t at = 0; at < sets.size(); ++at) {
    add_section(text, *find_section(path), sets[at].value, fmt::format("{}[{}]", path, at));
  }
}

std::string_view word(Inherit inherit) {
  return inherit == Inherit::none ? "=" : inherit == Inherit::append ? "+=" : "=+";
}

} // namespace

std::string dump(const CellOptions& options) {
  std::string text;
  for (const Section& section : sections()) {
    add_section(text, section, options, std::string(section.path));
  }
  return text;
}

std::string dump(const MatrixFile& file) {
  std::string text;
  add_section(text, *find_section("matrix"), file.axes, "matrix");
  add_axis_sets(text, "matrix.exclude", file.exclude);
  add_axis_sets(text, "matrix.include", file.include);
  for (const Section& section : sections()) {
    add_section(text, section, file, std::string(section.path));
    if (section.is_per_cell) {
      add_section(text, section, file.options, std::string(section.path));
    }
  }
  for (const EngineHost& host : file.engine.hosts) {
    add_section(text, *find_section("engine.hosts"), host, "engine.hosts." + host.name);
  }
  for (std::size_t at = 0; at < file.overrides.size(); ++at) {
    const std::string prefix = fmt::format("override[{}]", at);
    add_section(text, *find_section("override"), file.overrides[at], prefix);
    for (const OverrideEntry& entry : file.overrides[at].entries) {
      text += fmt::format("{}.{} {} {}\n", prefix, entry.key->path(), word(entry.inherit), show(entry.value));
    }
  }
  return text;
}

} // namespace wheelforge::matrix
