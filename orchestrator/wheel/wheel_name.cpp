// Parsing of wheel file names.
#include "orchestrator/wheel/wheel_name.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace wheelforge::wheel {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_alnum(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }
bool is_separator(char c) { return c == '.' || c == '_' || c == '-'; }

/// Letters, digits, "_" and "."; bytes of UTF-8 letters are let through, as pip does.
bool is_distribution_byte(char c) {
  return is_alnum(c) || c == '_' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

/// Walks over the parts of a PEP 440 version. Source: PEP 440 §Appendix B.
class VersionCursor {
public:
  explicit VersionCursor(std::string_view text) : text_(text) {}

  [[nodiscard]] bool at_end() const { return position_ == text_.size(); }

  bool digits() {
    const std::size_t begin = position_;
    while (position_ < text_.size() && is_digit(text_[position_])) {
      ++position_;
    }
    return position_ > begin;
  }

  bool take(char wanted) {
    if (position_ < text_.size() && lower(text_[position_]) == wanted) {
      ++position_;
      return true;
    }
    return false;
  }

  /// An optional "[._-]WORD[._-]N"; longer words must come before their beginnings in `words`.
  template <std::size_t N>
  void phase(const std::array<std::string_view, N>& words) {
    const std::size_t begin = position_;
    separator();
    for (const std::string_view word : words) {
      if (starts_with(word)) {
        position_ += word.size();
        const std::size_t after_word = position_;
        separator();
        if (!digits()) {
          position_ = after_word;
          separator_without_number();
        }
        return;
      }
    }
    position_ = begin;
  }

  /// An optional "-N", the short form of a post release.
  bool implicit_post() {
    const std::size_t begin = position_;
    if (take('-') && digits()) {
      return true;
    }
    position_ = begin;
    return false;
  }

  bool local() {
    for (;;) {
      const std::size_t begin = position_;
      while (position_ < text_.size() && is_alnum(text_[position_])) {
        ++position_;
      }
      if (position_ == begin) {
        return false;
      }
      if (at_end() || !is_separator(text_[position_])) {
        return true;
      }
      ++position_;
    }
  }

  std::size_t mark() const { return position_; }
  void back_to(std::size_t mark) { position_ = mark; }

private:
  void separator() {
    if (position_ < text_.size() && is_separator(text_[position_])) {
      ++position_;
    }
  }

  /// The pattern lets a separator stand behind the word though no number follows: "1.0a." is a version, "1.0a.dev1" is
  /// 1.0a and dev1, whose own separator this would be; either reading accepts.
  void separator_without_number() {
    if (position_ + 1 == text_.size() || (position_ < text_.size() && text_.substr(position_ + 1, 1) == "+")) {
      separator();
    }
  }

  [[nodiscard]] bool starts_with(std::string_view word) const {
    const std::string_view rest = text_.substr(position_, word.size());
    return rest.size() == word.size() &&
           std::equal(rest.begin(), rest.end(), word.begin(), [](char a, char b) { return lower(a) == b; });
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

constexpr std::array<std::string_view, 8> kPre = {"alpha", "a", "beta", "b", "preview", "pre", "c", "rc"};
constexpr std::array<std::string_view, 3> kPost = {"post", "rev", "r"};
constexpr std::array<std::string_view, 1> kDev = {"dev"};

} // namespace

bool is_valid_version(std::string_view version) {
  VersionCursor cursor(version);
  cursor.take('v');
  if (!cursor.digits()) {
    return false;
  }
  if (cursor.take('!') && !cursor.digits()) {
    return false;
  }
  for (;;) {
    const std::size_t before_dot = cursor.mark();
    if (!cursor.take('.') || !cursor.digits()) {
      cursor.back_to(before_dot);
      break;
    }
  }
  cursor.phase(kPre);
  if (!cursor.implicit_post()) {
    cursor.phase(kPost);
  }
  cursor.phase(kDev);
  if (cursor.take('+') && !cursor.local()) {
    return false;
  }
  return cursor.at_end();
}

std::string normalize_distribution(std::string_view name) {
  std::string normal;
  for (const char c : name) {
    if (!is_separator(c)) {
      normal += lower(c);
    } else if (normal.empty() || normal.back() != '-') {
      normal += '-';
    }
  }
  return normal;
}

std::string WheelName::normalized_distribution() const { return normalize_distribution(distribution); }

Result<WheelName> parse_wheel_name(std::string_view file_name) {
  constexpr std::string_view kSuffix = ".whl";
  if (file_name.size() < kSuffix.size() || file_name.substr(file_name.size() - kSuffix.size()) != kSuffix) {
    return fail(ErrorKind::invalid_data, "file name '{}' does not end in .whl", file_name);
  }
  const std::string_view stem = file_name.substr(0, file_name.size() - kSuffix.size());
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= stem.size();) {
    const std::size_t end = std::min(stem.find('-', begin), stem.size());
    parts.push_back(stem.substr(begin, end - begin));
    begin = end + 1;
  }
  if (parts.size() != 5 && parts.size() != 6) {
    return fail(ErrorKind::invalid_data, "file name '{}' has {} parts, wanted name-version[-build]-python-abi-platform",
                file_name, parts.size());
  }
  const bool plain = std::all_of(parts[0].begin(), parts[0].end(), is_distribution_byte);
  if (parts[0].empty() || !plain || parts[0].find("__") != std::string_view::npos) {
    return fail(ErrorKind::invalid_data, "file name '{}': '{}' is not an escaped distribution name", file_name,
                parts[0]);
  }
  if (!is_valid_version(parts[1])) {
    return fail(ErrorKind::invalid_data, "file name '{}': '{}' is not a version (PEP 440)", file_name, parts[1]);
  }
  WheelName name{std::string(parts[0]), std::string(parts[1]), {}, {}};
  if (parts.size() == 6) {
    if (parts[2].empty() || !is_digit(parts[2][0])) {
      return fail(ErrorKind::invalid_data, "file name '{}': build tag '{}' does not begin with a digit", file_name,
                  parts[2]);
    }
    name.build = std::string(parts[2]);
  }
  const std::size_t python = parts.size() - 3;
  auto tags = tags::parse_tag_set(fmt::format("{}-{}-{}", parts[python], parts[python + 1], parts[python + 2]));
  if (!tags) {
    return fail(ErrorKind::invalid_data, "file name '{}': {}", file_name, tags.error().message);
  }
  name.tags = *std::move(tags);
  return name;
}

std::string to_string(const WheelName& name) {
  return fmt::format("{}-{}{}{}-{}.whl", name.distribution, name.version, name.build.empty() ? "" : "-", name.build,
                     to_string(name.tags));
}

} // namespace wheelforge::wheel
