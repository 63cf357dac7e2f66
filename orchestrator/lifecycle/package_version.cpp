// The orders of rpm, dpkg, apk and SemVer; PEP 440's is in resolve.
#include "orchestrator/lifecycle/package_version.hpp"

#include "orchestrator/resolve/version.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace wheelforge::lifecycle {
namespace {

using Order = std::strong_ordering;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <class Predicate>
std::string_view take_while(std::string_view& text, Predicate predicate) {
  const auto end = std::find_if_not(text.begin(), text.end(), predicate);
  const std::string_view taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

/// Numbers of any length.
Order compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  return a.size() != b.size() ? a.size() <=> b.size() : a.compare(b) <=> 0;
}

tl::unexpected<Error> no_version(std::string_view text, std::string_view scheme) {
  return fail(ErrorKind::invalid_data, "{:?} is no version of {}", std::string(text), scheme);
}

/// An epoch before the first colon; absent where there is none.
struct Epoch {
  std::optional<std::string_view> digits;
  std::string_view rest;
};

Result<Epoch> split_epoch(std::string_view text, std::string_view scheme) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return Epoch{std::nullopt, text};
  }
  const std::string_view digits = text.substr(0, colon);
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return no_version(text, scheme);
  }
  return Epoch{digits, text.substr(colon + 1)};
}

Result<void> check_characters(std::string_view text, std::string_view whole, std::string_view more,
                              std::string_view scheme) {
  const bool fine = !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || is_alpha(c) || more.find(c) != std::string_view::npos;
  });
  return fine ? Result<void>() : no_version(whole, scheme);
}

struct RpmVersion {
  std::optional<std::string_view> epoch;
  std::string_view version;
  std::string_view release;
};

Result<RpmVersion> parse_rpm(std::string_view text) {
  WF_TRY(const Epoch epoch, split_epoch(text, "rpm"));
  WF_TRY_VOID(check_characters(epoch.rest, text, "._+~^-", "rpm"));
  const std::size_t hyphen = epoch.rest.find('-');
  const std::string_view version = epoch.rest.substr(0, hyphen);
  if (version.empty()) {
    return no_version(text, "rpm");
  }
  return RpmVersion{epoch.digits, version,
                    hyphen == std::string_view::npos ? std::string_view() : epoch.rest.substr(hyphen + 1)};
}

Result<Order> compare_rpm(std::string_view a, std::string_view b) {
  WF_TRY(const RpmVersion left, parse_rpm(a));
  WF_TRY(const RpmVersion right, parse_rpm(b));
  if (left.epoch && right.epoch) { // SBOMs and file names leave epochs out
    if (const Order order = compare_numbers(*left.epoch, *right.epoch); order != 0) {
      return order;
    }
  }
  if (const Order order = compare_rpm_parts(left.version, right.version); order != 0) {
    return order;
  }
  if (left.release.empty() || right.release.empty()) {
    return Order::equal;
  }
  return compare_rpm_parts(left.release, right.release);
}

/// dpkg's weight of a character: ~ before the end, letters before all else.
int dpkg_weight(char c) {
  if (c == '~') {
    return -1;
  }
  if (is_digit(c)) {
    return 0;
  }
  return is_alpha(c) ? c : static_cast<unsigned char>(c) + 256;
}

Order compare_dpkg_parts(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    while ((!a.empty() && !is_digit(a.front())) || (!b.empty() && !is_digit(b.front()))) {
      const int left = a.empty() ? 0 : dpkg_weight(a.front());
      const int right = b.empty() ? 0 : dpkg_weight(b.front());
      if (left != right) {
        return left <=> right;
      }
      a.remove_prefix(a.empty() ? 0 : 1);
      b.remove_prefix(b.empty() ? 0 : 1);
    }
    const std::string_view left = take_while(a, is_digit);
    const std::string_view right = take_while(b, is_digit);
    if (const Order order = compare_numbers(left, right); order != 0) {
      return order;
    }
  }
  return Order::equal;
}

