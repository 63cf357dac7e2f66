// Lookups in the bytes at hand.
#include "orchestrator/elf/image.hpp"

#include "orchestrator/base/byte_cursor.hpp"

#include <algorithm>

namespace wheelforge::elf {

bool Image::inside(FileRange range) const { return range_inside(range.offset, range.size, size_); }

std::optional<std::span<const std::byte>> Image::at(FileRange range) const {
  if (!inside(range)) {
    return std::nullopt;
  }
  if (range.size == 0) {
    return std::span<const std::byte>();
  }
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), range.offset,
                                      [](std::uint64_t offset, const Piece& piece) { return offset < piece.offset; });
  if (after == pieces_.begin()) {
    return std::nullopt;
  }
  const Piece& piece = *(after - 1);
  const std::uint64_t start = range.offset - piece.offset;
  if (!range_inside(start, range.size, piece.bytes.size())) {
    return std::nullopt;
  }
  return piece.bytes.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(range.size));
}

std::shared_ptr<const void> Image::owner_of(std::span<const std::byte> bytes) const {
  const auto piece = std::find_if(pieces_.begin(), pieces_.end(), [bytes](const Piece& each) {
    return bytes.data() >= each.bytes.data() && bytes.data() < each.bytes.data() + each.bytes.size();
  });
  return piece == pieces_.end() ? nullptr : piece->owner;
}

} // namespace wheelforge::elf
