// Finds the words for a verdict.
#include "orchestrator/resolve/explanation.hpp"

#include "orchestrator/resolve/supported_tags.hpp"
#include "orchestrator/tags/abi_tag.hpp"
#include "orchestrator/tags/platform_tag.hpp"
#include "orchestrator/tags/python_tag.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wheelforge::resolve {
namespace {

/// The C library of a machine as numbers; 0.0 where its text has none.
tags::LibcVersion libc_of(const Machine& machine) {
  tags::LibcVersion out;
  const char* end = machine.libc_version.data() + machine.libc_version.size();
  const auto major = std::from_chars(machine.libc_version.data(), end, out.major);
  if (major.ptr != end && *major.ptr == '.') {
    std::from_chars(major.ptr + 1, end, out.minor);
  }
  return out;
}

std::string here(const Machine& machine) {
  return fmt::format("here is {} {}", platform::to_string(machine.libc), machine.libc_version);
}

/// Why a platform tag is not among those of the machine, and how near it came: the higher, the nearer.
struct PlatformReason {
  int nearness = 0;
  std::string words;
};

PlatformReason explain_platform(const std::string& platform, const InstallTarget& target) {
  using tags::PlatformFamily;
  const Machine& machine = target.machine;
  const Result<tags::PlatformTag> tag = tags::parse_platform_tag(platform);
  if (!tag || tag->family == PlatformFamily::other || tag->family == PlatformFamily::any) {
    return {0, fmt::format("it is for {}", platform)};
  }
  const Result<std::vector<std::string>> platforms = supported_platforms(target.pip.rules, machine);
  const std::string arch = tag->arch ? std::string(to_string(*tag->arch)) : "";
  const bool same_arch = platforms && !arch.empty() &&
                         std::any_of(platforms->begin(), platforms->end(),
                                     [&](const std::string& supported) { return supported.ends_with("_" + arch); });
  if (!same_arch) {
    return {1, fmt::format("it is for {}, here is {}{}", arch.empty() ? platform : arch,
                           machine.bits == Bits::b32 && machine.name.ends_with("64") ? "a 32-bit Python on " : "",
                           machine.name)};
  }
  const bool wants_musl = tag->family == PlatformFamily::musllinux;
  const bool has_musl = machine.libc == platform::Libc::musl;
  if (tag->family != PlatformFamily::linux && wants_musl != has_musl) {
    return {2, fmt::format("it needs {}, {}", wants_musl ? "musl" : "glibc", here(machine))};
  }
  const tags::LibcVersion libc = libc_of(machine);
  const bool too_old = libc < tag->version || (wants_musl && libc.major != tag->version.major);
  if (tag->family != PlatformFamily::linux && too_old) {
    return {3, fmt::format("it needs {} {}.{}, {}", wants_musl ? "musl" : "glibc", tag->version.major,
                           tag->version.minor, here(machine))};
  }
  if (machine.manylinux) {
    return {4, fmt::format("the _manylinux module here takes {} away, or pip {} does not know it", platform,
                           target.pip.version.text)};
  }
  return {5, fmt::format("pip {} does not know {}", target.pip.version.text, platform)};
}

/// "CPython 3.12", "any Python 3", "PyPy 3.10".
std::string interpreter_words(const std::string& python) {
  const Result<tags::PythonTag> tag = tags::parse_python_tag(python);
  if (!tag) {
    return python;
  }
  const std::string name = tag->implementation == "cp"   ? "CPython"
                           : tag->implementation == "pp" ? "PyPy"
                           : tag->implementation == "py" ? "Python"
                                                         : tag->implementation;
  return name + " " + tags::dotted_version(*tag);
}

std::string join(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, ", ")); }

/// "cp313t is for free-threaded builds", "cp310 is the ABI of another Python".
std::string explain_abis(const Candidate& candidate, const InstallTarget& target) {
  const bool free_threaded = std::any_of(candidate.abis.begin(), candidate.abis.end(),
                                         [](const std::string& abi) { return tags::AbiTag{abi}.is_free_threaded(); });
  if (free_threaded && !target.python.free_threaded) {
    return fmt::format("its ABI {} is for free-threaded builds, here is Python {}", join(candidate.abis),
                       to_string(target.python));
  }
  if (!free_threaded && target.python.free_threaded) {
    return fmt::format("its ABI {} is for builds with the GIL, here is Python {}", join(candidate.abis),
                       to_string(target.python));
  }
  return fmt::format("its ABI is {}, here is Python {}", join(candidate.abis), to_string(target.python));
}

