// Names of platforms, architectures and accelerators, and what is wrong with those that are none.
#include "orchestrator/matrix/axis.hpp"

#include "orchestrator/matrix/interpreter.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace wheelforge::matrix {
namespace {

// glibc has a release every half year and stood at 2.43 in early 2026; a tag beyond these is a slip of the keyboard.
constexpr tags::LibcVersion kNewestGlibc{2, 60};
constexpr tags::LibcVersion kOldestGlibc{2, 5}; // PEP 513
constexpr tags::LibcVersion kNewestMusl{1, 2};
constexpr tags::LibcVersion kOldestMusl{1, 1}; // PEP 656 has no other

Result<void> check_version(const tags::PlatformTag& tag, std::string_view name) {
  const bool is_musl = tag.family == tags::PlatformFamily::musllinux;
  const auto oldest = is_musl ? kOldestMusl : kOldestGlibc;
  const auto newest = is_musl ? kNewestMusl : kNewestGlibc;
  if (tag.version < oldest || tag.version > newest) {
    return fail(ErrorKind::usage, "'{}' names {} {}.{}, which does not exist", name, is_musl ? "musl" : "glibc",
                tag.version.major, tag.version.minor);
  }
  return {};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

} // namespace

std::span<const std::string> common_platforms() {
  static const std::vector<std::string> kNames = {
      "manylinux1",     "manylinux_2_5",  "manylinux2010",  "manylinux_2_12", "manylinux2014",  "manylinux_2_17",
      "manylinux_2_24", "manylinux_2_26", "manylinux_2_27", "manylinux_2_28", "manylinux_2_31", "manylinux_2_34",
      "manylinux_2_35", "manylinux_2_36", "manylinux_2_37", "manylinux_2_38", "manylinux_2_39", "manylinux_2_40",
      "manylinux_2_41", "musllinux_1_1",  "musllinux_1_2"};
  return kNames;
}

std::span<const std::string> interpreter_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Interpreter& one : known_interpreters()) {
      names.push_back(to_string(one));
    }
    return names;
  }();
  return kNames;
}

std::span<const std::string> architecture_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const tags::Architecture one : tags::kArchitectures) {
      names.emplace_back(tags::to_string(one));
    }
    return names;
  }();
  return kNames;
}

tags::PlatformTag platform_on(std::string_view name, tags::Architecture architecture) {
  auto tag = tags::parse_platform_tag(fmt::format("{}_{}", name, tags::to_string(architecture)));
  WF_CHECK(tag.has_value());
  return *std::move(tag);
}

Result<void> check_platform_name(std::string_view text) {
  const auto whole = tags::parse_platform_tag(text);
  if (whole && whole->arch && whole->family != tags::PlatformFamily::linux) {
    return with_hint(fail(ErrorKind::usage, "'{}' has the architecture in it", text),
                     fmt::format("write \"{}\" here, and \"{}\" on the axis arch", whole->policy_name(),
                                 tags::to_string(*whole->arch)));
  }
  const auto tag = tags::parse_platform_tag(fmt::format("{}_x86_64", text));
  const bool is_libc =
      tag && (tag->family == tags::PlatformFamily::manylinux || tag->family == tags::PlatformFamily::musllinux);
  if (!is_libc || !tag->arch || tag->policy_name() != text) { // "manylinux_2_017" would be another spelling
    return fail(ErrorKind::usage, "'{}' is not a platform", text);
  }
  return check_version(*tag, text);
}

Result<void> check_accelerator_name(std::string_view text) {
  if (text == kCpu) {
    return {};
  }
  const std::size_t dash = text.rfind('-');
  const std::string_view name = text.substr(0, dash);
  const std::string_view version = dash == std::string_view::npos ? std::string_view() : text.substr(dash + 1);
  const bool good_name =
      !name.empty() && name[0] >= 'a' && name[0] <= 'z' &&
      std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; });
  const bool is_bare = dash == std::string_view::npos && good_name &&
                       std::all_of(name.begin(), name.end(), [](char c) { return !is_digit(c); });
  if (is_bare) {
    return {}; // the newest version
  }
  const bool good_version = !version.empty() && is_digit(version.front()) && is_digit(version.back()) &&
                            version.find("..") == std::string_view::npos &&
                            std::all_of(version.begin(), version.end(), [](char c) { return is_digit(c) || c == '.'; });
  if (!good_name || !good_version) {
    return fail(ErrorKind::usage, "'{}' is neither \"cpu\" nor NAME or NAME-VERSION", text);
  }
  return {};
}

} // namespace wheelforge::matrix
