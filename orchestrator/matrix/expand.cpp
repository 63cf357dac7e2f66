// Products, exclusions, inclusions, and the reasons for which a cell is left out before any image is looked at.
#include "orchestrator/matrix/expand.hpp"

#include "orchestrator/matrix/axis.hpp"
#include "orchestrator/matrix/nearest_name.hpp"
#include "orchestrator/matrix/resolve_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace wheelforge::matrix {
namespace {

using LocatedName = Located<std::string>;

constexpr std::size_t kMostCells = 100000;

bool has_auto(const std::vector<LocatedName>& values) {
  return std::any_of(values.begin(), values.end(),
                     [](const LocatedName& one) { return one.value == kAuto || one.value == kNative; });
}

/// The names that an axis can have on some machine: what decides whether a selector is dead must not depend on where
/// the plan is made.
std::vector<std::string> possible_names(const std::vector<LocatedName>& values, std::span<const std::string> all) {
  if (has_auto(values)) {
    return {all.begin(), all.end()};
  }
  std::vector<std::string> names;
  for (const LocatedName& one : values) {
    names.push_back(one.value);
  }
  return names;
}

/// The possible names of the four axes, in the order of AxisSet.
struct PossibleNames {
  std::vector<std::string> python;
  std::vector<std::string> platform;
  std::vector<std::string> arch;
  std::vector<std::string> accelerator;

  explicit PossibleNames(const AxisSet& axes)
      : python(possible_names(axes.python, interpreter_names())),
        platform(possible_names(axes.platform, common_platforms())),
        arch(possible_names(axes.arch, architecture_names())), accelerator(possible_names(axes.accelerator, {})) {}
};

/// One [[matrix.exclude]], compiled. No globs for an axis: everything matches.
struct Exclusion {
  std::vector<Glob> python;
  std::vector<Glob> platform;
  std::vector<Glob> arch;
  std::vector<Glob> accelerator;
};

bool matches(const std::vector<Glob>& globs, std::string_view name) {
  return globs.empty() ||
         std::any_of(globs.begin(), globs.end(), [name](const Glob& one) { return one.matches(name); });
}

/// Everything that expand() knows and finds on its way.
class Expansion {
public:
  Expansion(const MatrixFile& file, const Surroundings& surroundings)
      : file_(file), surroundings_(surroundings), options_(file) {}

  std::vector<Cell> run(Diagnostics& diagnostics) {
    add_cells();
    diagnostics.insert(diagnostics.end(), diagnostics_.begin(), diagnostics_.end());
    return std::move(cells_);
  }

private:
  void add_cells() {
    if (const std::size_t most = most_cells(); most > kMostCells) {
      report({}, fmt::format("the matrix has up to {} cells, at most {} are planned", most, kMostCells));
      return;
    }
    compile_exclusions();
    add_product(file_.axes, nullptr);
    for (const Located<AxisSet>& one : file_.include) {
      add_product(one.value, &one.at);
    }
    check_selectors();
  }

  Diagnostic& report(Location at, std::string message) {
    return diagnostics_.emplace_back(diagnose(*file_.source, at, std::move(message)));
  }

  [[nodiscard]] std::size_t most_cells() const;
  std::vector<Glob> compile(const std::vector<LocatedName>& globs, std::string_view axis,
                            const std::vector<std::string>& names);
  void compile_exclusions();

  [[nodiscard]] std::vector<Located<tags::Architecture>> architectures(const std::vector<LocatedName>& values) const;
  std::vector<Located<tags::PlatformTag>> platforms(const std::vector<LocatedName>& values, tags::Architecture arch);
  [[nodiscard]] std::vector<Located<Interpreter>> pythons(const std::vector<LocatedName>& values,
                                                          const tags::PlatformTag& platform) const;
  [[nodiscard]] bool is_excluded(const std::vector<const Exclusion*>& rules, const Interpreter& python) const;
  void add_product(const AxisSet& axes, const Location* include);
  void add_pythons(const AxisSet& axes, const tags::PlatformTag& platform, const LocatedName& accelerator,
                   const Location* include);
  void add_cell(Cell cell);
  [[nodiscard]] std::string skip_reason(const Cell& cell) const;
  struct ResolvedAccelerator {
    std::string name;
    std::string problem; ///< empty where a recipe is known
  };
  [[nodiscard]] ResolvedAccelerator resolve(const std::string& wanted, tags::Architecture arch) const;
  void check_selectors();
  [[nodiscard]] bool could_match(const Glob& glob) const;

