// Searches bytes for the marks of data/version_strings.txt.
#include "orchestrator/lifecycle/version_strings.hpp"

#include "orchestrator/lifecycle/version_parts.hpp"

#include "embedded/lifecycle/version_strings.hpp"

#include <algorithm>
#include <array>

#include <cstring>

namespace wheelforge::lifecycle {
namespace {

constexpr std::size_t kLongestVersion = 24;

/// "1.1.1k" from the front; empty where there is no version with a dot.
std::string_view take_version(std::string_view text) {
  std::size_t end = 0;
  std::size_t dots = 0;
  while (end < text.size() && (is_digit(text[end]) || (text[end] == '.' && end > 0 && end + 1 < text.size() &&
                                                       is_digit(text[end - 1]) && is_digit(text[end + 1])))) {
    dots += text[end] == '.' ? 1 : 0;
    ++end;
  }
  for (int letters = 0; letters < 2 && end > 0 && end < text.size() && text[end] >= 'a' && text[end] <= 'z';
       ++letters) {
    ++end;
  }
  return dots == 0 || end > kLongestVersion ? std::string_view() : text.substr(0, end);
}

/// " FIPS 25 Mar 2021" or " 25 Mar 2021" from the front.
bool is_date(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  for (const std::string_view word : {"FIPS", "fips"}) {
    if (text.starts_with(word)) {
      text.remove_prefix(word.size());
      text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    }
  }
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (digits < 1 || digits > 2 || text.size() < digits + 9 || text[digits] != ' ') {
    return false;
  }
  const bool year = std::all_of(text.begin() + digits + 5, text.begin() + digits + 9, is_digit);
  return year && text[digits + 4] == ' ' &&
         std::find(kMonths.begin(), kMonths.end(), text.substr(digits + 1, 3)) != kMonths.end();
}

bool follows(std::string_view rest, const VersionMark& mark) {
  if (mark.after == "{date}") {
    return is_date(rest);
  }
  if (mark.after == "{nul}") {
    return rest.starts_with('\0');
  }
  return rest.starts_with(mark.after);
}

void find_mark(std::string_view text, const VersionMark& mark, std::vector<FoundVersion>& out) {
  const std::string before = mark.before == "{nul}" ? std::string(1, '\0') : mark.before;
  std::size_t at = 0;
  while (at < text.size()) {
    const void* hit = ::memmem(text.data() + at, text.size() - at, before.data(), before.size());
    if (hit == nullptr) {
      return;
    }
    at = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data()) + before.size();
    const std::string_view version = take_version(text.substr(at, kLongestVersion + 2));
    if (!version.empty() && follows(text.substr(at + version.size(), 32), mark)) {
      out.push_back({mark.library, std::string(version)});
    }
  }
}

} // namespace

Result<std::vector<VersionMark>> parse_version_marks(std::string_view text) {
  std::vector<VersionMark> out;
  for (std::size_t line = 1; !text.empty(); ++line) {
    std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(row.size() + 1, text.size()));
    if (row.empty() || row.starts_with('#')) {
      continue;
    }
    std::array<std::string, 4> fields;
    std::size_t count = 0;
    for (; count < fields.size(); ++count) {
      const std::size_t bar = row.find('|');
      fields.at(count) = std::string(row.substr(0, bar));
      if (bar == std::string_view::npos) {
        break;
      }
      row.remove_prefix(bar + 1);
    }
    if (count != 3 || fields[0].empty() || fields[1].empty()) {
      return fail(ErrorKind::invalid_data, "version marks: line {} has not four fields with a library and a mark",
                  line);
    }
    out.push_back({fields[0], fields[1], fields[2], fields[3]});
  }
  return out;
}

const std::vector<VersionMark>& known_version_marks() {
  static const std::vector<VersionMark> kMarks = [] {
    Result<std::vector<VersionMark>> marks = parse_version_marks(embedded::version_strings());
    WF_CHECK(marks.has_value());
    return *std::move(marks);
  }();
  return kMarks;
}

std::vector<FoundVersion> find_versions(std::span<const std::byte> bytes, std::string_view file_name,
                                        const std::vector<VersionMark>& marks) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  std::vector<FoundVersion> out;
  for (const VersionMark& mark : marks) {
    if (file_name.starts_with(mark.file)) {
      find_mark(text, mark, out);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

} // namespace wheelforge::lifecycle
