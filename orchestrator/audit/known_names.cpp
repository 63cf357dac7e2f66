// The embedded lists behind known_names.hpp, read when first asked for.
#include "orchestrator/audit/known_names.hpp"

#include "orchestrator/toolchain/provider_lookup.hpp"

#include "embedded/audit/libc_symbols.hpp"
#include "embedded/audit/musl_symbols.hpp"
#include "embedded/audit/provider_libraries.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace wheelforge::audit {
namespace {

/// The lines of a data file without comments.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0 && text[0] != '#') {
      lines.push_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

} // namespace

bool is_libc_symbol(std::string_view name) {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> read = lines_of(embedded::libc_symbols());
    std::sort(read.begin(), read.end());
    return read;
  }();
  return std::binary_search(names.begin(), names.end(), name);
}

std::string_view musl_release_of(std::string_view symbol) {
  static const std::map<std::string_view, std::string_view> releases = [] {
    std::map<std::string_view, std::string_view> read;
    for (std::string_view line : lines_of(embedded::musl_symbols())) {
      const std::string_view release = line.substr(0, line.find(' '));
      for (line.remove_prefix(release.size()); !line.empty();) {
        line.remove_prefix(1);
        const std::string_view name = line.substr(0, line.find(' '));
        read.emplace(name, release);
        line.remove_prefix(name.size());
      }
    }
    return read;
  }();
  const auto found = releases.find(symbol);
  return found == releases.end() ? std::string_view() : found->second;
}

std::optional<bool> brings_library(std::string_view distribution, std::string_view soname) {
  static const std::vector<std::string_view> lines = lines_of(embedded::provider_libraries());
  std::optional<bool> known;
  std::size_t best = 0; // "nvidia-cusparselt-cu12" is nvidia-cusparselt, not nvidia-cusparse
  for (std::string_view line : lines) {
    const std::string_view package = line.substr(0, line.find(' '));
    const bool matches = starts_with(distribution, package) &&
                         (distribution.size() == package.size() || distribution[package.size()] == '-');
    if (!matches || package.size() < best) {
      continue;
    }
    best = package.size();
    known = false;
    for (line.remove_prefix(package.size()); !line.empty();) {
      line.remove_prefix(1);
      const std::string_view prefix = line.substr(0, line.find(' '));
      known = *known || starts_with(soname, prefix);
      line.remove_prefix(prefix.size());
    }
  }
  return known;
}

bool is_driver_library(std::string_view soname) {
  return toolchain::is_driver_library(toolchain::known_recipes(), soname);
}

std::optional<tags::LibcVersion> provider_floor(std::string_view distribution, std::string_view soname) {
  const std::string required(distribution);
  const auto provided = toolchain::find_provided(toolchain::known_recipes(), soname, std::span(&required, 1));
  return provided ? std::optional(provided->floor) : std::nullopt;
}

} // namespace wheelforge::audit
