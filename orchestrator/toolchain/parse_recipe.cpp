// Reads recipes/NAME-VERSION.toml: each field by name and type, unknown ones refused, values held against each other.
#include "orchestrator/toolchain/recipe.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/image/fields.hpp"
#include "orchestrator/toolchain/parse_part.hpp"
#include "orchestrator/toolchain/recipe_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace wheelforge::toolchain {
namespace {

using image::Fields;
using matrix::Diagnostics;
using matrix::Node;
using matrix::SourceText;

bool is_variable_name(std::string_view text) {
  return !text.empty() && (std::isdigit(static_cast<unsigned char>(text[0])) == 0) &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

/// Reads one file; what is wrong gathers in `diagnostics`.
class Reader {
public:
  Reader(const SourceText& source, Diagnostics& diagnostics) : source_(source), diagnostics_(diagnostics) {}

  Recipe recipe(const Node& document);

private:
  Fields fields(const Node& node) { return {source_, node, diagnostics_}; }

  template <class Read>
  void section(Fields& parent, std::string_view key, Read read) {
    if (const Node* node = find_table(parent, key)) {
      Fields inner = fields(*node);
      read(inner);
      inner.refuse_others();
    }
  }

  Provider provider(const Node& node);
  std::vector<Variable> environment(const Node& node);
  void prefix(Fields& from, Recipe& recipe);
  void targets(Fields& from, Targets& targets);
  void driver(Fields& from, Driver& driver);
  void check(Fields& root, const Recipe& recipe);

  const SourceText& source_;
  Diagnostics& diagnostics_;
};

Provider Reader::provider(const Node& node) {
  Fields from = fields(node);
  Provider provider;
  provider.distribution = from.text("distribution");
  provider.sonames = from.texts("sonames");
  provider.folder = from.optional_text("folder").value_or("");
  if (provider.folder != kEnvironmentLibraries) {
    provider.folder = checked_inside(from, "folder", provider.folder);
  }
  provider.tag = read_libc(from, "tag").value_or(tags::LibcVersion{});
  provider.glibc = read_libc(from, "glibc").value_or(tags::LibcVersion{});
  provider.source = from.optional_text("source").value_or("");
  if (provider.sonames.empty()) {
    from.refuse("sonames", "sonames is empty, wanted at least one such as libcudart.so.13");
  }
  if (provider.floor() == tags::LibcVersion{}) {
    from.refuse("tag", "tag is missing: the glibc of the provider's platform tag, such as \"2.17\"");
  }
  from.refuse_others();
  return provider;
}

std::vector<Variable> Reader::environment(const Node& node) {
  std::vector<Variable> variables;
  for (const matrix::Entry& entry : *node.table()) {
    const std::string* value = entry.value.text();
    if (!is_variable_name(entry.key) || value == nullptr || entry.key == "PATH") {
      auto& diagnostic = diagnostics_.emplace_back(
          matrix::diagnose(source_, entry.key_at,
                           fmt::format("{} = {} is no variable with a text", entry.key, matrix::show(entry.value))));
      diagnostic.hint = entry.key == "PATH" ? "folders for PATH stand in [prefix] path" : "";
      continue;
    }
    variables.push_back({entry.key, *value});
  }
  return variables;
}

void Reader::prefix(Fields& from, Recipe& recipe) {
  recipe.root = checked_inside(from, "root", from.optional_text("root").value_or(""));
  recipe.probe = checked_inside(from, "probe", from.optional_text("probe").value_or(""));
  recipe.path = from.texts("path");
  for (const std::string& folder : recipe.path) {
    if (!is_inside(folder)) {
      from.refuse("path", fmt::format("path has \"{}\", wanted folders relative to the prefix", folder));
    }
  }
  for (const Node& node : from.tables("link")) {
    Fields link = fields(node);
    PrefixLink one{checked_inside(link, "path", link.text("path")), link.text("target")};
    if (!one.target.empty() && (one.target.front() == '/' || one.target.find('\n') != std::string::npos)) {
      link.refuse("target", fmt::format("target is \"{}\", wanted a relative path", one.target));
    }
    link.refuse_others();
    recipe.links.push_back(std::move(one));
  }
  for (const Node& node : from.tables("file")) {
    Fields file = fields(node);
    PrefixFile one{checked_inside(file, "path", file.text("path")), file.text("text"), false};
    if (const Node* executable = file.find("executable")) {
      const bool* value = std::get_if<bool>(&executable->value);
      if (value == nullptr) {
        file.refuse("executable", "executable is no boolean");
      } else {
        one.is_executable = *value;
      }
    }
    file.refuse_others();
    recipe.files.push_back(std::move(one));
  }
}

void Reader::targets(Fields& from, Targets& targets) {
  targets.prefix = from.text("prefix");
  targets.known = from.texts("known");
  targets.usual = from.texts("usual");
  targets.separator = from.optional_text("separator").value_or(";");
  targets.source = from.optional_text("source").value_or("");
  for (const auto* names : {&targets.known, &targets.usual}) {
    for (const std::string& name : *names) {
      if (name.rfind(targets.prefix, 0) != 0) {
        from.refuse("known", fmt::format("target \"{}\" does not begin with \"{}\"", name, targets.prefix));
      }
    }
  }
  for (const std::string& name : targets.usual) {
    if (std::find(targets.known.begin(), targets.known.end(), name) == targets.known.end()) {
      from.refuse("usual", fmt::format("usual has \"{}\", which is not among the known targets", name));
    }
  }
}

void Reader::driver(Fields& from, Driver& driver) {
  driver.minimum = from.optional_text("minimum").value_or("");
  driver.libraries = from.texts("libraries");
  driver.run_time = checked_inside(from, "run-time", from.optional_text("run-time").value_or(""));
  driver.no_device = from.texts("no-device");
  driver.devices = from.texts("devices");
  driver.arguments = from.texts("arguments");
}

void Reader::check(Fields& root, const Recipe& recipe) {
  const CompilerLimits& limits = recipe.compiler;
  if (limits.gcc_min && limits.gcc_max && *limits.gcc_min > *limits.gcc_max) {
    root.refuse("compiler", fmt::format("gcc-min {} is above gcc-max {}", *limits.gcc_min, *limits.gcc_max));
  }
  if (recipe.parts.empty()) {
    root.refuse("part", "there is no [[part]], wanted at least one: where the toolchain comes from");
  }
  const bool any_in_image = std::any_of(recipe.parts.begin(), recipe.parts.end(),
                                        [](const Part& part) { return part.kind == PartKind::image_has; });
  if (any_in_image && !recipe.is_in_image()) {
    root.refuse("part",
                "parts of kind \"image-has\" stand beside others: a toolchain is either in the image or mounted");
  }
  if (any_in_image && recipe.parts.size() > 1) {
    root.refuse("part",
                fmt::format("{} parts of kind \"image-has\", wanted one: its path is the prefix", recipe.parts.size()));
  }
  if (any_in_image && !recipe.driver.run_time.empty()) {
    root.refuse("driver", fmt::format("run-time is \"{}\", but a toolchain that the image has is not mounted for tests",
                                      recipe.driver.run_time));
  }
}

Recipe Reader::recipe(const Node& document) {
  Fields root = fields(document);
  Recipe recipe;
  recipe.name = root.text("name");
  if (!recipe.name.empty() && !is_lower_word(recipe.name, "-")) {
    root.refuse("name", fmt::format("name is \"{}\", wanted lower-case letters, digits and \"-\"", recipe.name));
  }
  const std::string version = root.text("version");
  if (auto parsed = parse_version(version)) {
    recipe.version = *std::move(parsed);
  } else if (!version.empty()) {
    root.refuse("version", fmt::format("version: {}", parsed.error().message));
  }
  recipe.title = root.text("title");
  recipe.summary = root.text("summary");
  recipe.needs_switch = root.optional_text("needs-switch").value_or("");
  recipe.source = root.optional_text("source").value_or("");
  recipe.smoke = root.optional_text("smoke").value_or("");
  recipe.memory_per_job_bytes =
      static_cast<std::uint64_t>(read_integer(root, "memory-per-job-mib", 1, 1'000'000).value_or(0)) << 20U;
  recipe.arches = read_arches(root, "arches");
  if (recipe.arches.empty()) {
    root.refuse("arches", "arches names no architecture, wanted at least one");
  }
  for (const Node& node : root.tables("part")) {
    Fields from = fields(node);
    recipe.parts.push_back(parse_part(from));
  }
  for (const Node& node : root.tables("provider")) {
    recipe.providers.push_back(provider(node));
  }
  section(root, "prefix", [&](Fields& from) { prefix(from, recipe); });
  if (const Node* node = find_table(root, "environment")) {
    recipe.environment = environment(*node);
  }
  section(root, "compiler", [&](Fields& from) {
    recipe.compiler.gcc_min = read_small_integer(from, "gcc-min");
    recipe.compiler.gcc_max = read_small_integer(from, "gcc-max");
    recipe.compiler.clang_max = read_small_integer(from, "clang-max");
    if (const auto text = from.optional_text("binutils-min")) {
      if (auto parsed = parse_version(*text)) {
        recipe.compiler.binutils_min = *std::move(parsed);
      } else {
        from.refuse("binutils-min", fmt::format("binutils-min: {}", parsed.error().message));
      }
    }
    recipe.compiler.source = from.optional_text("source").value_or("");
  });
  section(root, "targets", [&](Fields& from) { targets(from, recipe.targets); });
  section(root, "platform", [&](Fields& from) {
    recipe.glibc = read_libc(from, "glibc").value_or(tags::LibcVersion{2, 5});
    recipe.wheel_glibc = read_libc(from, "wheel-glibc").value_or(tags::LibcVersion{});
    recipe.supported_glibc = read_libc(from, "supported-glibc");
    recipe.python_min = read_small_integer(from, "python-min");
    recipe.python_max = read_small_integer(from, "python-max");
  });
  section(root, "driver", [&](Fields& from) { driver(from, recipe.driver); });
  section(root, "labels", [&](Fields& from) {
    recipe.labels.local = from.optional_text("local").value_or("");
    recipe.labels.suffix = from.optional_text("suffix").value_or("");
    recipe.labels.build_tag = from.optional_text("build-tag").value_or("");
    recipe.labels.variant = from.optional_text("variant").value_or("");
    recipe.labels.variant_property = from.optional_text("variant-property").value_or("");
  });
  check(root, recipe);
  root.refuse_others();
  return recipe;
}

} // namespace

Result<Recipe> parse_recipe(std::string_view text, std::string_view file) {
  const SourceText source{std::string(file), std::string(text)};
  const auto document = matrix::parse_document(source);
  if (!document) {
    return tl::unexpected(matrix::to_error(document.error()));
  }
  Diagnostics diagnostics;
  Recipe recipe = Reader(source, diagnostics).recipe(*document);
  if (!diagnostics.empty()) {
    return tl::unexpected(matrix::to_error(diagnostics));
  }
  recipe.digest = sha256(text).hex();
  return recipe;
}

} // namespace wheelforge::toolchain
