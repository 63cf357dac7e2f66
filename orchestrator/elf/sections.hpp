// What the section headers add: names and sizes of parts that no loader looks at. Help only, never the truth.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::elf {

/// Whether a streaming reader goes on to the section headers, which stand at the very end of most files.
enum class WantSections : std::uint8_t { no, yes };

/// How much of the section headers is known.
enum class SectionState : std::uint8_t {
  absent,   ///< the file has none (e_shoff or e_shnum is 0)
  not_read, ///< the file says it has some, but the reader stopped before them (RangeCollector)
  broken,   ///< they lie outside of the file or contradict it; an anomaly says how
  read,
};

/// One section header, widened to 64 bits.
struct Section {
  std::string name;
  std::uint32_t type = 0;
  std::uint32_t link = 0;
  std::uint64_t flags = 0;
  std::uint64_t address = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t entry_size = 0;

  bool operator==(const Section&) const = default;
  /// Bytes it takes in the file: 0 for SHT_NOBITS.
  [[nodiscard]] std::uint64_t size_in_file() const { return type == 8 ? 0 : size; }
};

/// The section headers and the sums taken from them.
struct Sections {
  SectionState state = SectionState::absent;
  std::vector<Section> all;           ///< in file order, with the null section
  std::uint64_t debug_bytes = 0;      ///< .debug_*, .zdebug_*, .gnu_debugdata, .gdb_index
  std::uint64_t symtab_bytes = 0;     ///< .symtab and its string table
  std::vector<std::string> compilers; ///< the strings of .comment, sorted, each once

  bool operator==(const Sections&) const = default;
  /// The first section of that name; nullptr when there is none.
  [[nodiscard]] const Section* find(std::string_view name) const;
};

} // namespace wheelforge::elf
