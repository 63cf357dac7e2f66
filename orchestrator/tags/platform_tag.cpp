// Parsing, ordering and aliases of platform tags.
#include "orchestrator/tags/platform_tag.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::tags {
namespace {

struct Legacy {
  std::string_view name;
  LibcVersion version;
};

// Source: PEP 600 §Legacy manylinux tags.
constexpr std::array kLegacy = {Legacy{"manylinux1", {2, 5}}, Legacy{"manylinux2010", {2, 12}},
                                Legacy{"manylinux2014", {2, 17}}};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// Takes "12_" off the front of `text`: at most four digits and the underscore after them.
std::optional<int> take_number(std::string_view& text) {
  int value = 0;
  std::size_t length = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') {
    value = 10 * value + (text[length] - '0');
    if (++length > 4) {
      return std::nullopt;
    }
  }
  if (length == 0 || length >= text.size() || text[length] != '_') {
    return std::nullopt;
  }
  text.remove_prefix(length + 1);
  return value;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) {
    return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

/// "manylinux_2_17_x86_64" and "musllinux_1_2_x86_64": `rest` is what follows the family's name and underscore.
Result<PlatformTag> versioned(std::string_view text, PlatformFamily family, std::string_view rest) {
  const auto major = take_number(rest);
  const auto minor = major ? take_number(rest) : std::nullopt;
  if (!minor || rest.empty()) {
    return fail(ErrorKind::usage, "platform tag '{}' is not {}_MAJOR_MINOR_ARCH", text,
                family == PlatformFamily::manylinux ? "manylinux" : "musllinux");
  }
  return PlatformTag{family, {*major, *minor}, find_architecture(rest), std::string(text)};
}

PlatformTag made(PlatformFamily family, std::string_view name, LibcVersion version, Architecture architecture) {
  return {family, version, architecture,
          fmt::format("{}_{}_{}_{}", name, version.major, version.minor, to_string(architecture))};
}

const Legacy* legacy_of(std::string_view text) {
  for (const Legacy& legacy : kLegacy) {
    if (text.size() > legacy.name.size() && text.substr(0, legacy.name.size()) == legacy.name &&
        text[legacy.name.size()] == '_') {
      return &legacy;
    }
  }
  return nullptr;
}

} // namespace

Result<PlatformTag> parse_platform_tag(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_word)) {
    return fail(ErrorKind::usage, "platform tag '{}' is not a word of letters, digits and underscores", text);
  }
  if (text == "any") {
    return PlatformTag{};
  }
  std::string_view rest = text;
  if (const Legacy* legacy = legacy_of(text)) {
    rest.remove_prefix(legacy->name.size() + 1);
    if (rest.empty()) {
      return fail(ErrorKind::usage, "platform tag '{}' names no architecture", text);
    }
    return PlatformTag{PlatformFamily::manylinux, legacy->version, find_architecture(rest), std::string(text)};
  }
  if (take_prefix(rest, "manylinux_")) {
    return versioned(text, PlatformFamily::manylinux, rest);
  }
  if (take_prefix(rest, "musllinux_")) {
    return versioned(text, PlatformFamily::musllinux, rest);
  }
  if (text.substr(0, 9) == "manylinux" || text.substr(0, 9) == "musllinux") {
    return fail(ErrorKind::usage, "platform tag '{}' is neither manylinux1/2010/2014_ARCH nor {}_MAJOR_MINOR_ARCH",
                text, text.substr(0, 9));
  }
  if (take_prefix(rest, "linux_") && !rest.empty()) {
    return PlatformTag{PlatformFamily::linux, {}, find_architecture(rest), std::string(text)};
  }
  return PlatformTag{PlatformFamily::other, {}, std::nullopt, std::string(text)};
}

std::strong_ordering PlatformTag::operator<=>(const PlatformTag& that) const {
  if (const auto by_family = family <=> that.family; by_family != 0) {
    return by_family;
  }
  if (const auto by_arch = arch <=> that.arch; by_arch != 0) {
    return by_arch;
  }
  if (const auto by_version = version <=> that.version; by_version != 0) {
    return by_version;
  }
  return text <=> that.text;
}

bool PlatformTag::is_legacy_name() const { return family == PlatformFamily::manylinux && legacy_of(text) != nullptr; }

