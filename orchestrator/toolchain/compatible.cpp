// The rules of the pre-flight check, one function each.
#include "orchestrator/toolchain/compatible.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace wheelforge::toolchain {
namespace {

using tags::LibcVersion;
using tags::PlatformFamily;

constexpr std::array<Rule, 11> kRules = {{
    {"switch", "the toolchain comes from a source that must be allowed first"},
    {"architecture", "the toolchain has no compiler for the architecture"},
    {"libc", "the toolchain's programs and libraries need glibc, the platform has musl"},
    {"glibc", "the toolchain's own programs need a newer glibc than the image has"},
    {"tag", "what wheels of the toolchain load needs a newer glibc than the platform tag promises"},
    {"gcc-max", "the toolkit's headers refuse the image's gcc as too new"},
    {"gcc-min", "the toolkit takes no gcc as old as the image's"},
    {"binutils", "the toolkit's objects need a newer assembler and linker than the image has"},
    {"python", "the toolchain does not serve the Python"},
    {"target", "the compiler does not know a device that is asked for"},
    {"no-target", "none of the devices that are asked for belongs to the toolchain"},
}};

/// What every rule sees.
struct Case {
  const Recipe& recipe;
  const Circumstances& at;
  std::span<const Recipe> all;
};

std::string text_of(LibcVersion version) { return fmt::format("{}.{}", version.major, version.minor); }

bool is_of_kind(const Recipe& recipe, std::string_view target) {
  const std::string& prefix = recipe.targets.prefix;
  return !prefix.empty() && (target.rfind(prefix, 0) == 0 || (prefix == "sm_" && target.rfind("compute_", 0) == 0));
}

/// The nearest version of the family of which `fits` is true: the oldest that is newer, else the newest that is older.
template <class Fits>
const Recipe* nearest(const Case& one, Fits fits) {
  const Recipe* newer = nullptr;
  const Recipe* older = nullptr;
  for (const Recipe& other : one.all) {
    if (other.name != one.recipe.name || other.version == one.recipe.version || !fits(other)) {
      continue;
    }
    if (other.version > one.recipe.version) {
      newer = newer == nullptr || other.version < newer->version ? &other : newer;
    } else {
      older = older == nullptr || other.version > older->version ? &other : older;
    }
  }
  return newer != nullptr ? newer : older;
}

std::string use(const Case& one, const Recipe& other) {
  return fmt::format("{} {} {}", family_title(one.recipe), other.version > one.recipe.version ? "≥" : "≤",
                     other.version.text());
}

using Found = std::optional<Objection>;

Found switch_rule(const Case& one) {
  const std::string& wanted = one.recipe.needs_switch;
  if (wanted.empty() || std::find(one.at.switches.begin(), one.at.switches.end(), wanted) != one.at.switches.end()) {
    return std::nullopt;
  }
  const Recipe* other = nearest(one, [](const Recipe& recipe) { return recipe.needs_switch.empty(); });
  return Objection{"switch", fmt::format("{} comes from {} packages, which are not allowed", one.recipe.title, wanted),
                   fmt::format("set [accelerator] allow = [\"{}\"]{}", wanted,
                               other != nullptr ? " or use " + use(one, *other) : "")};
}

Found architecture_rule(const Case& one) {
  if (one.at.platform.arch && one.recipe.serves(*one.at.platform.arch)) {
    return std::nullopt;
  }
  std::vector<std::string_view> names;
  for (const tags::Architecture arch : one.recipe.arches) {
    names.push_back(tags::to_string(arch));
  }
  const std::string_view arch = one.at.platform.arch ? tags::to_string(*one.at.platform.arch) : one.at.platform.text;
  return Objection{"architecture",
                   fmt::format("{} is there for {}, the cell is {}", one.recipe.title, fmt::join(names, " and "), arch),
                   fmt::format("leave {} out by [[matrix.exclude]]", arch)};
}

Found libc_rule(const Case& one) {
  if (one.at.platform.family == PlatformFamily::manylinux) {
    return std::nullopt;
  }
  return Objection{"libc",
                   fmt::format("{} needs glibc {}, {} has musl", one.recipe.title, text_of(one.recipe.glibc),
                               one.at.platform.policy_name()),
                   "use a manylinux platform"};
}

Found glibc_rule(const Case& one) {
  if (one.at.platform.family != PlatformFamily::manylinux || one.at.platform.version >= one.recipe.glibc) {
    return std::nullopt;
  }
  const Recipe* other = nearest(one, [&](const Recipe& recipe) { return one.at.platform.version >= recipe.glibc; });
  return Objection{"glibc",
                   fmt::format("the programs of {} need glibc {}, the image has {}", one.recipe.title,
                               text_of(one.recipe.glibc), text_of(one.at.platform.version)),
                   fmt::format("use platform manylinux_{}_{}{}", one.recipe.glibc.major, one.recipe.glibc.minor,
                               other != nullptr ? " or " + use(one, *other) : "")};
}

Found tag_rule(const Case& one) {
  if (one.at.platform.family != PlatformFamily::manylinux || one.at.platform.version >= one.recipe.wheel_glibc) {
    return std::nullopt;
  }
  return Objection{
      "tag",
      fmt::format("wheels made with {} load libraries that need glibc {}, {} promises {}", one.recipe.title,
                  text_of(one.recipe.wheel_glibc), one.at.platform.policy_name(), text_of(one.at.platform.version)),
      fmt::format("use platform manylinux_{}_{}", one.recipe.wheel_glibc.major, one.recipe.wheel_glibc.minor)};
}

Found gcc_max_rule(const Case& one) {
  const auto most = one.recipe.compiler.gcc_max;
  if (!most || !one.at.gcc || *one.at.gcc <= *most) {
    return std::nullopt;
  }
  const Recipe* other =
      nearest(one, [&](const Recipe& recipe) { return recipe.compiler.gcc_max.value_or(*one.at.gcc) >= *one.at.gcc; });
  const std::string older =
      one.at.has_toolsets ? fmt::format("gcc-toolset-{}", *most)
                          : fmt::format("an image with gcc ≤ {}, or install one and set [accelerator] gcc", *most);
  return Objection{"gcc-max", fmt::format("{} takes gcc ≤ {}, the image has {}", one.recipe.title, *most, *one.at.gcc),
                   fmt::format("use {}{}", older, other != nullptr ? " or " + use(one, *other) : "")};
}

Found gcc_min_rule(const Case& one) {
  const auto least = one.recipe.compiler.gcc_min;
  if (!least || !one.at.gcc || *one.at.gcc >= *least) {
    return std::nullopt;
  }
  const Recipe* other =
      nearest(one, [&](const Recipe& recipe) { return recipe.compiler.gcc_min.value_or(*one.at.gcc) <= *one.at.gcc; });
  return Objection{"gcc-min", fmt::format("{} takes gcc ≥ {}, the image has {}", one.recipe.title, *least, *one.at.gcc),
                   fmt::format("use a newer platform{}", other != nullptr ? " or " + use(one, *other) : "")};
}

Found binutils_rule(const Case& one) {
  const auto& least = one.recipe.compiler.binutils_min;
  if (!least || !one.at.binutils || *one.at.binutils >= *least) {
    return std::nullopt;
  }
  return Objection{
      "binutils",
      fmt::format("{} needs binutils ≥ {}, the image has {}", one.recipe.title, least->text(), one.at.binutils->text()),
      "use a newer platform, or install newer binutils by before-all"};
}

Found python_rule(const Case& one) {
  const auto python = one.at.python_minor;
  const auto& [least, most] = std::pair(one.recipe.python_min, one.recipe.python_max);
  if (!python || ((!least || *python >= *least) && (!most || *python <= *most))) {
    return std::nullopt;
  }
  const bool is_old = least && *python < *least;
  return Objection{"python",
                   fmt::format("{} serves Python {} 3.{}, the cell has 3.{}", one.recipe.title, is_old ? "≥" : "≤",
                               is_old ? *least : *most, *python),
                   fmt::format("leave cp3{} out by [[matrix.exclude]]", *python)};
}

Found target_rule(const Case& one) {
  for (const std::string& target : one.at.targets) {
    if (!is_of_kind(one.recipe, target) || knows_target(one.recipe, target)) {
      continue;
    }
    const Recipe* other = nearest(one, [&](const Recipe& recipe) { return knows_target(recipe, target); });
    const auto& known = one.recipe.targets.known;
    return Objection{"target",
                     fmt::format("{} does not compile for {}, it knows {}", one.recipe.title, target,
                                 known.size() > 8 ? fmt::format("{} to {}", known.front(), known.back())
                                                  : fmt::format("{}", fmt::join(known, ", "))),
                     fmt::format("leave {} out{}", target, other != nullptr ? " or use " + use(one, *other) : "")};
  }
  return std::nullopt;
}

Found no_target_rule(const Case& one) {
  const auto& asked = one.at.targets;
  if (one.recipe.targets.prefix.empty() || asked.empty() ||
      std::any_of(asked.begin(), asked.end(),
                  [&](const std::string& target) { return is_of_kind(one.recipe, target); })) {
    return std::nullopt;
  }
  return Objection{"no-target",
                   fmt::format("none of the targets {} is for {}, whose begin with {}", fmt::join(asked, ", "),
                               one.recipe.title, one.recipe.targets.prefix),
                   fmt::format("add one to [accelerator] targets, such as {}", one.recipe.targets.usual.empty()
                                                                                   ? one.recipe.targets.prefix
                                                                                   : one.recipe.targets.usual.front())};
}

void add_notes(const Case& one, Fit& fit) {
  const auto supported = one.recipe.supported_glibc;
  const bool is_glibc = one.at.platform.family == PlatformFamily::manylinux;
  if (supported && is_glibc && one.at.platform.version < *supported) {
    fit.notes.push_back(
        {"support",
         fmt::format("the vendor supports {} from glibc {} on, {} promises {}", one.recipe.title, text_of(*supported),
                     one.at.platform.policy_name(), text_of(one.at.platform.version)),
         "wheels load there, without the vendor's support"});
  }
  for (const Provider& provider : one.recipe.providers) {
    if (is_glibc && one.at.platform.version < provider.floor() && provider.floor() > one.recipe.wheel_glibc) {
      fit.notes.push_back(
          {"provider",
           fmt::format("{} installs from glibc {} on, {} promises {}", provider.distribution, text_of(provider.floor()),
                       one.at.platform.policy_name(), text_of(one.at.platform.version)),
           "a wheel that loads it gets that narrower tag"});
    }
  }
}

} // namespace

