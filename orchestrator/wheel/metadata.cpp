// Parsing of METADATA and WHEEL.
#include "orchestrator/wheel/metadata.hpp"

#include "orchestrator/wheel/wheel_name.hpp"

#include <algorithm>

namespace wheelforge::wheel {
namespace {

constexpr std::size_t kMaxHeaders = 100'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes one line off the front of `text`, without its LF or CRLF.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  return line;
}

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

} // namespace

std::string_view Headers::first(std::string_view name) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Header& h) { return same_name(h.name, name); });
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

std::vector<std::string> Headers::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const Header& header : fields) {
    if (same_name(header.name, name)) {
      values.push_back(header.value);
    }
  }
  return values;
}

Result<Headers> parse_headers(std::string_view text) {
  Headers headers;
  if (text.substr(0, 3) == "\xef\xbb\xbf") {
    text.remove_prefix(3);
  }
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (line.empty()) {
      headers.body = std::string(text);
      break;
    }
    if (line.find('\0') != std::string_view::npos) {
      return fail(ErrorKind::invalid_data, "line {} has a NUL byte", number);
    }
    if (line[0] == ' ' || line[0] == '\t') {
      if (headers.fields.empty()) {
        return fail(ErrorKind::invalid_data, "line {} is a continuation, but nothing stands before it", number);
      }
      (headers.fields.back().value += '\n') += trimmed(line);
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_header_name(line.substr(0, colon))) {
      return fail(ErrorKind::invalid_data, "line {} '{}' is not of the form Name: value", number, line.substr(0, 60));
    }
    if (headers.fields.size() == kMaxHeaders) {
      return fail(ErrorKind::invalid_data, "more than {} headers", kMaxHeaders);
    }
    headers.fields.push_back({std::string(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1)))});
  }
  return headers;
}

std::vector<std::string> Metadata::required_distributions() const {
  std::vector<std::string> names;
  for (const std::string& requirement : requires_dist) {
    const std::size_t end = requirement.find_first_of(" \t([;<>=!~@\n");
    names.push_back(normalize_distribution(requirement.substr(0, end)));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<Metadata> parse_metadata(std::string_view text) {
  WF_TRY(const Headers headers, parse_headers(text));
  for (const std::string_view wanted : {"Metadata-Version", "Name", "Version"}) {
    if (headers.first(wanted).empty()) {
      return fail(ErrorKind::invalid_data, "the header {} is missing", wanted);
    }
  }
  Metadata metadata;
  metadata.metadata_version = headers.first("Metadata-Version");
  metadata.name = headers.first("Name");
  metadata.version = headers.first("Version");
  metadata.requires_python = headers.first("Requires-Python");
  metadata.license = headers.first("License-Expression");
  if (metadata.license.empty()) {
    metadata.license = headers.first("License");
  }
  metadata.license_files = headers.all("License-File");
  metadata.requires_dist = headers.all("Requires-Dist");
  metadata.provides_extra = headers.all("Provides-Extra");
  metadata.dynamic = headers.all("Dynamic");
  return metadata;
}

Result<WheelFile> parse_wheel_file(std::string_view text) {
  WF_TRY(const Headers headers, parse_headers(text));
  WheelFile file;
  file.wheel_version = headers.first("Wheel-Version");
  if (file.wheel_version.substr(0, file.wheel_version.find('.')) != "1") {
    return fail(ErrorKind::invalid_data, "Wheel-Version is '{}', wanted 1.0", file.wheel_version);
  }
  file.generator = headers.first("Generator");
  const std::string_view purelib = headers.first("Root-Is-Purelib");
  if (!same_name(purelib, "true") && !same_name(purelib, "false")) {
    return fail(ErrorKind::invalid_data, "Root-Is-Purelib is '{}', wanted true or false", purelib);
  }
  file.root_is_purelib = same_name(purelib, "true");
  file.tags = headers.all("Tag");
  file.build = headers.first("Build");
  return file;
}

} // namespace wheelforge::wheel
