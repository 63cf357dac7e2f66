// Writes integers of either byte order into a growing block: what the ELF and ZIP builders are made of.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wheelforge::support {

using Bytes = std::vector<std::byte>;

/// The bytes of a text.
[[nodiscard]] inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// Appends integers and texts.
class ByteWriter {
public:
  explicit ByteWriter(std::endian order = std::endian::little) : order_(order) {}

  void u8(std::uint64_t value) { put(value, 1); }
  void u16(std::uint64_t value) { put(value, 2); }
  void u32(std::uint64_t value) { put(value, 4); }
  void u64(std::uint64_t value) { put(value, 8); }
  void put(std::uint64_t value, unsigned size) {
    bytes_.resize(bytes_.size() + size);
    set(bytes_.size() - size, value, size);
  }
  void text(std::string_view text) { append(bytes_of(text)); }
  void append(std::span<const std::byte> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void align(std::size_t alignment) { bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment); }
  /// Overwrites an integer that is there.
  void set(std::size_t offset, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
      const unsigned shift = 8 * (order_ == std::endian::little ? i : size - 1 - i);
      bytes_.at(offset + i) = static_cast<std::byte>(value >> shift);
    }
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] const Bytes& bytes() const { return bytes_; }

private:
  Bytes bytes_;
  std::endian order_;
};

/// Overwrites an integer in a block.
inline void patch(Bytes& bytes, std::size_t offset, std::uint64_t value, unsigned size,
                  std::endian order = std::endian::little) {
  for (unsigned i = 0; i < size; ++i) {
    bytes.at(offset + i) = static_cast<std::byte>(value >> 8 * (order == std::endian::little ? i : size - 1 - i));
  }
}

} // namespace wheelforge::support