std::string to_string(const Objection& objection) {
  return fmt::format("{}: {}: {}", objection.rule, objection.message, objection.fix);
}

std::span<const Rule> rules() { return kRules; }

std::string family_title(const Recipe& recipe) {
  const std::size_t space = recipe.title.rfind(' ');
  const bool has_version = space != std::string::npos && space + 1 < recipe.title.size() &&
                           recipe.title[space + 1] >= '0' && recipe.title[space + 1] <= '9';
  return has_version ? recipe.title.substr(0, space) : recipe.title;
}

bool knows_target(const Recipe& recipe, std::string_view target) {
  const auto& known = recipe.targets.known;
  const auto has = [&](std::string_view name) { return std::find(known.begin(), known.end(), name) != known.end(); };
  if (recipe.targets.prefix == "gfx") {
    return has(target.substr(0, target.find(':')));
  }
  std::string name(target);
  if (name.rfind("compute_", 0) == 0) {
    name = "sm_" + name.substr(8);
  }
  if (has(name)) {
    return true;
  }
  return name.size() > 1 && (name.back() == 'a' || name.back() == 'f') && has(name.substr(0, name.size() - 1));
}

std::vector<std::string> targets_of(const Recipe& recipe, const std::vector<std::string>& asked) {
  std::vector<std::string> own;
  for (const std::string& target : asked) {
    if (is_of_kind(recipe, target) && std::find(own.begin(), own.end(), target) == own.end()) {
      own.push_back(target);
    }
  }
  return own.empty() ? recipe.targets.usual : own;
}

std::optional<int> gcc_major(std::string_view compiler) {
  const std::size_t at = compiler.find("gcc ");
  int major = 0;
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const char* begin = compiler.data() + at + 4;
  const auto [after, error] = std::from_chars(begin, compiler.data() + compiler.size(), major);
  return error == std::errc() && after != begin ? std::optional(major) : std::nullopt;
}

Fit compatible(const Recipe& recipe, const Circumstances& circumstances, std::span<const Recipe> all) {
  constexpr std::array kCheck = {switch_rule,  architecture_rule, libc_rule,   glibc_rule,  tag_rule,      gcc_max_rule,
                                 gcc_min_rule, binutils_rule,     python_rule, target_rule, no_target_rule};
  static_assert(kCheck.size() == kRules.size());
  const Case one{recipe, circumstances, all};
  Fit fit;
  for (const auto check : kCheck) {
    if (auto objection = check(one)) {
      fit.rejections.push_back(*std::move(objection));
    }
  }
  if (fit.rejections.empty()) {
    add_notes(one, fit);
  }
  return fit;
}

} // namespace wheelforge::toolchain
