// Reads and compares PEP 440 versions; decides specifiers.
#include "orchestrator/resolve/version.hpp"

#include "orchestrator/base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

namespace wheelforge::resolve {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); }
bool is_separator(char c) { return c == '.' || c == '-' || c == '_'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// Reads a version from front to end; every member returns false where the text has something else there.
class Scanner {
public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool take(char c) {
    const bool yes = !rest_.empty() && rest_.front() == c;
    rest_.remove_prefix(yes ? 1 : 0);
    return yes;
  }

  bool take(std::string_view word) {
    const bool yes = rest_.starts_with(word);
    rest_.remove_prefix(yes ? word.size() : 0);
    return yes;
  }

  /// Digits; numbers beyond 64 bits are refused.
  std::optional<std::uint64_t> number() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc() || end == rest_.data()) {
      return std::nullopt;
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  /// [-_.]? WORD [-_.]? N?: the number, 0 where none is written; nothing where the word is not there.
  template <std::size_t N>
  std::optional<std::pair<std::string_view, std::uint64_t>> marked(const std::array<std::string_view, N>& words) {
    const std::string_view before = rest_;
    if (!rest_.empty() && is_separator(rest_.front())) {
      rest_.remove_prefix(1);
    }
    for (const std::string_view word : words) {
      if (take(word)) {
        const std::string_view after = rest_;
        if (!rest_.empty() && is_separator(rest_.front())) {
          rest_.remove_prefix(1);
        }
        const std::optional<std::uint64_t> value = number();
        if (!value) {
          rest_ = after;
        }
        return std::pair{word, value.value_or(0)};
      }
    }
    rest_ = before;
    return std::nullopt;
  }

  /// "-N": a post-release without its name.
  std::optional<std::uint64_t> implicit_post() {
    if (rest_.size() < 2 || rest_.front() != '-' || !is_digit(rest_[1])) {
      return std::nullopt;
    }
    rest_.remove_prefix(1);
    return number();
  }

  /// The parts after "+", separated by dots, hyphens or underscores.
  bool local(std::vector<std::string>& out) {
    while (true) {
      std::size_t size = 0;
      while (size < rest_.size() && is_alnum(rest_[size])) {
        ++size;
      }
      if (size == 0) {
        return false;
      }
      out.emplace_back(rest_.substr(0, size));
      rest_.remove_prefix(size);
      if (rest_.empty()) {
        return true;
      }
      if (!is_separator(rest_.front())) {
        return false;
      }
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest() const { return rest_; }

private:
  std::string_view rest_;
};

constexpr std::array<std::string_view, 8> kPreWords = {"alpha", "beta", "preview", "pre", "rc", "a", "b", "c"};
constexpr std::array<std::string_view, 3> kPostWords = {"post", "rev", "r"};
constexpr std::array<std::string_view, 1> kDevWords = {"dev"};

std::string short_name(std::string_view word) {
  return word == "alpha" || word == "a" ? "a" : word == "beta" || word == "b" ? "b" : "rc";
}

/// Epoch and release: "1!2.0".
bool read_release(Scanner& scanner, Version& out) {
  scanner.take('v');
  std::optional<std::uint64_t> number = scanner.number();
  if (number && scanner.take('!')) {
    out.epoch = *number;
    number = scanner.number();
  }
  while (number) {
    out.release.push_back(*number);
    if (scanner.rest().size() < 2 || scanner.rest().front() != '.' || !is_digit(scanner.rest()[1])) {
      return true;
    }
    scanner.take('.');
    number = scanner.number();
  }
  return false;
}

void strip_zeros(std::vector<std::uint64_t>& release) {
  while (release.size() > 1 && release.back() == 0) {
    release.pop_back();
  }
}

/// A dev-release before everything, then the pre-releases, then the release itself.
std::tuple<int, std::string_view, std::uint64_t> pre_key(const Version& version) {
  if (!version.pre) {
    const bool only_dev = !version.post && version.dev;
    return {only_dev ? 0 : 2, {}, 0};
  }
  return {1, version.pre->first, version.pre->second};
}

/// How many numbers a valid version's release is written with: 3 in "1.2.0.post1".
std::size_t written_numbers(std::string_view version) {
  const std::string normal = lower_case(version);
  Scanner scanner(normal);
  scanner.take('v');
  std::size_t count = 0;
  while (scanner.number()) {
    ++count;
    if (scanner.take('!')) {
      count = 0;
    } else if (!scanner.take('.')) {
      break;
    }
  }
  return count;
}

bool is_number(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

/// How packaging prints a version: numbers without leading zeros, the zeros at the end of the release kept.
std::string normal_text(const Version& version) {
  std::string out = version.epoch == 0 ? std::string() : fmt::format("{}!", version.epoch);
  out += fmt::format("{}", fmt::join(version.release, "."));
  if (version.pre) {
    out += fmt::format("{}{}", version.pre->first, version.pre->second);
  }
  out += version.post ? fmt::format(".post{}", *version.post) : std::string();
  out += version.dev ? fmt::format(".dev{}", *version.dev) : std::string();
  char separator = '+';
  for (const std::string& part : version.local) {
    std::string_view shown = part;
    if (is_number(part)) {
      shown.remove_prefix(std::min(shown.find_first_not_of('0'), shown.size() - 1));
    }
    out += separator;
    out += shown;
    separator = '.';
  }
  return out;
}

/// Numbers by value and above words; words by text; a longer list above its beginning (PEP 440 §Local versions).
std::strong_ordering compare_local(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const bool a_number = is_number(a[i]);
    const bool b_number = is_number(b[i]);
    if (a_number != b_number) {
      return a_number ? std::strong_ordering::greater : std::strong_ordering::less;
    }
    std::string_view left = a[i];
    std::string_view right = b[i];
    if (a_number) {
      left.remove_prefix(std::min(left.find_first_not_of('0'), left.size()));
      right.remove_prefix(std::min(right.find_first_not_of('0'), right.size()));
      if (left.size() != right.size()) {
        return left.size() <=> right.size();
      }
    }
    if (const auto order = left <=> right; order != std::strong_ordering::equal) {
      return order;
    }
  }
  return a.size() <=> b.size();
}

} // namespace

std::strong_ordering Version::operator<=>(const Version& that) const {
  constexpr std::uint64_t kLast = ~std::uint64_t{0};
  if (const auto order = std::tie(epoch, release) <=> std::tie(that.epoch, that.release); order != 0) {
    return order;
  }
  if (const auto order = pre_key(*this) <=> pre_key(that); order != 0) {
    return order;
  }
  if (const auto order = post <=> that.post; order != 0) {
    return order;
  }
  if (const auto order = dev.value_or(kLast) <=> that.dev.value_or(kLast); order != 0) {
    return order;
  }
  return compare_local(local, that.local);
}

Result<Version> parse_version(std::string_view text) {
  const std::string normal = lower_case(trim(text));
  Scanner scanner(normal);
  Version out;
  out.text = std::string(trim(text));
  bool valid = read_release(scanner, out);
  if (const auto pre = scanner.marked(kPreWords)) {
    out.pre = {short_name(pre->first), pre->second};
  }
  if (const auto post = scanner.implicit_post()) {
    out.post = *post;
  } else if (const auto named = scanner.marked(kPostWords)) {
    out.post = named->second;
  }
  if (const auto dev = scanner.marked(kDevWords)) {
    out.dev = dev->second;
  }
  valid = valid && (!scanner.take('+') || scanner.local(out.local)) && scanner.done();
  if (!valid) {
    return fail(ErrorKind::usage, "version {:?}, wanted a PEP 440 version such as 1.2.3", std::string(text));
  }
  out.normal = normal_text(out);
  strip_zeros(out.release);
  return out;
}

Result<SpecifierSet> SpecifierSet::parse(std::string_view text) {
  SpecifierSet out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view clause = trim(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (!clause.empty()) {
      WF_TRY(Clause one, parse_clause(clause));
      out.clauses_.push_back(std::move(one));
    }
  }
  return out;
}

Result<SpecifierSet::Clause> SpecifierSet::parse_clause(std::string_view text) {
  Clause out;
  for (const std::string_view symbol : {"===", "==", "~=", "!=", "<=", ">=", "<", ">"}) {
    if (text.starts_with(symbol)) {
      out.symbol = symbol;
      break;
    }
  }
  std::string_view version = trim(text.substr(out.symbol.size()));
  if (out.symbol == "===" && !version.empty()) {
    out.version = parse_version(version).value_or(Version());
    out.version.text = std::string(version);
    return out;
  }
  out.wildcard = (out.symbol == "==" || out.symbol == "!=") && version.ends_with(".*");
  if (out.wildcard) {
    version.remove_suffix(2);
  }
  Result<Version> parsed = parse_version(version);
  if (out.symbol.empty() || !parsed) {
    return fail(ErrorKind::usage, "specifier {:?}, wanted clauses such as >=3.8 or ==1.2.*", std::string(text));
  }
  out.version = *std::move(parsed);
  out.numbers = written_numbers(version);
  if (out.symbol == "~=" && out.numbers < 2) {
    return fail(ErrorKind::usage, "specifier {:?}, wanted at least two numbers after ~=", std::string(text));
  }
  return out;
}

bool SpecifierSet::contains(const Version& version) const {
  return std::all_of(clauses_.begin(), clauses_.end(),
                     [&version](const Clause& clause) { return satisfies(version, clause); });
}

bool SpecifierSet::satisfies(const Version& version, const Clause& clause) {
  const auto starts_with = [&version](const Version& prefix, std::size_t numbers) {
    bool same = version.epoch == prefix.epoch;
    for (std::size_t i = 0; i < numbers; ++i) {
      same = same && version.number(i) == prefix.number(i);
    }
    return same;
  };
  Version plain = version; // the local part counts only where the clause has one
  if (clause.version.local.empty()) {
    plain.local.clear();
  }
  const Version& wanted = clause.version;
  if (clause.symbol == "===") {
    return lower_case(version.normal) == lower_case(wanted.text);
  }
  if (clause.wildcard) {
    return starts_with(wanted, clause.numbers) == (clause.symbol == "==");
  }
  if (clause.symbol == "==" || clause.symbol == "!=") {
    return (plain == wanted) == (clause.symbol == "==");
  }
  if (clause.symbol == "~=") {
    return plain >= wanted && starts_with(wanted, clause.numbers - 1);
  }
  if (clause.symbol == "<=" || clause.symbol == ">=") {
    plain.local.clear();
    return clause.symbol == "<=" ? plain <= wanted : plain >= wanted;
  }
  // PEP 440: an exclusive comparison takes no pre-release of the version named, and no post-release or local of it.
  Version base = version;
  base.pre.reset();
  base.post.reset();
  base.dev.reset();
  base.local.clear();
  Version wanted_base = wanted;
  wanted_base.pre.reset();
  wanted_base.post.reset();
  wanted_base.dev.reset();
  wanted_base.local.clear();
  const bool same_base = base == wanted_base;
  if (clause.symbol == "<") {
    return version < wanted && !(same_base && version.is_prerelease() && !wanted.is_prerelease());
  }
  const bool later_spelling = same_base && ((version.post && !wanted.post) || !version.local.empty());
  return version > wanted && !later_spelling;
}

bool SpecifierSet::names_prerelease(const std::set<std::string, std::less<>>& operators) const {
  return std::any_of(clauses_.begin(), clauses_.end(), [&operators](const Clause& clause) {
    return operators.contains(clause.symbol) && clause.version.is_prerelease();
  });
}

bool SpecifierSet::is_pinned() const {
  return std::any_of(clauses_.begin(), clauses_.end(), [](const Clause& clause) {
    return clause.symbol == "===" || (clause.symbol == "==" && !clause.wildcard);
  });
}

} // namespace wheelforge::resolve
