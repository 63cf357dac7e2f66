// Reads an ELF file from a stream: keeps only the ranges that facts come from, and says when it has seen enough.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/elf/elf_file.hpp"
#include "orchestrator/elf/image.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace wheelforge::elf {

/// Whether the stream is read to the section headers, which stand at its very end.
enum class WantSections : std::uint8_t {
  no, ///< stop behind the last table that a loader follows; sections().state becomes not_read
  yes,
};

/// Takes an ELF file's bytes from front to end. The dynamic section names its tables by address and usually stands
/// behind them, so the collector keeps the front of the file until it knows better, and in the rare case that a table
/// was let go it asks for a second pass. Memory: the front (at most kFrontLimit) and the tables themselves.
///
///   RangeCollector collector(size);
///   do {
///     stream(…, [&](auto piece) { return collector.feed(piece) == Progress::more ? Flow::more : Flow::enough; });
///   } while (collector.next_pass());
///   auto file = collector.parse();
class RangeCollector {
public:
  /// How much of the file's front is kept on suspicion. Source: of 1 831 shared objects of 120 wheels, three quarters
  /// have their tables there.
  static constexpr std::uint64_t kFrontLimit = std::uint64_t{32} << 20U;

  /// `size` is the size of the whole file.
  explicit RangeCollector(std::uint64_t size, WantSections sections = WantSections::no);

  enum class Progress : std::uint8_t { more, enough };
  /// The next piece, directly behind the one before. After `enough` further pieces are ignored.
  Progress feed(std::span<const std::byte> piece);
  /// Called when the stream has ended or was stopped: true when the file must be fed once more from its start.
  /// True at most three times.
  [[nodiscard]] bool next_pass();

  /// The facts from what was kept; call when next_pass() has said false. Fails like ElfFile::parse.
  [[nodiscard]] Result<ElfFile> parse() const;
  /// Bytes held at this moment.
  [[nodiscard]] std::uint64_t held_bytes() const;
  /// Bytes of the file that had to be seen.
  [[nodiscard]] std::uint64_t needed_bytes() const;

private:
  struct Piece {
    std::uint64_t offset;
    std::vector<std::byte> bytes;
  };
  std::vector<Piece> pieces_;     ///< kept, sorted by offset
  std::vector<FileRange> wanted_; ///< still ahead or missed, sorted by offset
  std::uint64_t size_;
  std::uint64_t position_ = 0;
  WantSections sections_;
};

} // namespace wheelforge::elf
