// Reading machines.txt and symbols.txt.
#include "orchestrator/loader/machine_table.hpp"

#include "embedded/loader/machines.hpp"
#include "embedded/loader/symbols.hpp"

#include <algorithm>
#include <charconv>

namespace wheelforge::loader {
namespace {

template <class T>
bool read_number(std::string_view text, T& number, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

/// Calls take(line, number) for each line that is neither empty nor a comment, until it fails.
template <class Take>
Result<void> for_lines(std::string_view text, Take take) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (!line.empty() && line[0] != '#') {
      WF_TRY_VOID(take(line, number));
    }
  }
  return {};
}

tl::unexpected<Error> bad_line(std::size_t number, std::string_view line, std::string_view wanted) {
  return fail(ErrorKind::invalid_data, "line {} is {:?}, wanted {}", number, std::string(line.substr(0, 80)), wanted);
}

class MachineParser {
public:
  Result<void> take(std::string_view line, std::size_t number) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty()) {
      return {};
    }
    if (words[0] == "machine") {
      return begin(words, line, number);
    }
    if (rows_.empty()) {
      return bad_line(number, line, "a line \"machine …\" first");
    }
    MachineRow& row = rows_.back();
    if (words[0] == "python" && words.size() > 1) {
      row.python = words[1];
      row.python_needs.assign(words.begin() + 2, words.end());
      return {};
    }
    if (words[0] == "package" && words.size() > 1) {
      row.packages[words[1]].assign(words.begin() + 2, words.end());
      return {};
    }
    if (words[0] == "lib") {
      return begin_library(words, line, number);
    }
    if (line[0] == ' ' && !row.libraries.empty()) {
      return detail(words, row.libraries.back(), line, number);
    }
    return bad_line(number, line, "machine, python, package or lib");
  }

  std::vector<MachineRow> finish() { return std::move(rows_); }

private:
  Result<void> begin(const std::vector<std::string_view>& words, std::string_view line, std::size_t number) {
    MachineRow row;
    const std::string_view version = words.size() == 6 ? words[4] : std::string_view();
    const std::size_t dot = version.find('.');
    const auto arch = words.size() == 6 ? tags::find_architecture(words[2]) : std::nullopt;
    if (!arch || dot == std::string_view::npos || !read_number(version.substr(0, dot), row.libc_version.major) ||
        !read_number(version.substr(dot + 1), row.libc_version.minor) || (words[3] != "glibc" && words[3] != "musl")) {
      return bad_line(number, line, "machine NAME ARCH glibc|musl VERSION packages");
    }
    row.id = words[1];
    row.arch = *arch;
    row.libc = words[3] == "musl" ? platform::Libc::musl : platform::Libc::glibc;
    rows_.push_back(std::move(row));
    return {};
  }

  Result<void> begin_library(const std::vector<std::string_view>& words, std::string_view line, std::size_t number) {
    if (words.size() != 4 && (words.size() != 6 || words[4] != "=")) {
      return bad_line(number, line, "lib FILE PATH PACKAGE [= FILE]");
    }
    std::vector<SystemLibrary>& libraries = rows_.back().libraries;
    SystemLibrary library;
    if (words.size() == 6) {
      const auto same = std::find_if(libraries.begin(), libraries.end(),
                                     [&](const SystemLibrary& other) { return other.file == words[5]; });
      if (same == libraries.end()) {
        return bad_line(number, line, "a library above behind the \"=\"");
      }
      library = *same;
    } else {
      library.symbols = words[1];
      library.soname = words[1];
    }
    library.file = words[1];
    library.path = std::string(words[2]);
    library.package = words[3];
    libraries.push_back(std::move(library));
    return {};
  }

  static Result<void> detail(const std::vector<std::string_view>& words, SystemLibrary& library, std::string_view line,
                             std::size_t number) {
    const std::vector<std::string_view> rest(words.begin() + 1, words.end());
    if (words[0] == "needs") {
      library.needed = rest;
    } else if (words[0] == "opaque") {
      library.is_opaque = true;
    } else if (words[0] == "versions") {
      library.versions = rest;
    } else if (words[0] == "soname" && rest.size() == 1) {
      library.soname = rest[0];
    } else if (words[0] == "runpath" && rest.size() == 1) {
      library.runpath = rest[0];
    } else if (words[0] == "tls" && rest.size() >= 2 && read_number(rest[0], library.tls_size) &&
               read_number(rest[1], library.tls_alignment)) {
      library.tls_static = rest.size() > 2;
    } else {
      return bad_line(number, line, "needs, versions, soname, runpath, tls or opaque");
    }
    return {};
  }

  std::vector<MachineRow> rows_;
};

} // namespace

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) {
      words.push_back(line.substr(0, end));
    }
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

Result<std::vector<MachineRow>> parse_machines(std::string_view text) {
  MachineParser parser;
  WF_TRY_VOID(for_lines(text, [&](std::string_view line, std::size_t number) { return parser.take(line, number); }));
  return parser.finish();
}

Result<SymbolTable> SymbolTable::parse(std::string_view text) {
  SymbolTable table;
  table.by_name_.reserve(text.size() / 24);
  std::string_view library;
  WF_TRY_VOID(for_lines(text, [&](std::string_view line, std::size_t number) -> Result<void> {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() < 2) {
      return bad_line(number, line, "machines, lib, or VERSION MASK NAME…");
    }
    if (words[0] == "machines") {
      table.machines_.assign(words.begin() + 1, words.end());
      return {};
    }
    if (words[0] == "lib") {
      library = words[1];
      return {};
    }
    SymbolRow row{library, words[0], false, 0};
    if (row.version.back() == '@') {
      row.version.remove_suffix(1);
      row.hidden = true;
    }
    if (row.version == "-") {
      row.version = {};
    }
    if (library.empty() || !read_number(words[1], row.mask, 16)) {
      return bad_line(number, line, "VERSION MASK NAME… below a line \"lib …\"");
    }
    table.rows_.push_back(row);
    for (std::size_t i = 2; i < words.size(); ++i) {
      table.by_name_.emplace(words[i], static_cast<std::uint32_t>(table.rows_.size() - 1));
    }
    return {};
  }));
  return table;
}

std::uint32_t SymbolTable::mask_of(std::string_view machine) const {
  const auto found = std::find(machines_.begin(), machines_.end(), machine);
  return found == machines_.end() ? 0 : std::uint32_t{1} << static_cast<unsigned>(found - machines_.begin());
}

const std::vector<MachineRow>& known_rows() {
  static const std::vector<MachineRow> rows = [] {
    auto parsed = parse_machines(embedded::machines());
    WF_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return rows;
}

const SymbolTable& known_symbols() {
  static const SymbolTable table = [] {
    auto parsed = SymbolTable::parse(embedded::symbols());
    WF_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return table;
}

} // namespace wheelforge::loader
