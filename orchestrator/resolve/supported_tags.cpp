// Builds the list of tags block by block, as the rules of a pip say.
#include "orchestrator/resolve/supported_tags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace wheelforge::resolve {
namespace {

using tags::LibcVersion;

/// The digits from `at` on; nothing where there are none or more than an int holds.
std::optional<int> digits(std::string_view text, std::size_t& at) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (error != std::errc() || text[at] == '-') {
    return std::nullopt;
  }
  at = static_cast<std::size_t>(end - text.data());
  return value;
}

/// "2.20-2014.11" → 2.20; nothing where the text does not begin with MAJOR.MINOR.
std::optional<LibcVersion> libc_prefix(std::string_view text) {
  std::size_t at = 0;
  const std::optional<int> major = text.empty() ? std::nullopt : digits(text, at);
  if (!major || at + 1 >= text.size() || text[at] != '.') {
    return std::nullopt;
  }
  ++at;
  const std::optional<int> minor = digits(text, at);
  return minor ? std::optional<LibcVersion>({*major, *minor}) : std::nullopt;
}

/// Which glibc a machine has in the eyes of a pip; nothing for musl and for texts that it cannot read.
Result<std::optional<LibcVersion>> glibc_of(const PipRules& rules, const Machine& machine) {
  if (machine.libc != platform::Libc::glibc) {
    return std::optional<LibcVersion>();
  }
  const std::string& text = machine.libc_version;
  if (rules.glibc_text == GlibcText::split && text.find_first_not_of("0123456789.") != std::string::npos) {
    return fail(ErrorKind::invalid_data, "pip stops with ValueError: it cannot read the glibc version {:?}", text);
  }
  return libc_prefix(text);
}

/// Builds the platform tags of one machine.
class Platforms {
public:
  Platforms(const PipRules& rules, const Machine& machine) : rules_(rules), machine_(machine) {}

  Result<std::vector<std::string>> list() {
    const std::vector<std::string> archs = architectures();
    if (rules_.linux_tag == LinuxTag::first) {
      add_linux(archs);
    }
    if (rules_.platform_scheme == PlatformScheme::named) {
      WF_TRY_VOID(add_named(archs.front()));
    } else if (rules_.platform_scheme == PlatformScheme::perennial && has_manylinux_abi(archs)) {
      WF_TRY(const std::optional<LibcVersion> glibc, glibc_of(rules_, machine_));
      for (const std::string& arch : archs) {
        WF_TRY_VOID(glibc ? add_perennial(arch, floor_of(archs.front()), *glibc) : Result<void>());
      }
    }
    add_musllinux(archs);
    if (rules_.linux_tag == LinuxTag::last) {
      add_linux(archs);
    }
    return std::move(out_);
  }

private:
  /// The machine that the interpreter takes itself for, then the others it can load.
  std::vector<std::string> architectures() const {
    std::string own = machine_.name;
    if (machine_.bits == Bits::b32) {
      const auto narrow = rules_.narrow_machines.find(own);
      own = narrow == rules_.narrow_machines.end() ? own : narrow->second;
    }
    std::vector<std::string> out = {own};
    if (const auto also = rules_.also_machines.find(own); also != rules_.also_machines.end()) {
      out.insert(out.end(), also->second.begin(), also->second.end());
    }
    return out;
  }

  /// The ELF header of the interpreter says what the architecture claims.
  bool executable_fits(std::string_view arch) const {
    if (!rules_.executable_checked.contains(arch)) {
      return true;
    }
    const bool arm = arch == "armv7l";
    return machine_.bits == Bits::b32 && (!arm || machine_.arm_float == ArmFloat::hard);
  }

  bool has_manylinux_abi(const std::vector<std::string>& archs) const {
    for (const std::string_view checked : {"armv7l", "i686"}) {
      if (std::find(archs.begin(), archs.end(), checked) != archs.end()) {
        return executable_fits(checked);
      }
    }
    return std::any_of(archs.begin(), archs.end(),
                       [this](const std::string& arch) { return rules_.perennial_machines.contains(arch); });
  }

  void add_linux(const std::vector<std::string>& archs) {
    for (const std::string& arch : archs) {
      out_.push_back("linux_" + arch);
    }
  }