std::string PlatformTag::canonical() const {
  const Legacy* legacy = family == PlatformFamily::manylinux ? legacy_of(text) : nullptr;
  if (legacy == nullptr) {
    return text;
  }
  return fmt::format("manylinux_{}_{}{}", version.major, version.minor, text.substr(legacy->name.size()));
}

std::string PlatformTag::policy_name() const {
  switch (family) {
  case PlatformFamily::linux:
    return "linux";
  case PlatformFamily::musllinux:
    return fmt::format("musllinux_{}_{}", version.major, version.minor);
  case PlatformFamily::manylinux:
    if (const Legacy* legacy = legacy_of(text)) {
      return std::string(legacy->name);
    }
    return fmt::format("manylinux_{}_{}", version.major, version.minor);
  case PlatformFamily::any:
  case PlatformFamily::other:
    break;
  }
  return text;
}

PlatformTag manylinux(LibcVersion version, Architecture architecture) {
  return made(PlatformFamily::manylinux, "manylinux", version, architecture);
}

PlatformTag musllinux(LibcVersion version, Architecture architecture) {
  return made(PlatformFamily::musllinux, "musllinux", version, architecture);
}

PlatformTag plain_linux(Architecture architecture) {
  return {PlatformFamily::linux, {}, architecture, fmt::format("linux_{}", to_string(architecture))};
}

bool same_platform(const PlatformTag& a, const PlatformTag& b) { return a.canonical() == b.canonical(); }

bool is_wider(const PlatformTag& wide, const PlatformTag& narrow) {
  if (!wide.arch || wide.arch != narrow.arch) {
    return false;
  }
  const bool promises_libc = wide.family == PlatformFamily::manylinux || wide.family == PlatformFamily::musllinux;
  if (narrow.family == PlatformFamily::linux) {
    return promises_libc;
  }
  return promises_libc && wide.family == narrow.family && wide.version < narrow.version;
}

std::optional<PlatformTag> legacy_alias(LibcVersion version, Architecture architecture) {
  for (const Legacy& legacy : kLegacy) {
    if (legacy.version != version) {
      continue;
    }
    const bool only_intel = version < LibcVersion{2, 17};
    const bool intel = architecture == Architecture::x86_64 || architecture == Architecture::i686;
    const bool of_2014 = architecture != Architecture::riscv64 && architecture != Architecture::loongarch64;
    if (only_intel ? intel : of_2014) {
      return PlatformTag{PlatformFamily::manylinux, version, architecture,
                         fmt::format("{}_{}", legacy.name, to_string(architecture))};
    }
  }
  return std::nullopt;
}

std::vector<PlatformTag> with_alias(const PlatformTag& tag) {
  std::vector<PlatformTag> tags = {tag};
  if (tag.family == PlatformFamily::manylinux && tag.arch) {
    const auto alias = tag.is_legacy_name() ? manylinux(tag.version, *tag.arch) : legacy_alias(tag.version, *tag.arch);
    if (alias) {
      tags.push_back(*alias);
    }
  }
  std::sort(tags.begin(), tags.end(), [](const PlatformTag& a, const PlatformTag& b) { return a.text < b.text; });
  return tags;
}

LibcVersion first_glibc(Architecture architecture) {
  switch (architecture) {
  case Architecture::x86_64:
  case Architecture::i686:
  case Architecture::ppc64:
  case Architecture::s390x:
    return {2, 5}; // glibc is older there; 2.5 is the oldest that any tag promises
  case Architecture::armv7l:
    return {2, 5}; // the EABI came with glibc 2.4
  case Architecture::aarch64:
  case Architecture::ppc64le:
    return {2, 17};
  case Architecture::riscv64:
    return {2, 27};
  case Architecture::loongarch64:
    return {2, 36};
  }
  return {2, 5};
}

bool is_defined(const PlatformTag& tag) {
  if (!tag.arch) {
    return tag.family == PlatformFamily::any || tag.family == PlatformFamily::other;
  }
  if (tag.family == PlatformFamily::manylinux) {
    return tag.is_legacy_name() ? legacy_alias(tag.version, *tag.arch).has_value()
                                : tag.version >= first_glibc(*tag.arch);
  }
  if (tag.family == PlatformFamily::musllinux) {
    return tag.version >= (*tag.arch == Architecture::loongarch64 ? LibcVersion{1, 2} : LibcVersion{1, 1});
  }
  return true;
}

} // namespace wheelforge::tags
