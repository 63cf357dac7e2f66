// Version clauses, compared by their release numbers.
#include "orchestrator/matrix/requires_python.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace wheelforge::matrix {
namespace {

constexpr int kAnyPatch = 99;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Takes "3.9.2" off the front of a version: what may follow is looked at by is_suffix.
std::vector<int> take_release(std::string_view& text) {
  std::vector<int> release;
  while (true) {
    int number = 0;
    std::size_t digits = 0;
    while (digits < text.size() && digits < 6 && text[digits] >= '0' && text[digits] <= '9') {
      number = 10 * number + (text[digits++] - '0');
    }
    if (digits == 0) {
      return {};
    }
    release.push_back(number);
    text.remove_prefix(digits);
    if (text.size() < 2 || text[0] != '.' || text[1] < '0' || text[1] > '9') {
      return release;
    }
    text.remove_prefix(1);
  }
}

/// True for what may follow a release number: nothing, "rc1", ".post2", "-dev0", "+local".
bool is_suffix(std::string_view text) {
  if (text.empty()) {
    return true;
  }
  const std::size_t start = std::string_view(".-_").find(text[0]) == std::string_view::npos ? 0 : 1;
  const std::string_view rest = text.substr(start);
  constexpr std::array<std::string_view, 8> kWords = {"a", "b", "c", "rc", "pre", "post", "rev", "dev"};
  const bool is_word = std::any_of(kWords.begin(), kWords.end(), [rest](std::string_view word) {
    return rest.substr(0, word.size()) == word; // "alpha" and "beta" begin with theirs
  });
  const bool is_local = start == 0 && text[0] == '+' && text.size() > 1;
  return (is_word || is_local) && std::all_of(rest.begin(), rest.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  std::string_view(".-_+").find(c) != std::string_view::npos;
         });
}

std::optional<RequiresPython::Clause> parse_clause(std::string_view text) {
  // The longer ones first, so that ">=" is not read as ">".
  constexpr std::array<std::string_view, 8> kComparisons = {"===", "~=", "==", "!=", "<=", ">=", "<", ">"};
  const auto found = std::find_if(kComparisons.begin(), kComparisons.end(), [text](std::string_view comparison) {
    return text.substr(0, comparison.size()) == comparison;
  });
  if (found == kComparisons.end()) {
    return std::nullopt;
  }
  std::string_view version = trimmed(text.substr(found->size()));
  if (!version.empty() && version[0] == 'v') {
    version.remove_prefix(1);
  }
  RequiresPython::Clause clause{std::string(*found), take_release(version), false};
  if (version == ".*") {
    clause.is_prefix = true;
    version = {};
  }
  const bool may_be_prefix = clause.comparison == "==" || clause.comparison == "!=";
  const bool is_good = !clause.release.empty() && is_suffix(version) && (!clause.is_prefix || may_be_prefix) &&
                       (clause.comparison != "~=" || clause.release.size() >= 2);
  return is_good ? std::optional(clause) : std::nullopt;
}

/// -1, 0 or 1, with missing numbers as zeros.
int compare(const std::vector<int>& a, const std::vector<int>& b) {
  for (std::size_t at = 0; at < std::max(a.size(), b.size()); ++at) {
    const int left = at < a.size() ? a[at] : 0;
    const int right = at < b.size() ? b[at] : 0;
    if (left != right) {
      return left < right ? -1 : 1;
    }
  }
  return 0;
}

/// True where the first `length` numbers are those of `prefix`.
bool starts_with(const std::vector<int>& version, const std::vector<int>& prefix, std::size_t length) {
  const auto end = static_cast<std::ptrdiff_t>(std::min(length, version.size()));
  return std::equal(prefix.begin(), prefix.begin() + end, version.begin());
}

bool holds(const RequiresPython::Clause& clause, const std::vector<int>& version) {
  const std::string_view comparison = clause.comparison;
  const int order = compare(version, clause.release);
  const bool is_equal = clause.is_prefix ? starts_with(version, clause.release, clause.release.size()) : order == 0;
  if (comparison == "==" || comparison == "===") {
    return is_equal;
  }
  if (comparison == "!=") {
    return !is_equal;
  }
  if (comparison == "~=") {
    return order >= 0 && starts_with(version, clause.release, clause.release.size() - 1);
  }
  return comparison == "<=" ? order <= 0 : comparison == ">=" ? order >= 0 : comparison == "<" ? order < 0 : order > 0;
}

} // namespace

bool RequiresPython::allows(const Interpreter& interpreter) const {
  const std::vector<int> version = {interpreter.tag.major, interpreter.tag.minor.value_or(0), kAnyPatch};
  return std::all_of(clauses_.begin(), clauses_.end(), [&version](const Clause& one) { return holds(one, version); });
}

Result<RequiresPython> parse_requires_python(std::string_view text) {
  RequiresPython result;
  result.text_ = text;
  std::string_view rest = trimmed(text);
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view one = trimmed(rest.substr(0, comma));
    const auto clause = parse_clause(one);
    if (!clause && !one.empty()) { // a comma at the end is in use and harmless
      return with_hint(fail(ErrorKind::usage, "requires-python '{}': '{}' is no version clause", text, one),
                       "as in \">=3.9,<4\" (PEP 440)");
    }
    if (clause) {
      result.clauses_.push_back(*clause);
    }
    rest = comma == std::string_view::npos ? std::string_view() : trimmed(rest.substr(comma + 1));
  }
  return result;
}

} // namespace wheelforge::matrix