Result<Order> compare_dpkg(std::string_view a, std::string_view b) {
  WF_TRY(const Epoch left, split_epoch(a, "dpkg"));
  WF_TRY(const Epoch right, split_epoch(b, "dpkg"));
  WF_TRY_VOID(check_characters(left.rest, a, ".+-~:_", "dpkg"));
  WF_TRY_VOID(check_characters(right.rest, b, ".+-~:_", "dpkg"));
  if (const Order order = compare_numbers(left.digits.value_or("0"), right.digits.value_or("0")); order != 0) {
    return order;
  }
  const auto split = [](std::string_view text) {
    const std::size_t hyphen = text.rfind('-');
    return hyphen == std::string_view::npos ? std::pair(text, std::string_view())
                                            : std::pair(text.substr(0, hyphen), text.substr(hyphen + 1));
  };
  const auto [left_upstream, left_revision] = split(left.rest);
  const auto [right_upstream, right_revision] = split(right.rest);
  if (const Order order = compare_dpkg_parts(left_upstream, right_upstream); order != 0) {
    return order;
  }
  return compare_dpkg_parts(left_revision, right_revision);
}

struct ApkSuffix {
  int rank = 0; ///< alpha -4 … rc -1, none 0, cvs 1 … p 5
  std::string_view number;
};

struct ApkVersion {
  std::array<std::string_view, 32> numbers;
  std::size_t count = 0;
  char letter = 0;
  std::array<ApkSuffix, 8> suffixes;
  std::size_t suffix_count = 0;
  std::string_view revision = "0";
};

constexpr std::array<std::pair<std::string_view, int>, 9> kApkSuffixes = {
    {{"alpha", -4}, {"beta", -3}, {"pre", -2}, {"rc", -1}, {"cvs", 1}, {"svn", 2}, {"git", 3}, {"hg", 4}, {"p", 5}}};

Result<void> parse_apk_suffixes(std::string_view& rest, std::string_view text, ApkVersion& out) {
  while (rest.starts_with('_')) {
    rest.remove_prefix(1);
    const std::string_view name = take_while(rest, is_alpha);
    const auto* known = std::find_if(kApkSuffixes.begin(), kApkSuffixes.end(),
                                     [&](const auto& suffix) { return suffix.first == name; });
    if (known == kApkSuffixes.end() || out.suffix_count == out.suffixes.size()) {
      return no_version(text, "apk");
    }
    out.suffixes[out.suffix_count++] = {known->second, take_while(rest, is_digit)};
  }
  return {};
}

