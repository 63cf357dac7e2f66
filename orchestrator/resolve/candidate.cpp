// Takes file names apart as pip does.
#include "orchestrator/resolve/candidate.hpp"

#include "orchestrator/base/ascii.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::resolve {
namespace {

constexpr std::array<std::string_view, 12> kSdistExtensions = {
    ".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar.lzma", ".tar.lz", ".tlz", ".tar", ".tar.Z"};
constexpr std::size_t kMostTriples = 4096;

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    out.emplace_back(text.substr(0, end));
    if (end == text.size()) {
      return out;
    }
    text.remove_prefix(end + 1);
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

BuildNumber parse_build(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  BuildNumber out;
  out.present = true;
  out.digits.assign(text.begin(), end);
  out.digits.erase(0, std::min(out.digits.find_first_not_of('0'), out.digits.size()));
  out.rest.assign(end, text.end());
  return out;
}

/// What packaging.utils.parse_wheel_filename refuses beyond the number of parts.
bool is_strictly_named(const std::string& project, const std::string& version, const Candidate& candidate) {
  const auto is_identifier = [](const std::string& text) {
    return !text.empty() && !is_digit(text.front()) && std::all_of(text.begin(), text.end(), is_word);
  };
  const auto filled = [](const std::vector<std::string>& parts) {
    return std::none_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
  };
  const bool name_fits = !project.empty() && project.find("__") == std::string::npos &&
                         std::all_of(project.begin(), project.end(), [](char c) { return is_word(c) || c == '.'; });
  return name_fits && parse_version(version) && filled(candidate.abis) && filled(candidate.platforms) &&
         std::all_of(candidate.pythons.begin(), candidate.pythons.end(), is_identifier);
}

Result<Candidate> parse_wheel(std::string_view stem, Names names) {
  std::vector<std::string> parts = split(stem, '-');
  const auto begins_with_digit = [](const std::string& part) { return !part.empty() && is_digit(part.front()); };
  if (names == Names::digit && parts.size() == 6 && !begins_with_digit(parts[1]) && begins_with_digit(parts[2])) {
    parts[0] += "-" + parts[1]; // the version is the first part that can be one
    parts.erase(parts.begin() + 1);
  }
  const bool has_build = parts.size() == 6;
  const bool spaces = stem.find_first_of(" \t\r\n\v\f") != std::string_view::npos;
  if ((parts.size() != 5 && !has_build) || spaces || parts[0].empty() || (has_build && !begins_with_digit(parts[2])) ||
      (names == Names::digit && !begins_with_digit(parts[1]))) {
    return fail(ErrorKind::invalid_data, "it is not named as a wheel");
  }
  Candidate out;
  out.kind = FileKind::wheel;
  out.project = wheel::normalize_distribution(parts[0]);
  out.version = parts[1];
  if (has_build) {
    out.build = parse_build(parts[2]);
  }
  const std::size_t first_tag = has_build ? 3 : 2;
  const auto tags = [&](std::size_t part) {
    const bool is_exact = names == Names::exact || names == Names::digit;
    return split(is_exact ? parts[part] : lower_case(parts[part]), '.');
  };
  out.pythons = tags(first_tag);
  out.abis = tags(first_tag + 1);
  out.platforms = tags(first_tag + 2);
  if (out.pythons.size() * out.abis.size() * out.platforms.size() > kMostTriples) {
    return fail(ErrorKind::invalid_data, "its name stands for more than {} tags", kMostTriples);
  }
  if (names == Names::strict || names == Names::tolerant) {
    const bool fits = is_strictly_named(parts[0], parts[1], out);
    if (!fits && names == Names::strict) {
      return fail(ErrorKind::invalid_data, "its name is not spelled as the wheel specification says");
    }
    out.stops_pip = !fits && !has_build;
  }
  std::replace(out.version.begin(), out.version.end(), '_', '-');
  return out;
}

Result<Candidate> parse_sdist(std::string_view stem, std::string_view project) {
  Candidate out;
  out.kind = FileKind::sdist;
  const std::string wanted = wheel::normalize_distribution(project);
  std::size_t hyphen = project.empty() ? stem.rfind('-') : std::string_view::npos;
  for (std::size_t at = stem.find('-'); !project.empty() && at != std::string_view::npos; at = stem.find('-', at + 1)) {
    if (wheel::normalize_distribution(stem.substr(0, at)) == wanted) {
      hyphen = at;
      break;
    }
  }
  if (hyphen == std::string_view::npos || hyphen + 1 == stem.size()) {
    return fail(ErrorKind::invalid_data, "its name has no version{}",
                project.empty() ? std::string() : " of " + std::string(project));
  }
  out.project = wheel::normalize_distribution(stem.substr(0, hyphen));
  out.version = std::string(stem.substr(hyphen + 1));
  return out;
}

} // namespace

std::strong_ordering BuildNumber::operator<=>(const BuildNumber& that) const {
  if (present != that.present) {
    return present ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  if (digits.size() != that.digits.size()) {
    return digits.size() <=> that.digits.size();
  }
  if (const auto order = digits <=> that.digits; order != 0) {
    return order;
  }
  return rest <=> that.rest;
}

std::vector<std::string> Candidate::tags() const {
  std::vector<std::string> out;
  for (const std::string& python : pythons) {
    for (const std::string& abi : abis) {
      for (const std::string& platform : platforms) {
        out.push_back(python + "-" + abi + "-" + platform);
      }
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<Candidate> parse_candidate(std::string_view file_name, Names names, std::string_view project) {
  if (file_name.ends_with(".whl")) {
    return parse_wheel(file_name.substr(0, file_name.size() - 4), names);
  }
  for (const std::string_view extension : kSdistExtensions) {
    if (file_name.ends_with(extension)) {
      return parse_sdist(file_name.substr(0, file_name.size() - extension.size()), project);
    }
  }
  return fail(ErrorKind::invalid_data, "it is neither a wheel nor a source archive");
}

} // namespace wheelforge::resolve
