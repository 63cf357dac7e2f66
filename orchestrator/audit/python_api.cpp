// The embedded tables of C API symbols, read when first asked for.
#include "orchestrator/audit/python_api.hpp"

#include "embedded/audit/python_symbols.hpp"
#include "embedded/audit/stable_abi.hpp"
#include "orchestrator/base/error.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <vector>

namespace wheelforge::audit {
namespace {

using tags::PythonVersion;

struct Range {
  PythonVersion first;
  PythonVersion last;
};

std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

PythonVersion parse_version(std::string_view text) {
  PythonVersion version;
  const std::size_t dot = text.find('.');
  WF_CHECK(dot != std::string_view::npos);
  std::from_chars(text.data(), text.data() + dot, version.major);
  std::from_chars(text.data() + dot + 1, text.data() + text.size(), version.minor);
  return version;
}

/// Calls `take` for each line that is not a comment.
template <class Take>
void for_lines(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line[0] != '#') {
      take(line);
    }
  }
}

using Ranges = std::unordered_map<std::string_view, std::vector<Range>>;

const Ranges& exported() {
  static const Ranges ranges = [] {
    Ranges read;
    for_lines(embedded::python_symbols(), [&](std::string_view line) {
      const PythonVersion first = parse_version(take_word(line));
      const PythonVersion last = parse_version(take_word(line));
      while (!line.empty()) {
        read[take_word(line)].push_back({first, last});
      }
    });
    return read;
  }();
  return ranges;
}

} // namespace

SymbolPresence python_symbol(std::string_view name, PythonVersion version) {
  const auto found = exported().find(name);
  if (found == exported().end()) {
    return version < kFirstKnownPython || version > kLastKnownPython ? SymbolPresence::version_unknown
                                                                     : SymbolPresence::never_seen;
  }
  if (version < kFirstKnownPython) {
    return SymbolPresence::version_unknown;
  }
  const PythonVersion asked = std::min(version, kLastKnownPython);
  const bool is_there = std::any_of(found->second.begin(), found->second.end(),
                                    [&](const Range& range) { return range.first <= asked && asked <= range.last; });
  return is_there ? SymbolPresence::present : SymbolPresence::absent;
}

std::optional<PythonVersion> last_python_with(std::string_view name) {
  const auto found = exported().find(name);
  if (found == exported().end()) {
    return std::nullopt;
  }
  PythonVersion last;
  for (const Range& range : found->second) {
    last = std::max(last, range.last);
  }
  return last < kLastKnownPython ? std::optional(last) : std::nullopt;
}

std::optional<PythonVersion> in_stable_abi_since(std::string_view name) {
  static const std::unordered_map<std::string_view, PythonVersion> since = [] {
    std::unordered_map<std::string_view, PythonVersion> read;
    for_lines(embedded::stable_abi(), [&](std::string_view line) {
      const PythonVersion version = parse_version(take_word(line));
      while (!line.empty()) {
        read.emplace(take_word(line), version);
      }
    });
    return read;
  }();
  const auto found = since.find(name);
  return found == since.end() ? std::nullopt : std::optional(found->second);
}

} // namespace wheelforge::audit
