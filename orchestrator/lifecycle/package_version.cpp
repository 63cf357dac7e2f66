// Which order is whose, and SemVer's; those of distributions are in distribution_version, PEP 440's is in resolve.
#include "orchestrator/lifecycle/package_version.hpp"

#include "orchestrator/lifecycle/distribution_version.hpp"
#include "orchestrator/lifecycle/version_parts.hpp"
#include "orchestrator/resolve/version.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace wheelforge::lifecycle {
namespace {

using Order = std::strong_ordering;

struct SemVersion {
  std::array<std::string_view, 3> numbers = {"0", "0", "0"};
  std::string_view pre;
};

/// Takes the next of the words between dots from the front of a pre-release.
std::string_view take_word(std::string_view& pre) {
  const std::string_view word = take_while(pre, [](char c) { return c != '.'; });
  pre.remove_prefix(pre.empty() ? 0 : 1);
  return word;
}

/// One to three numbers, for "v1.2" is in use too; none of the words between dots is empty.
Result<SemVersion> parse_semver(std::string_view text) {
  SemVersion out;
  std::string_view rest = text.substr(text.starts_with('v') ? 1 : 0);
  rest = rest.substr(0, rest.find('+'));
  for (std::size_t i = 0; i < 3 && (i == 0 || rest.starts_with('.')); ++i) {
    rest.remove_prefix(i == 0 ? 0 : 1);
    out.numbers[i] = take_while(rest, is_digit);
    if (out.numbers[i].empty()) {
      return no_version(text, "SemVer");
    }
  }
  if (rest.starts_with('-')) {
    out.pre = rest.substr(1);
    WF_TRY_VOID(check_characters(out.pre, text, ".-", "SemVer"));
    if (out.pre.starts_with('.') || out.pre.ends_with('.') || out.pre.find("..") != std::string_view::npos) {
      return no_version(text, "SemVer");
    }
  } else if (!rest.empty()) {
    return no_version(text, "SemVer");
  }
  return out;
}

Order compare_pre_releases(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) {
    return a.empty() == b.empty() ? Order::equal : a.empty() ? Order::greater : Order::less;
  }
  while (!a.empty() && !b.empty()) {
    const std::string_view left = take_word(a);
    const std::string_view right = take_word(b);
    const bool left_number = std::all_of(left.begin(), left.end(), is_digit);
    const bool right_number = std::all_of(right.begin(), right.end(), is_digit);
    if (left_number != right_number) {
      return left_number ? Order::less : Order::greater;
    }
    const Order order = left_number ? compare_numbers(left, right) : left.compare(right) <=> 0;
    if (order != 0) {
      return order;
    }
  }
  return a.empty() == b.empty() ? Order::equal : a.empty() ? Order::less : Order::greater;
}

Result<Order> compare_semver(std::string_view a, std::string_view b) {
  WF_TRY(const SemVersion left, parse_semver(a));
  WF_TRY(const SemVersion right, parse_semver(b));
  for (std::size_t i = 0; i < 3; ++i) {
    if (const Order order = compare_numbers(left.numbers[i], right.numbers[i]); order != 0) {
      return order;
    }
  }
  return compare_pre_releases(left.pre, right.pre);
}

constexpr std::array<std::pair<std::string_view, VersionScheme>, 22> kEcosystems = {{
    {"AlmaLinux", VersionScheme::rpm},
    {"Alpaquita", VersionScheme::apk},
    {"Alpine", VersionScheme::apk},
    {"Azure Linux", VersionScheme::rpm},
    {"Chainguard", VersionScheme::apk},
    {"Debian", VersionScheme::dpkg},
    {"Go", VersionScheme::semver},
    {"Mageia", VersionScheme::rpm},
    {"MinimOS", VersionScheme::apk},
    {"OSS-Fuzz", VersionScheme::semver},
    {"PyPI", VersionScheme::pep440},
    {"Red Hat", VersionScheme::rpm},
    {"Rocky Linux", VersionScheme::rpm},
    {"SUSE", VersionScheme::rpm},
    {"Ubuntu", VersionScheme::dpkg},
    {"Wolfi", VersionScheme::apk},
    {"crates"
     ".io",
     VersionScheme::semver},
    {"npm", VersionScheme::semver},
    {"openEuler", VersionScheme::rpm},
    {"openSUSE", VersionScheme::rpm},
    {"Bitnami", VersionScheme::semver},
    {"GIT", VersionScheme::semver},
}};

} // namespace

std::optional<VersionScheme> scheme_of(std::string_view ecosystem) {
  const std::string_view base = ecosystem.substr(0, ecosystem.find(':'));
  const auto* known =
      std::find_if(kEcosystems.begin(), kEcosystems.end(), [&](const auto& entry) { return entry.first == base; });
  return known == kEcosystems.end() ? std::nullopt : std::optional(known->second);
}

Result<std::strong_ordering> compare_versions(VersionScheme scheme, std::string_view a, std::string_view b) {
  switch (scheme) {
  case VersionScheme::rpm:
    return compare_rpm(a, b);
  case VersionScheme::dpkg:
    return compare_dpkg(a, b);
  case VersionScheme::apk:
    return compare_apk(a, b);
  case VersionScheme::semver:
    return compare_semver(a, b);
  case VersionScheme::pep440: {
    WF_TRY(const resolve::Version left, resolve::parse_version(a));
    WF_TRY(const resolve::Version right, resolve::parse_version(b));
    return left <=> right;
  }
  }
  return fail(ErrorKind::internal, "no such scheme");
}

} // namespace wheelforge::lifecycle
