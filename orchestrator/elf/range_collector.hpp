// Reads an ELF file from a stream: keeps only the ranges that facts come from, and says when it has seen enough.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/elf/elf_file.hpp"
#include "orchestrator/elf/image.hpp"
#include "orchestrator/elf/sections.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace wheelforge::elf {

/// Takes an ELF file's bytes from front to end. The dynamic section names its tables by address and usually stands
/// behind them, so the collector keeps the first segment on suspicion until it knows better; in the rare case that a
/// table was let go it asks for a second pass. Memory: at most `front_limit` and the tables themselves.
///
///   RangeCollector collector(size);
///   do {
///     stream(…, [&](auto piece) { return collector.feed(piece) == Progress::more ? Flow::more : Flow::enough; });
///   } while (collector.next_pass());
///   WF_TRY(auto file, collector.finish());
class RangeCollector {
public:
  /// How much of the first segment is kept on suspicion.
  static constexpr std::uint64_t kFrontLimit = std::uint64_t{32} << 20U;

  /// `size` is the size of the whole file. With WantSections::no the stream may stop behind the last table that a
  /// loader follows: sections().state is `not_read` then, and unloaded_tail() still tells what trails.
  explicit RangeCollector(std::uint64_t size, WantSections sections = WantSections::no,
                          std::uint64_t front_limit = kFrontLimit);

  /// Asks for the section headers as well; too late where the stream was stopped already.
  void want_sections();

  enum class Progress : std::uint8_t { more, enough };
  /// The next piece, directly behind the one before. After `enough` further pieces are ignored.
  Progress feed(std::span<const std::byte> piece);
  /// Called when the stream has ended or was stopped: true when the file must be fed once more from its start (at most
  /// kMaxPasses times in all).
  [[nodiscard]] bool next_pass();
  /// The facts; call once, when next_pass() has said false. Fails like ElfFile::parse, and when the stream was shorter
  /// than the file.
  [[nodiscard]] Result<ElfFile> finish();

  /// Bytes held at this moment.
  [[nodiscard]] std::uint64_t held_bytes() const;
  /// How far into the file the last pass had to read.
  [[nodiscard]] std::uint64_t position() const { return position_; }
  /// Passes begun.
  [[nodiscard]] unsigned passes() const { return passes_; }

  static constexpr unsigned kMaxPasses = 6;

private:
  struct Piece {
    FileRange range;
    std::shared_ptr<std::vector<std::byte>> bytes; ///< what has come of it; a file may keep it
  };
  void keep(std::span<const std::byte> piece);
  void want(FileRange range);
  void hope_for(FileRange range);
  void attempt();
  [[nodiscard]] std::optional<std::uint64_t> next_end() const;

  std::vector<Piece> pieces_; ///< by offset, disjoint
  std::uint64_t size_;
  std::uint64_t front_limit_;
  std::uint64_t position_ = 0;
  unsigned passes_ = 1;
  unsigned attempts_ = 0;
  bool stopped_ = false; ///< nothing more is wanted of this pass
  bool again_ = false;   ///< something was let go
  bool guessed_ = false; ///< the likely places of the tables are among the pieces
  WantSections sections_;
  std::optional<Result<ElfFile>> result_;
};

} // namespace wheelforge::elf