  /// Pips before 20.3: `_manylinux` alone decides where it says anything, both ways; else glibc is asked.
  Result<bool> passes(const NamedTag& tag) const {
    if (machine_.manylinux) {
      if (const std::optional<bool> said = machine_.manylinux->attribute(tag.name + "_compatible")) {
        return *said;
      }
    }
    WF_TRY(const std::optional<LibcVersion> glibc, glibc_of(rules_, machine_));
    return glibc && glibc->major == tag.glibc.major && glibc->minor >= tag.glibc.minor;
  }

  Result<void> add_named(const std::string& arch) {
    bool implied = false;
    for (const NamedTag& tag : rules_.named_tags) {
      if (!tag.machines.contains(arch) || !executable_fits(arch)) {
        continue;
      }
      WF_TRY(const bool passed, implied ? Result<bool>(true) : passes(tag));
      if (passed) {
        out_.push_back(tag.name + "_" + arch);
        implied = rules_.named_implies_older;
      }
    }
    return {};
  }

  /// PEP 600: `_manylinux` may take away what glibc allows, each version for itself.
  Result<bool> is_allowed(LibcVersion version, const std::string& arch) const {
    if (!machine_.manylinux) {
      return true;
    }
    if (machine_.manylinux->has_function()) {
      WF_TRY(const std::optional<bool> said, machine_.manylinux->compatible(version, arch));
      return said.value_or(true);
    }
    const NamedTag* named = named_at(version);
    return named == nullptr || machine_.manylinux->attribute(named->name + "_compatible").value_or(true);
  }

  const NamedTag* named_at(LibcVersion version) const {
    const auto found = std::find_if(rules_.named_tags.begin(), rules_.named_tags.end(),
                                    [&](const NamedTag& tag) { return tag.glibc == version; });
    return found == rules_.named_tags.end() ? nullptr : &*found;
  }

  /// The oldest version that is listed; it is looked up once for all architectures of a machine.
  LibcVersion floor_of(const std::string& first_arch) const {
    const auto own = rules_.perennial_floors.find(first_arch);
    const auto common = rules_.perennial_floors.find("*");
    return own != rules_.perennial_floors.end()      ? own->second
           : common != rules_.perennial_floors.end() ? common->second
                                                     : LibcVersion{};
  }

  Result<void> add_perennial(const std::string& arch, LibcVersion floor, LibcVersion glibc) {
    constexpr int kLastMinor = 50;    // what packaging takes for the last 2.x where a 3.x is found
    constexpr int kMostMinors = 1000; // a longer list is no list of a real glibc
    if (glibc.major > 10 || glibc.minor > kMostMinors) {
      return fail(ErrorKind::invalid_data, "glibc {}.{}, wanted a version up to 10.{}", glibc.major, glibc.minor,
                  kMostMinors);
    }
    for (int major = glibc.major; major >= std::min(glibc.major, 2); --major) {
      const int newest = major == glibc.major ? glibc.minor : kLastMinor;
      const int oldest = major == floor.major ? floor.minor : 0;
      for (int minor = newest; minor >= oldest; --minor) {
        const LibcVersion version{major, minor};
        WF_TRY(const bool allowed, is_allowed(version, arch));
        if (!allowed) {
          continue;
        }
        out_.push_back(fmt::format("manylinux_{}_{}_{}", major, minor, arch));
        if (const NamedTag* named = named_at(version); named != nullptr) {
          out_.push_back(named->name + "_" + arch);
        }
      }
    }
    return {};
  }

  void add_musllinux(const std::vector<std::string>& archs) {
    const std::optional<LibcVersion> musl =
        rules_.musllinux && machine_.libc == platform::Libc::musl ? libc_prefix(machine_.libc_version) : std::nullopt;
    if (!musl || musl->minor > 1000) {
      return;
    }
    for (const std::string& arch : archs) {
      for (int minor = musl->minor; minor >= 0; --minor) {
        out_.push_back(fmt::format("musllinux_{}_{}_{}", musl->major, minor, arch));
      }
    }
  }

  const PipRules& rules_;
  const Machine& machine_;
  std::vector<std::string> out_;
};

/// Builds the tags of one interpreter on given platforms.
class TagList {
public:
  TagList(const PipRules& rules, const Interpreter& python, const std::vector<std::string>& platforms)
      : rules_(rules), python_(python), platforms_(platforms) {}