Result<ApkVersion> parse_apk(std::string_view text) {
  ApkVersion out;
  std::string_view rest = text;
  do {
    const std::string_view digits = take_while(rest, is_digit);
    if (digits.empty() || out.count == out.numbers.size()) {
      return no_version(text, "apk");
    }
    out.numbers[out.count++] = digits;
  } while (rest.starts_with('.') && (rest.remove_prefix(1), true));
  if (!rest.empty() && rest.front() >= 'a' && rest.front() <= 'z') {
    out.letter = rest.front();
    rest.remove_prefix(1);
  }
  WF_TRY_VOID(parse_apk_suffixes(rest, text, out));
  if (rest.starts_with('~')) { // a commit's hash, which has no order
    rest.remove_prefix(1);
    take_while(rest, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
  }
  if (rest.starts_with("-r")) {
    rest.remove_prefix(2);
    out.revision = take_while(rest, is_digit);
  }
  if (!rest.empty() || out.revision.empty()) {
    return no_version(text, "apk");
  }
  return out;
}

/// Later numbers that begin with 0 are compared as fractions are: 1.05 is before 1.1 and 1.050.
Order compare_apk_numbers(std::string_view a, std::string_view b, bool first) {
  if (!first && (a.front() == '0' || b.front() == '0')) {
    return a.compare(b) <=> 0;
  }
  return compare_numbers(a, b);
}

Order compare_apk(const ApkVersion& a, const ApkVersion& b) {
  for (std::size_t i = 0; i < std::min(a.count, b.count); ++i) {
    if (const Order order = compare_apk_numbers(a.numbers[i], b.numbers[i], i == 0); order != 0) {
      return order;
    }
  }
  if (a.count != b.count) {
    return a.count <=> b.count;
  }
  if (a.letter != b.letter) {
    return a.letter <=> b.letter;
  }
  for (std::size_t i = 0; i < std::max(a.suffix_count, b.suffix_count); ++i) {
    const ApkSuffix left = i < a.suffix_count ? a.suffixes[i] : ApkSuffix();
    const ApkSuffix right = i < b.suffix_count ? b.suffixes[i] : ApkSuffix();
    if (left.rank != right.rank) {
      return left.rank <=> right.rank;
    }
    if (const Order order = compare_numbers(left.number, right.number); order != 0) {
      return order;
    }
  }
  return compare_numbers(a.revision, b.revision);
}

struct SemVersion {
  std::array<std::string_view, 3> numbers = {"0", "0", "0"};
  std::string_view pre;
};

Result<SemVersion> parse_semver(std::string_view text) {
  SemVersion out;
  std::string_view rest = text.substr(text.starts_with('v') ? 1 : 0);
  rest = rest.substr(0, rest.find('+'));
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string_view digits = take_while(rest, is_digit);
    if (digits.empty()) {
      return no_version(text, "SemVer");
    }
    out.numbers[i] = digits;
    if (!rest.starts_with('.')) {
      break;
    }
    rest.remove_prefix(1);
  }
  if (rest.starts_with('-')) {
    out.pre = rest.substr(1);
    WF_TRY_VOID(check_characters(out.pre, text, ".-", "SemVer"));
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
    const auto next = [](std::string_view& text) {
      const std::string_view word = take_while(text, [](char c) { return c != '.'; });
      text.remove_prefix(text.empty() ? 0 : 1);
      return word;
    };
    const std::string_view left = next(a);
    const std::string_view right = next(b);
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

std::strong_ordering compare_rpm_parts(std::string_view a, std::string_view b) {
  const auto is_separator = [](char c) { return !is_digit(c) && !is_alpha(c) && c != '~' && c != '^'; };
  while (true) {
    take_while(a, is_separator);
    take_while(b, is_separator);
    if (a.starts_with('~') || b.starts_with('~')) { // before everything, even the end
      if (!a.starts_with('~') || !b.starts_with('~')) {
        return a.starts_with('~') ? Order::less : Order::greater;
      }
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (a.starts_with('^') || b.starts_with('^')) { // after the end, before everything else
      if (a.empty() || b.empty()) {
        return a.empty() ? Order::less : Order::greater;
      }
      if (!a.starts_with('^') || !b.starts_with('^')) {
        return a.starts_with('^') ? Order::less : Order::greater;
      }
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (a.empty() || b.empty()) {
      return a.empty() == b.empty() ? Order::equal : a.empty() ? Order::less : Order::greater;
    }
    const bool numeric = is_digit(a.front());
    const std::string_view left = numeric ? take_while(a, is_digit) : take_while(a, is_alpha);
    const std::string_view right = numeric ? take_while(b, is_digit) : take_while(b, is_alpha);
    if (right.empty()) { // a number is newer than a word
      return numeric ? Order::greater : Order::less;
    }
    const Order order = numeric ? compare_numbers(left, right) : left.compare(right) <=> 0;
    if (order != 0) {
      return order;
    }
  }
}

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
  case VersionScheme::apk: {
    WF_TRY(const ApkVersion left, parse_apk(a));
    WF_TRY(const ApkVersion right, parse_apk(b));
    return compare_apk(left, right);
  }
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
