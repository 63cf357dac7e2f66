// Walks the tables of a document, and reads what a project says about itself.
#include "orchestrator/matrix/parse.hpp"

#include "orchestrator/matrix/axis.hpp"
#include "orchestrator/matrix/read_section.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::matrix {
namespace {

std::shared_ptr<const SourceText> make_source(std::string_view text, std::string_view name) {
  return std::make_shared<const SourceText>(SourceText{std::string(name), std::string(text)});
}

/// [[matrix.exclude]] or [[matrix.include]].
void read_axis_sets(ValueReader& reader, const Node& node, std::string_view path, std::vector<Located<AxisSet>>& to) {
  const Section& section = *find_section(path);
  if (node.array() == nullptr) {
    report_no_table(reader, section, node);
    return;
  }
  for (const Node& table : *node.array()) {
    Located<AxisSet> one{{}, table.at};
    read_keys(reader, section, table, one.value);
    const bool is_include = path == "matrix.include";
    if (is_include && table.table() != nullptr) {
      for (const std::string_view axis : {"python", "platform"}) {
        if (table.find(axis) == nullptr) {
          Diagnostic& diagnostic = reader.report(table.at, fmt::format("the included cell names no {}", axis));
          diagnostic.hint = "arch and accelerator may be left out, python and platform not";
        }
      }
    } else if (table.table() != nullptr && table.table()->empty()) {
      reader.report(table.at, "the exclusion names no axis and would leave out every cell");
    }
    to.push_back(std::move(one));
  }
}

/// Two spellings of one platform, of which a wheel could carry only one name.
void check_platform_aliases(ValueReader& reader, const std::vector<Located<std::string>>& platforms) {
  const auto tag = [](const std::string& name) { return platform_on(name, tags::Architecture::x86_64); };
  for (std::size_t later = 0; later < platforms.size(); ++later) {
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      const std::string& a = platforms[earlier].value;
      const std::string& b = platforms[later].value;
      if (a != kAuto && b != kAuto && same_platform(tag(a), tag(b))) {
        reader.report(
            platforms[later].at,
            fmt::format("matrix.platform: '{}' and '{}' are two names of one platform, and their wheels would "
                        "have one name",
                        a, b));
      }
    }
  }
}

void read_matrix_section(ValueReader& reader, const Node& node, MatrixFile& file) {
  const std::size_t errors_before = reader.diagnostics().size();
  read_keys(reader, *find_section("matrix"), node, file.axes);
  if (const Entry* exclude = node.find("exclude")) {
    read_axis_sets(reader, exclude->value, "matrix.exclude", file.exclude);
  }
  if (const Entry* include = node.find("include")) {
    read_axis_sets(reader, include->value, "matrix.include", file.include);
  }
  if (reader.diagnostics().size() == errors_before) {
    check_platform_aliases(reader, file.axes.platform);
  }
}

void read_hosts(ValueReader& reader, const Node& node, MatrixFile& file) {
  const Section& section = *find_section("engine.hosts");
  if (node.table() == nullptr) {
    report_no_table(reader, section, node);
    return;
  }
  for (const Entry& entry : *node.table()) {
    EngineHost host;
    host.name = entry.key;
    read_keys(reader, section, entry.value, host);
    for (const std::string_view name : {"url", "arch"}) {
      if (entry.value.table() != nullptr && entry.value.find(name) == nullptr) {
        reader.report(entry.key_at, fmt::format("engine.hosts.{} has no {}", entry.key, name));
      }
    }
    file.engine.hosts.push_back(std::move(host));
  }
}

void read_overrides(ValueReader& reader, const Node& node, MatrixFile& file) {
  if (node.array() == nullptr) {
    report_no_table(reader, *find_section("override"), node);
    return;
  }
  for (const Node& table : *node.array()) {
    read_override(reader, table, file);
  }
}

void read_root_entry(ValueReader& reader, const Entry& entry, MatrixFile& file) {
  const Section* section = find_section(entry.key);
  if (section == nullptr) {
    report_unknown_key(reader, nullptr, entry);
  } else if (section->path == "override") {
    read_overrides(reader, entry.value, file);
  } else if (entry.value.table() == nullptr) {
    report_no_table(reader, *section, entry.value);
  } else if (section->path == "matrix") {
    read_matrix_section(reader, entry.value, file);
  } else if (section->is_per_cell) {
    read_keys(reader, *section, entry.value, file.options);
  } else {
    read_keys(reader, *section, entry.value, file);
    if (const Entry* hosts = entry.value.find("hosts"); hosts != nullptr && section->path == "engine") {
      read_hosts(reader, hosts->value, file);
    }
  }
}