  std::vector<std::string> build() {
    for (const TagBlock block : rules_.tag_blocks) {
      add(block);
    }
    return std::move(out_);
  }

private:
  /// "312", or "3_12" with the pips that write it so.
  std::string nodot(int minor) const {
    return fmt::format("{}{}{}", python_.major, minor >= 10 ? rules_.version_separator : "", minor);
  }
  std::string own() const { return "cp" + nodot(python_.minor); }
  /// The interpreter's tag in blocks that end in "any": sysconfig's py_version_nodot, never with an underscore.
  std::string own_plain(int minor) const { return fmt::format("cp{}{}", python_.major, minor); }

  bool is_at_least(int major, int minor) const {
    return std::pair(python_.major, python_.minor) >= std::pair(major, minor);
  }
  bool is_free_threaded() const { return python_.free_threaded && rules_.free_threaded_abi; }

  /// The ABI tags that the interpreter itself has.
  std::vector<std::string> own_abis() const {
    const std::string threads = is_free_threaded() ? "t" : "";
    const std::string debug = python_.debug ? "d" : "";
    const std::string pymalloc = is_at_least(3, 8) ? "" : "m";
    const std::string wide = is_at_least(3, 3) ? "" : "u";
    std::vector<std::string> out = {own() + threads + debug + pymalloc + wide};
    if (python_.debug && rules_.debug_takes_plain && is_at_least(3, 8)) {
      out.push_back(own() + threads);
    }
    return out;
  }

  /// "abi3", "abi3t", or nothing.
  std::string stable_abi() const {
    if (!is_at_least(3, 2)) {
      return "";
    }
    if (!is_free_threaded() || rules_.free_threaded_stable == FreeThreadedStable::abi3) {
      return "abi3";
    }
    return rules_.free_threaded_stable == FreeThreadedStable::abi3t ? "abi3t" : "";
  }

  /// pyXY, pyX, pyX(Y-1), …, pyX0.
  std::vector<std::string> python_range() const {
    std::vector<std::string> out = {"py" + nodot(python_.minor), fmt::format("py{}", python_.major)};
    for (int minor = python_.minor - 1; minor >= 0; --minor) {
      out.push_back("py" + nodot(minor));
    }
    return out;
  }

  void add_platforms(const std::string& interpreter, const std::string& abi) {
    const std::string start = interpreter + "-" + abi + "-";
    for (const std::string& platform : platforms_) {
      out_.push_back(start + platform);
    }
  }
  void add_any(const std::string& interpreter) { out_.push_back(interpreter + "-none-any"); }

  void add(TagBlock block) {
    switch (block) {
    case TagBlock::own_abi:
      for (const std::string& abi : own_abis()) {
        add_platforms(own(), abi);
      }
      break;
    case TagBlock::own_stable:
      if (const std::string abi = stable_abi(); !abi.empty()) {
        add_platforms(own(), abi);
      }
      break;
    case TagBlock::own_none:
      add_platforms(own(), "none");
      break;
    case TagBlock::older_stable:
      if (const std::string abi = stable_abi(); !abi.empty()) {
        for (int minor = python_.minor - 1; minor >= 2; --minor) {
          add_platforms("cp" + nodot(minor), abi);
        }
      }
      break;
    case TagBlock::python_platform:
      for (const std::string& interpreter : python_range()) {
        add_platforms(interpreter, "none");
      }
      break;
    case TagBlock::own_python_platform:
      add_platforms("py" + nodot(python_.minor), "none");
      break;
    case TagBlock::major_python_platform:
      add_platforms(fmt::format("py{}", python_.major), "none");
      break;
    case TagBlock::own_any:
      add_any(own_plain(python_.minor));
      break;
    case TagBlock::major_any:
      add_any(fmt::format("cp{}", python_.major));
      break;
    case TagBlock::older_own_any:
      for (int minor = python_.minor - 1; minor >= 0; --minor) {
        add_any(own_plain(minor));
      }
      break;
    case TagBlock::python_any:
      for (const std::string& interpreter : python_range()) {
        add_any(interpreter);
      }
      break;
    }
  }

  const PipRules& rules_;
  const Interpreter& python_;
  const std::vector<std::string>& platforms_;
  std::vector<std::string> out_;
};

} // namespace

Result<std::vector<std::string>> supported_platforms(const PipRules& rules, const Machine& machine) {
  return Platforms(rules, machine).list();
}

Result<std::vector<std::string>> supported_tags(const InstallTarget& target) {
  WF_TRY_CONTEXT(const std::vector<std::string> platforms, supported_platforms(target.pip.rules, target.machine),
                 "pip " + target.pip.version.text);
  return TagList(target.pip.rules, target.python, platforms).build();
}

} // namespace wheelforge::resolve
