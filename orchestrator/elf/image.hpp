// The bytes of an ELF file as far as they are at hand: the whole file, or the ranges that a streaming reader has kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace wheelforge::elf {

/// A part of a file: [offset, offset + size).
struct FileRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  bool operator==(const FileRange&) const = default;
  [[nodiscard]] std::uint64_t end() const { return offset + size; }
};

/// A view of a file's bytes. Borrows them; copying is cheap only for whole files.
class Image {
public:
  /// A whole file in memory.
  explicit Image(std::span<const std::byte> whole) : size_(whole.size()), pieces_{{0, whole, nullptr}} {}
  /// A file of `size` bytes of which only pieces are at hand.
  explicit Image(std::uint64_t size) : size_(size) {}

  /// Adds a piece, with what keeps its bytes; pieces come in order of offset and do not overlap.
  void add(std::uint64_t offset, std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
    pieces_.push_back({offset, bytes, std::move(owner)});
  }

  /// Size of the file.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// True when the range lies inside the file, at hand or not.
  [[nodiscard]] bool inside(FileRange range) const;
  /// The bytes of a range; nothing when it lies outside of the file or is not at hand in one piece.
  [[nodiscard]] std::optional<std::span<const std::byte>> at(FileRange range) const;
  /// What keeps the bytes that at() gave; null where they are borrowed.
  [[nodiscard]] std::shared_ptr<const void> owner_of(std::span<const std::byte> bytes) const;

private:
  struct Piece {
    std::uint64_t offset;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner = nullptr;
  };
  std::uint64_t size_;
  std::vector<Piece> pieces_;
};

} // namespace wheelforge::elf