/// The axes that the file does not name get their defaults.
void fill_axes(AxisSet& axes) {
  for (auto* axis : {&axes.python, &axes.platform, &axes.arch}) {
    if (axis->empty()) {
      axis->push_back({std::string(kAuto), {}});
    }
  }
  if (axes.accelerator.empty()) {
    axes.accelerator.push_back({std::string(kCpu), {}});
  }
}

MatrixReading read_root(std::shared_ptr<const SourceText> source, const Node& root) {
  MatrixReading reading;
  MatrixFile& file = reading.file;
  ValueReader reader(*source);
  for (const Entry& entry : *root.table()) {
    const std::size_t errors_before = reader.diagnostics().size();
    read_root_entry(reader, entry, file);
    const bool decides_on_cells = entry.key == "matrix" || entry.key == "engine"; // whose hosts are part of "auto"
    reading.can_expand &= !decides_on_cells || reader.diagnostics().size() == errors_before;
  }
  file.source = std::move(source);
  fill_axes(file.axes);
  for (Located<AxisSet>& include : file.include) {
    fill_axes(include.value);
  }
  file.words = reader.words();
  reading.diagnostics = reader.diagnostics();
  return reading;
}

/// The file, if nothing is wrong with it.
Checked<MatrixFile> flawless(Checked<MatrixReading> reading) {
  if (!reading) {
    return tl::unexpected(std::move(reading).error());
  }
  if (!reading->diagnostics.empty()) {
    return tl::unexpected(std::move(reading->diagnostics));
  }
  return std::move(reading->file);
}

/// The table below [tool.wheelforge]; null where there is none.
const Entry* tool_table(const Node& root) {
  const Entry* tool = root.find("tool");
  return tool == nullptr ? nullptr : tool->value.find("wheelforge");
}

} // namespace

Checked<MatrixReading> read_matrix(std::string_view text, std::string_view file_name) {
  auto source = make_source(text, file_name);
  const auto root = parse_document(*source);
  if (!root) {
    return tl::unexpected(root.error());
  }
  return read_root(std::move(source), *root);
}

Checked<MatrixReading> read_pyproject_matrix(std::string_view text, std::string_view file_name) {
  auto source = make_source(text, file_name);
  const auto root = parse_document(*source);
  if (!root) {
    return tl::unexpected(root.error());
  }
  const Entry* tool = tool_table(*root);
  if (tool == nullptr) {
    return tl::unexpected(Diagnostics{diagnose(*source, {}, "there is no [tool.wheelforge] in the file")});
  }
  if (tool->value.table() == nullptr) {
    return tl::unexpected(Diagnostics{diagnose(
        *source, tool->value.at, fmt::format("tool.wheelforge is {}, expected a table", type_name(tool->value)))});
  }
  return read_root(std::move(source), tool->value);
}

Checked<MatrixFile> parse_matrix(std::string_view text, std::string_view file_name) {
  return flawless(read_matrix(text, file_name));
}

Checked<MatrixFile> parse_pyproject_matrix(std::string_view text, std::string_view file_name) {
  return flawless(read_pyproject_matrix(text, file_name));
}

MatrixFile default_matrix() {
  MatrixFile file;
  file.source = make_source("", "the default matrix");
  fill_axes(file.axes);
  return file;
}

Checked<ProjectFacts> parse_project(std::string_view text, std::string_view file_name) {
  const auto source = make_source(text, file_name);
  const auto root = parse_document(*source);
  if (!root) {
    return tl::unexpected(root.error());
  }
  ProjectFacts facts;
  facts.has_matrix = tool_table(*root) != nullptr;
  facts.has_build_system = root->find("build-system") != nullptr;
  const Entry* project = root->find("project");
  if (project == nullptr) {
    return facts;
  }
  if (const Entry* name = project->value.find("name"); name != nullptr && name->value.text() != nullptr) {
    facts.name = *name->value.text();
  }
  const Entry* requires_python = project->value.find("requires-python");
  if (requires_python == nullptr) {
    return facts;
  }
  const Node& node = requires_python->value;
  if (node.text() == nullptr) {
    return tl::unexpected(Diagnostics{
        diagnose(*source, node.at, fmt::format("project.requires-python is {}, expected a string", type_name(node)))});
  }
  auto parsed = parse_requires_python(*node.text());
  if (!parsed) {
    Diagnostic diagnostic = diagnose(*source, node.at, parsed.error().message);
    diagnostic.hint = parsed.error().hint;
    return tl::unexpected(Diagnostics{diagnostic});
  }
  facts.requires_python = *std::move(parsed);
  return facts;
}

} // namespace wheelforge::matrix