/// True where a Python tag can stand for this interpreter in some tag: its own version, or an older one's for abi3.
bool fits_python(const std::string& python, const Candidate& candidate, const Interpreter& interpreter) {
  const Result<tags::PythonTag> tag = tags::parse_python_tag(python);
  if (!tag || tag->major != interpreter.major) {
    return false;
  }
  const int minor = tag->minor.value_or(0);
  const bool stable = std::any_of(candidate.abis.begin(), candidate.abis.end(),
                                  [](const std::string& abi) { return tags::AbiTag{abi}.is_stable(); });
  if (tag->implementation == "py") {
    return minor <= interpreter.minor;
  }
  return tag->implementation == "cp" &&
         (minor == interpreter.minor || !tag->minor || (stable && minor < interpreter.minor));
}

std::string explain_tags(const InstallTarget& target, const Candidate& candidate) {
  const Interpreter& python = target.python;
  const bool python_fits = std::any_of(candidate.pythons.begin(), candidate.pythons.end(),
                                       [&](const std::string& one) { return fits_python(one, candidate, python); });
  if (!python_fits) {
    std::vector<std::string> wanted;
    std::transform(candidate.pythons.begin(), candidate.pythons.end(), std::back_inserter(wanted), interpreter_words);
    return fmt::format("it is for {}, here is CPython {}", join(wanted), to_string(python));
  }
  Result<std::vector<std::string>> all = supported_tags(target);
  const TagTable table(all ? *std::move(all) : std::vector<std::string>());
  const auto knows_abi = [&](const std::string& abi) { return table.knows_abi(abi); };
  if (std::none_of(candidate.abis.begin(), candidate.abis.end(), knows_abi)) {
    return explain_abis(candidate, target);
  }
  PlatformReason nearest{-1, {}};
  for (const std::string& platform : candidate.platforms) {
    if (table.knows_platform(platform)) {
      return fmt::format("pip {} does not take its combination of tags on Python {}", target.pip.version.text,
                         to_string(python));
    }
    PlatformReason reason = explain_platform(platform, target);
    if (reason.nearness > nearest.nearness) {
      nearest = std::move(reason);
    }
  }
  return nearest.words;
}

/// "; update pip to 19.3", where that would help.
std::string advice(const InstallTarget& target, const ReleaseFile& file, const PipHistory& history) {
  const Pip* newer = history.lowest_after(target.pip.version, file);
  return newer == nullptr ? std::string() : "; update pip to " + newer->version.text;
}

} // namespace

std::string describe(const InstallTarget& target) {
  return fmt::format("Python {}, pip {} on {}{} with {} {}", to_string(target.python), target.pip.version.text,
                     target.machine.name,
                     target.machine.bits == Bits::b32 && target.machine.name.ends_with("64") ? " (32-bit Python)" : "",
                     platform::to_string(target.machine.libc), target.machine.libc_version);
}

std::string explain(const InstallTarget& target, const ReleaseFile& file, const Verdict& verdict,
                    const PipHistory& history) {
  switch (verdict.reason) {
  case Reason::none:
    return verdict.tag ? fmt::format("tag {}, place {}", *verdict.tag, verdict.rank.value_or(0) + 1) : "source archive";
  case Reason::name:
    return verdict.detail.substr(verdict.detail.find(' ') + 1);
  case Reason::other_project:
    return "it belongs to another project: " + verdict.detail.substr(verdict.detail.find(' ') + 1);
  case Reason::tags: {
    const Result<Candidate> candidate = parse_candidate(file.name, target.pip.rules.names, "");
    return (candidate ? explain_tags(target, *candidate) : verdict.detail) + advice(target, file, history);
  }
  case Reason::stops_pip:
    return fmt::format("pip {} ends with a {}, whose name has no build number and is not spelled as the wheel "
                       "specification says: rename it, or use pip 25.3",
                       target.pip.version.text, verdict.detail);
  case Reason::version:
    return verdict.detail + " is no PEP 440 version";
  case Reason::requires_python:
    return fmt::format("Requires-Python {} excludes {}", file.requires_python.value_or(""),
                       full_version(target.python).text);
  case Reason::source:
    return "it is a source archive, and only binaries are wanted";
  case Reason::specifier:
    return "its version is outside what is asked for";
  case Reason::prerelease:
    return "it is a pre-release, and those were not asked for";
  case Reason::yanked:
  case Reason::yanked_last:
    return "it is yanked";
  case Reason::binary_first:
    return "it is a source archive, and wheels are preferred";
  case Reason::older:
    return "it is older: " + verdict.detail;
  case Reason::worse_tag:
    return verdict.rank ? "another tag is preferred: " + verdict.detail : "there is a wheel of the same version";
  case Reason::lower_build:
    return "another one has a higher build number";
  case Reason::tie:
    return "another one is equal in everything, and this one is " + verdict.detail;
  }
  return verdict.detail;
}

} // namespace wheelforge::resolve
