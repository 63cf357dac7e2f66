// The collector: keeps what the parser asks for while the file streams by.
#include "orchestrator/elf/range_collector.hpp"

#include "orchestrator/elf/elf_parser.hpp"

#include <algorithm>

namespace wheelforge::elf {
namespace {

/// Enough for the header and the program headers of every usual file.
constexpr std::uint64_t kFirstBytes = 4096;
/// Honest files need fewer than ten attempts and a tenth of the memory.
constexpr unsigned kMaxAttempts = 64;
constexpr std::uint64_t kMaxHeld = std::uint64_t{256} << 20U;

} // namespace

RangeCollector::RangeCollector(std::uint64_t size, WantSections sections, std::uint64_t front_limit)
    : size_(size), front_limit_(front_limit), sections_(sections) {
  want({0, std::min(size, kFirstBytes)});
}

void RangeCollector::want_sections() {
  if (!result_ && sections_ == WantSections::no) {
    sections_ = WantSections::yes;
    guessed_ = false;
    if (attempts_ > 0) {
      attempt(); // their likely places are to be kept before they go by
    }
  }
}

/// Adds a range to what is kept. What has gone by already, and was not kept, needs another pass.
void RangeCollector::want(FileRange range) {
  // Ranges that touch or overlap become one piece, since a table must be at hand in one.
  FileRange merged = range;
  std::vector<Piece> inside;
  for (auto piece = pieces_.begin(); piece != pieces_.end();) {
    if (piece->range.offset <= merged.end() && merged.offset <= piece->range.end()) {
      const std::uint64_t end = std::max(merged.end(), piece->range.end());
      merged.offset = std::min(merged.offset, piece->range.offset);
      merged.size = end - merged.offset;
      inside.push_back(std::move(*piece));
      piece = pieces_.erase(piece);
    } else {
      ++piece;
    }
  }
  // Of the old pieces only one that begins the new one and is filled up to here can go on.
  Piece piece{merged, std::make_shared<std::vector<std::byte>>()};
  if (!inside.empty() && inside.front().range.offset == merged.offset) {
    piece.bytes = std::move(inside.front().bytes);
  }
  piece.bytes->reserve(static_cast<std::size_t>(merged.size));
  const std::uint64_t filled = merged.offset + piece.bytes->size();
  again_ = again_ || (filled < position_ && filled < merged.end());
  const auto at = std::lower_bound(pieces_.begin(), pieces_.end(), merged.offset,
                                   [](const Piece& a, std::uint64_t offset) { return a.range.offset < offset; });
  pieces_.insert(at, std::move(piece));
}

/// Like want(), but for what may turn out not to be needed: nothing goes back for it.
void RangeCollector::hope_for(FileRange range) {
  const bool goes_on = std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
    return piece.range.offset <= range.offset && piece.range.offset + piece.bytes->size() >= position_;
  });
  if (!goes_on && range.offset < position_) {
    const std::uint64_t end = std::max(range.end(), position_);
    range = {position_, end - position_};
  }
  if (range.size > 0) {
    want(range);
  }
}

void RangeCollector::keep(std::span<const std::byte> piece) {
  const std::uint64_t end = position_ + piece.size();
  for (Piece& kept : pieces_) {
    const std::uint64_t filled = kept.range.offset + kept.bytes->size();
    if (filled < position_ && kept.range.offset < position_) {
      continue; // has a hole: the next pass fills it
    }
    const std::uint64_t from = std::max(filled, position_);
    const std::uint64_t to = std::min(kept.range.end(), end);
    if (from < to) {
      const auto part = piece.subspan(static_cast<std::size_t>(from - position_), static_cast<std::size_t>(to - from));
      kept.bytes->insert(kept.bytes->end(), part.begin(), part.end());
    }
  }
  position_ = end;
}

/// Parses with what is at hand; either that does it, or it says what is missing.
void RangeCollector::attempt() {
  if (++attempts_ > kMaxAttempts || held_bytes() > kMaxHeld) {
    result_ = fail(ErrorKind::invalid_data, "after {} attempts at the ELF file its tables have taken {} bytes",
                   attempts_, held_bytes());
    stopped_ = true;
    return;
  }
  Image image(size_);
  for (const Piece& piece : pieces_) {
    image.add(piece.range.offset, *piece.bytes, piece.bytes);
  }
  ElfParser parser(image, sections_);
  const Result<void> run = parser.run();
  if (parser.missing().empty()) {
    result_ = run ? Result<ElfFile>(parser.take()) : tl::unexpected(run.error());
    stopped_ = true;
    return;
  }
  if (!guessed_ && !parser.likely().empty()) {
    guessed_ = true;
    hope_for({0, std::min(parser.likely().front().size, front_limit_)});
    std::for_each(parser.likely().begin() + 1, parser.likely().end(), [this](const FileRange& r) { hope_for(r); });
  }
  std::uint64_t wanted = held_bytes();
  for (const FileRange& range : parser.missing()) {
    wanted += range.size;
    if (wanted > kMaxHeld) {
      result_ = fail(ErrorKind::invalid_data, "the tables of the ELF file take more than {} bytes", kMaxHeld);
      stopped_ = true;
      return;
    }
    want(range);
  }
}

/// Where the next wanted range that is still on its way ends; nothing when there is none.
std::optional<std::uint64_t> RangeCollector::next_end() const {
  std::optional<std::uint64_t> next;
  for (const Piece& piece : pieces_) {
    if (piece.bytes->size() < piece.range.size && piece.range.offset + piece.bytes->size() >= position_) {
      next = std::min(next.value_or(piece.range.end()), piece.range.end());
    }
  }
  return next;
}

RangeCollector::Progress RangeCollector::feed(std::span<const std::byte> piece) {
  piece = piece.first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size_ - position_)));
  // In steps, since what an attempt asks for may lie in the rest of this very piece.
  while (!stopped_) {
    const auto end = next_end();
    if (!end && again_) {
      stopped_ = true; // all that is left to get lies behind us
    } else if (!end) {
      attempt();
    } else if (piece.empty()) {
      break;
    } else {
      const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), *end - position_));
      keep(piece.first(step));
      piece = piece.subspan(step);
    }
  }
  return stopped_ ? Progress::enough : Progress::more;
}

bool RangeCollector::next_pass() {
  if (result_ || !again_ || passes_ >= kMaxPasses) {
    return false;
  }
  ++passes_;
  again_ = false;
  stopped_ = false;
  position_ = 0;
  for (Piece& piece : pieces_) {
    if (piece.bytes->size() < piece.range.size) {
      piece.bytes->clear();
    }
  }
  return true;
}

Result<ElfFile> RangeCollector::finish() {
  if (result_) {
    return std::move(*result_);
  }
  if (!again_) {
    return fail(ErrorKind::invalid_data, "the ELF file ends after {} of {} bytes", position_, size_);
  }
  return fail(ErrorKind::invalid_data, "the tables of the ELF file were not found in {} passes", passes_);
}

std::uint64_t RangeCollector::held_bytes() const {
  std::uint64_t held = 0;
  for (const Piece& piece : pieces_) {
    held += piece.bytes->size();
  }
  return held;
}

} // namespace wheelforge::elf
