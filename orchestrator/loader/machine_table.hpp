// The tables that scripts/loader-tables wrote, as values. Private to this module.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/loader/machine.hpp"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelforge::loader {

/// One machine as machines.txt has it.
struct MachineRow {
  std::string_view id;
  tags::Architecture arch = tags::Architecture::x86_64;
  platform::Libc libc = platform::Libc::glibc;
  tags::LibcVersion libc_version;
  std::string_view python; ///< the executable's name: "python3.11"
  std::vector<std::string_view> python_needs;
  std::vector<SystemLibrary> libraries;
  std::map<std::string_view, std::vector<std::string_view>> packages; ///< name → the packages that come with it
};

/// Reads machines.txt; the text must outlive the rows. Fails (kind invalid_data) with the line that is wrong.
[[nodiscard]] Result<std::vector<MachineRow>> parse_machines(std::string_view text);

/// Who exports a symbol.
struct SymbolRow {
  std::string_view library;
  std::string_view version; ///< empty: none
  bool hidden = false;
  std::uint32_t mask = 0; ///< the machines, by place in the table
};

/// symbols.txt: which libraries export a name.
class SymbolTable {
public:
  /// Reads the table; the text must outlive it. Fails (kind invalid_data) with the line that is wrong.
  [[nodiscard]] static Result<SymbolTable> parse(std::string_view text);

  [[nodiscard]] const std::vector<std::string_view>& machines() const { return machines_; }
  /// The bits of a machine; 0 where the table does not have it.
  [[nodiscard]] std::uint32_t mask_of(std::string_view machine) const;
  /// Calls take(row) for each library that exports the name.
  template <class Take>
  void for_exporters(std::string_view name, Take take) const {
    const auto [begin, end] = by_name_.equal_range(name);
    for (auto at = begin; at != end; ++at) {
      take(rows_[at->second]);
    }
  }

private:
  std::vector<std::string_view> machines_;
  std::vector<SymbolRow> rows_;
  std::unordered_multimap<std::string_view, std::uint32_t> by_name_;
};

/// The tables that were linked into the program, read when first asked for.
[[nodiscard]] const std::vector<MachineRow>& known_rows();
[[nodiscard]] const SymbolTable& known_symbols();

/// The words of a line.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);

/// A machine of a distribution whose packages were not read.
[[nodiscard]] Result<Machine> derive_machine(const platform::Distribution& distribution, tags::Architecture arch);

} // namespace wheelforge::loader
