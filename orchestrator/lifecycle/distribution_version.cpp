// Takes versions of rpm, dpkg and apk apart and compares them as the package managers do.
#include "orchestrator/lifecycle/distribution_version.hpp"

#include "orchestrator/lifecycle/version_parts.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace wheelforge::lifecycle {
namespace {

using Order = std::strong_ordering;

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

/// rpm's comparison of two parts without epoch. Source: rpm's manual, §Version comparison; rpmio/rpmvercmp.c.
Order compare_rpm_parts(std::string_view a, std::string_view b) {
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

Order compare_apk_versions(const ApkVersion& a, const ApkVersion& b) {
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

} // namespace

Result<std::strong_ordering> compare_rpm(std::string_view a, std::string_view b) {
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

Result<std::strong_ordering> compare_dpkg(std::string_view a, std::string_view b) {
  WF_TRY(const Epoch left, split_epoch(a, "dpkg"));
  WF_TRY(const Epoch right, split_epoch(b, "dpkg"));
  WF_TRY_VOID(check_characters(left.rest, a, ".+-~:_", "dpkg"));
  WF_TRY_VOID(check_characters(right.rest, b, ".+-~:_", "dpkg"));
  const auto split = [](std::string_view text) {
    const std::size_t hyphen = text.rfind('-');
    return hyphen == std::string_view::npos ? std::pair(text, std::string_view())
                                            : std::pair(text.substr(0, hyphen), text.substr(hyphen + 1));
  };
  const auto [left_upstream, left_revision] = split(left.rest);
  const auto [right_upstream, right_revision] = split(right.rest);
  if (left_upstream.empty() || right_upstream.empty()) { // dpkg: "version number is empty"
    return no_version(left_upstream.empty() ? a : b, "dpkg");
  }
  if (const Order order = compare_numbers(left.digits.value_or("0"), right.digits.value_or("0")); order != 0) {
    return order;
  }
  if (const Order order = compare_dpkg_parts(left_upstream, right_upstream); order != 0) {
    return order;
  }
  return compare_dpkg_parts(left_revision, right_revision);
}

Result<std::strong_ordering> compare_apk(std::string_view a, std::string_view b) {
  WF_TRY(const ApkVersion left, parse_apk(a));
  WF_TRY(const ApkVersion right, parse_apk(b));
  return compare_apk_versions(left, right);
}

} // namespace wheelforge::lifecycle
