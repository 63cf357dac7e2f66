// Look-ups in the table of keys, and words about its entries.
#include "orchestrator/matrix/keys.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::matrix {
namespace {

struct Advice {
  std::string_view name;
  std::string_view text;
};

// cibuildwheel's options that are not one key of ours.
constexpr Advice kAdvice[] = {
    {"build", "cells are chosen by the axes of [matrix]"},
    {"skip", "cells are left out by [[matrix.exclude]]"},
    {"enable", "every Python is named on the axis python of [matrix]"},
    {"overrides", "write [[override]]"},
    {"linux", "all of the file is about Linux: put its keys into [build], [repair] and [test]"},
    {"macos", "wheelforge builds for Linux only"},
    {"windows", "wheelforge builds for Linux only"},
    {"pyodide", "wheelforge builds for Linux only"},
    {"android", "wheelforge builds for Linux only"},
    {"ios", "wheelforge builds for Linux only"},
    {"platform", "the axis platform of [matrix] holds tags such as \"manylinux_2_28\""},
    {"project-requires-python", "requires-python is read from the project's metadata"},
    {"allow-empty", "a plan without cells ends with exit code 3"},
    {"audit-command", "the audit is built in: see [audit]"},
    {"audit-requires", "the audit is built in: see [audit]"},
    {"dependency-versions", "tools come from the image, and images.lock pins it"},
    {"output-dir", "write wheels = \"FOLDER\" in [output]"},
    {"test-runtime", "wheelforge builds for Linux only"},
    {"xbuild-tools", "wheelforge builds for Linux only"},
    {"xbuild-files", "wheelforge builds for Linux only"},
    {"pyodide-version", "wheelforge builds for Linux only"},
    {"parallel", "write jobs in [schedule]"},
};

bool is_peer_image_option(std::string_view name) {
  const bool has_family = name.substr(0, 10) == "manylinux-" || name.substr(0, 10) == "musllinux-";
  return has_family && name.size() > 16 && name.substr(name.size() - 6) == "-image";
}

} // namespace

std::string Key::path() const { return fmt::format("{}.{}", section, name); }

bool Key::is_inheritable() const {
  const auto* cell = std::get_if<Binding<CellOptions>>(&binding);
  return cell != nullptr && cell->is_list;
}

const Section* find_section(std::string_view path) {
  const auto& all = sections();
  const auto found = std::find_if(all.begin(), all.end(), [path](const Section& one) { return one.path == path; });
  return found == all.end() ? nullptr : &*found;
}

const Key* find_key(const Section& section, std::string_view name) {
  const auto found =
      std::find_if(section.keys.begin(), section.keys.end(), [name](const Key& one) { return one.name == name; });
  return found == section.keys.end() ? nullptr : &*found;
}

std::string expected(const Key& key) {
  switch (key.kind) {
  case Kind::text:
    return "a string";
  case Kind::optional_text:
    return "a string (\"\" for none)";
  case Kind::choice:
    return fmt::format("one of {}", fmt::join(key.choices, ", "));
  case Kind::boolean:
    return "true or false";
  case Kind::integer:
    return fmt::format("an integer from {} to {}", key.least, key.most);
  case Kind::number:
    return "a number above 0";
  case Kind::jobs:
    return fmt::format("\"auto\" or an integer from {} to {}", key.least, key.most);
  case Kind::duration:
    return "a duration such as \"90s\", \"30m\", \"1h30m\", or \"none\"";
  case Kind::size:
    return "a size such as \"512MiB\" or \"4GiB\"";
  case Kind::lines:
    return "a shell line or an array of them";
  case Kind::texts:
    return "a string or an array of strings";
  case Kind::groups:
    return "the name of a dependency group or an array of them";
  case Kind::globs:
    return "a glob or an array of globs";
  case Kind::variables:
    return "names of letters, digits and '_' that do not begin with a digit";
  case Kind::assignments:
    return "a table of strings";
  case Kind::settings:
    return "a table of strings and arrays of strings";
  case Kind::images:
    return "a table of image references";
  case Kind::frontend:
    return "a front end's name or { name, args }";
  case Kind::repair_command:
    return "\"default\", \"none\", a shell line or an array of them";
  case Kind::policy:
    return "\"claimed\", or a platform without its architecture, such as \"manylinux_2_28\"";
  case Kind::findings:
    return "a severity (\"error\", \"warning\", \"note\"), the code of a finding, or an array of them";
  case Kind::test_places:
    return "\"same\", a distribution such as \"debian-12\", \"image:NAME\", \"reach\", or an array of them";
  case Kind::pythons:
    return "a Python such as \"cp312\", or an array of them";
  case Kind::platforms:
    return "\"auto\", manylinux_2_5 and later, musllinux_1_1, musllinux_1_2, manylinux1, manylinux2010, manylinux2014";
  case Kind::architectures:
  case Kind::host_architectures:
    return "an architecture such as \"x86_64\", or an array of them";
  case Kind::accelerators:
    return "\"cpu\", a toolchain such as \"cuda-12.8\", or an array of them";
  case Kind::inherit:
    return "a table of \"append\", \"prepend\" and \"none\"";
  case Kind::tables:
    return fmt::format("an array of tables, [[{}.{}]]", key.section, key.name);
  case Kind::named_tables:
    return fmt::format("a table of tables, [{}.{}.NAME]", key.section, key.name);
  }
  return "another value";
}

std::string default_text(const Key& key) {
  if (const auto* cell = std::get_if<Binding<CellOptions>>(&key.binding)) {
    return cell->show({});
  }
  if (const auto* file = std::get_if<Binding<MatrixFile>>(&key.binding)) {
    return file->show({});
  }
  if (const auto* host = std::get_if<Binding<EngineHost>>(&key.binding); host != nullptr && key.name == "slots") {
    return host->show({});
  }
  if (key.section == "matrix" && std::holds_alternative<Binding<AxisSet>>(key.binding)) {
    return key.name == "accelerator" ? "\"cpu\"" : "\"auto\"";
  }
  return {};
}

std::string_view peer_advice(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kAdvice), std::end(kAdvice), [name](const Advice& one) { return one.name == name; });
  if (found != std::end(kAdvice)) {
    return found->text;
  }
  return is_peer_image_option(name) ? "name the platform in [matrix], or an image of your own in [images.use]"
                                    : std::string_view();
}

} // namespace wheelforge::matrix