  const MatrixFile& file_;
  const Surroundings& surroundings_;
  OptionsResolver options_;
  std::vector<Exclusion> exclusions_;
  std::vector<Cell> cells_;
  std::unordered_map<std::string, std::string> ids_; ///< canonical id → id as spelled
  Diagnostics diagnostics_;
};

/// An upper bound: exclusions are not looked at.
std::size_t Expansion::most_cells() const {
  const auto count = [](const std::vector<LocatedName>& values, std::size_t possible) {
    return has_auto(values) ? possible : values.size();
  };
  const auto product = [&count](const AxisSet& axes) {
    return count(axes.python, known_interpreters().size()) * axes.platform.size() *
           count(axes.arch, tags::kArchitectures.size()) * axes.accelerator.size();
  };
  std::size_t most = product(file_.axes);
  for (const Located<AxisSet>& one : file_.include) {
    most += product(one.value);
  }
  return most;
}

std::vector<Glob> Expansion::compile(const std::vector<LocatedName>& globs, std::string_view axis,
                                     const std::vector<std::string>& names) {
  std::vector<Glob> compiled;
  for (const LocatedName& one : globs) {
    auto glob = parse_glob(one.value);
    WF_CHECK(glob.has_value()); // the parser has read it before
    if (std::none_of(names.begin(), names.end(), [&glob](const std::string& name) { return glob->matches(name); })) {
      Diagnostic& diagnostic =
          report(one.at, fmt::format("matrix.exclude: '{}' matches no {} of the matrix", one.value, axis));
      diagnostic.nearest = nearest_name(one.value, names);
      diagnostic.allowed = fmt::format("{}", fmt::join(names, ", "));
    }
    compiled.push_back(*std::move(glob));
  }
  return compiled;
}

void Expansion::compile_exclusions() {
  PossibleNames names(file_.axes);
  for (const LocatedName& one : file_.axes.accelerator) { // an exclusion may name the version that came out
    for (const std::string& arch : names.arch) {
      const auto known = tags::find_architecture(arch);
      std::string resolved = known ? resolve(one.value, *known).name : one.value;
      if (std::find(names.accelerator.begin(), names.accelerator.end(), resolved) == names.accelerator.end()) {
        names.accelerator.push_back(std::move(resolved));
      }
    }
  }
  for (const Located<AxisSet>& one : file_.exclude) {
    exclusions_.push_back({compile(one.value.python, "python", names.python),
                           compile(one.value.platform, "platform", names.platform),
                           compile(one.value.arch, "arch", names.arch),
                           compile(one.value.accelerator, "accelerator", names.accelerator)});
  }
}

std::vector<Located<tags::Architecture>> Expansion::architectures(const std::vector<LocatedName>& values) const {
  std::vector<Located<tags::Architecture>> result;
  const auto add = [&result](tags::Architecture arch, Location at) {
    if (std::none_of(result.begin(), result.end(), [arch](const auto& one) { return one.value == arch; })) {
      result.push_back({arch, at});
    }
  };
  for (const LocatedName& one : values) {
    if (const auto arch = tags::find_machine(one.value)) {
      add(*arch, one.at);
      continue;
    }
    add(surroundings_.native, one.at);
    for (const EngineHost& host : file_.engine.hosts) {
      for (const std::string& name : one.value == kAuto ? host.arch : std::vector<std::string>()) {
        add(*tags::find_machine(name), one.at);
      }
    }
  }
  return result;
}

std::vector<Located<tags::PlatformTag>> Expansion::platforms(const std::vector<LocatedName>& values,
                                                             tags::Architecture arch) {
  std::vector<Located<tags::PlatformTag>> result;
  for (const LocatedName& one : values) {
    const bool is_auto = one.value == kAuto;
    const auto tag = is_auto ? surroundings_.auto_platform(arch) : std::optional(platform_on(one.value, arch));
    if (!tag) {
      Diagnostic& diagnostic = report(
          one.at, fmt::format("matrix.platform: \"auto\" stands for nothing on {}, for which there is no baseline "
                              "image",
                              tags::to_string(arch)));
      diagnostic.hint = "name the platform";
    } else if (std::none_of(result.begin(), result.end(),
                            [&tag](const auto& before) { return same_platform(before.value, *tag); })) {
      result.push_back({*tag, one.at});
    }
  }
  return result;
}

std::vector<Located<Interpreter>> Expansion::pythons(const std::vector<LocatedName>& values,
                                                     const tags::PlatformTag& platform) const {
  std::vector<Located<Interpreter>> result;
  const auto add = [&result](const Interpreter& python, Location at) {
    if (std::none_of(result.begin(), result.end(), [&python](const auto& one) { return one.value == python; })) {
      result.push_back({python, at});
    }
  };
  for (const LocatedName& one : values) {
    if (const auto python = parse_interpreter(one.value)) {
      add(*python, one.at);
      continue;
    }
    for (const Interpreter& python : surroundings_.auto_pythons(platform)) {
      add(python, one.at);
    }
  }
  return result;
}

bool Expansion::is_excluded(const std::vector<const Exclusion*>& rules, const Interpreter& python) const {
  const std::string name = to_string(python);
  return std::any_of(rules.begin(), rules.end(), [&name](const Exclusion* one) { return matches(one->python, name); });
}

void Expansion::add_product(const AxisSet& axes, const Location* include) {
  for (const auto& arch : architectures(axes.arch)) {
    for (const auto& platform : platforms(axes.platform, arch.value)) {
      for (const LocatedName& accelerator : axes.accelerator) {
        add_pythons(axes, platform.value, accelerator, include);
      }
    }
  }
}

void Expansion::add_pythons(const AxisSet& axes, const tags::PlatformTag& platform, const LocatedName& accelerator,
                            const Location* include) {
  const ResolvedAccelerator resolved = resolve(accelerator.value, *platform.arch);
  std::vector<const Exclusion*> rules; // those that only the Python can still escape
  const std::string policy = platform.policy_name();
  for (const Exclusion& one : exclusions_) {
    if (include == nullptr && matches(one.platform, policy) && matches(one.arch, tags::to_string(*platform.arch)) &&
        (matches(one.accelerator, accelerator.value) || matches(one.accelerator, resolved.name))) {
      rules.push_back(&one);
    }
  }
  for (const auto& python : pythons(axes.python, platform)) {
    if (is_excluded(rules, python.value)) {
      continue;
    }
    Cell cell;
    cell.id = make_cell_id(python.value, platform, resolved.name);
    cell.python = python.value;
    cell.platform = platform;
    cell.arch = *platform.arch;
    cell.accelerator = resolved.name;
    cell.skip_reason = resolved.problem;
    cell.is_included = include != nullptr;
    cell.at = include != nullptr ? *include : python.at;
    add_cell(std::move(cell));
  }
}

std::string Expansion::skip_reason(const Cell& cell) const {
  if (!tags::is_defined(cell.platform)) {
    return fmt::format("{} does not exist for {}", cell.platform.policy_name(), tags::to_string(cell.arch));
  }
  if (surroundings_.requires_python && !surroundings_.requires_python->allows(cell.python)) {
    return fmt::format("the project's requires-python is \"{}\"", surroundings_.requires_python->text());
  }
  return cell.skip_reason;
}

Expansion::ResolvedAccelerator Expansion::resolve(const std::string& wanted, tags::Architecture arch) const {
  if (wanted == kCpu) {
    return {wanted, {}};
  }
  auto resolved = surroundings_.accelerator ? surroundings_.accelerator(wanted, arch)
                                            : tl::unexpected(fmt::format("there is no recipe for {}", wanted));
  return resolved ? ResolvedAccelerator{*std::move(resolved), {}}
                  : ResolvedAccelerator{wanted, std::move(resolved).error()};
}

void Expansion::add_cell(Cell cell) {
  const std::string canonical =
      fmt::format("{}-{}+{}", to_string(cell.python), cell.platform.canonical(), cell.accelerator);
  const auto [before, is_new] = ids_.emplace(canonical, cell.id.text);
  if (!is_new) {
    report(cell.at, before->second == cell.id.text ? fmt::format("the cell {} is in the matrix already", cell.id.text)
                                                   : fmt::format("the cells {} and {} would make wheels of one name",
                                                                 before->second, cell.id.text));
    return;
  }
  cell.skip_reason = skip_reason(cell);
  if (cell.is_included && !cell.skip_reason.empty()) {
    report(cell.at, fmt::format("the included cell {} cannot be built: {}", cell.id.text, cell.skip_reason));
  }
  options_.resolve(cell);
  cells_.push_back(std::move(cell));
}

bool Expansion::could_match(const Glob& glob) const {
  const auto& axes = file_.axes;
  if (!has_auto(axes.python) && !has_auto(axes.platform) && !has_auto(axes.arch)) {
    return false; // every cell there can be has been tried
  }
  const PossibleNames names(axes);
  for (const std::string& python : names.python) {
    for (const std::string& platform : names.platform) {
      for (const std::string& arch : names.arch) {
        for (const std::string& accelerator : names.accelerator) {
          const auto known = tags::find_architecture(arch);
          const std::string resolved = known ? resolve(accelerator, *known).name : accelerator;
          const std::string suffix = accelerator == kCpu ? "" : "+" + resolved;
          if (glob.matches(fmt::format("{}-{}_{}{}", python, platform, arch, suffix))) {
            return true;
          }
        }
      }
    }
  }
  return false;
}

void Expansion::check_selectors() {
  for (const CellSelector* selector : options_.unused()) {
    if (could_match(selector->glob)) {
      continue;
    }
    std::vector<std::string> ids;
    for (const Cell& cell : cells_) {
      ids.push_back(cell.id.text);
    }
    Diagnostic& diagnostic =
        report(selector->at, fmt::format("{}: '{}' matches no cell", selector->key, selector->glob.text()));
    const bool is_whole_id = selector->glob.text().find('*') == std::string::npos;
    diagnostic.nearest = is_whole_id ? nearest_name(selector->glob.text(), ids) : "";
    diagnostic.hint = ids.empty() ? "the matrix has no cells"
                                  : fmt::format("cells are named like {}; wheelforge plan lists them", ids.front());
  }
}

} // namespace

std::vector<Cell> expand(const MatrixFile& file, const Surroundings& surroundings, Diagnostics& diagnostics) {
  return Expansion(file, surroundings).run(diagnostics);
}

Checked<std::vector<Cell>> expand(const MatrixFile& file, const Surroundings& surroundings) {
  Diagnostics diagnostics;
  auto cells = expand(file, surroundings, diagnostics);
  if (!diagnostics.empty()) {
    return tl::unexpected(std::move(diagnostics));
  }
  return cells;
}

} // namespace wheelforge::matrix
