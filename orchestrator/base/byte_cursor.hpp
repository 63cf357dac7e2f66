// Reads integers out of untrusted bytes: bounds-checked, of either byte order, and naming the structure in its error.
#pragma once

#include "orchestrator/base/error.hpp"

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace wheelforge {

/// True when [offset, offset + size) lies inside a block of `total` bytes; never overflows.
[[nodiscard]] constexpr bool range_inside(std::uint64_t offset, std::uint64_t size, std::uint64_t total) {
  return offset <= total && size <= total - offset;
}

/// One unsigned integer from bytes that the caller knows to be there (bytes.size() >= sizeof(T)).
template <std::unsigned_integral T>
[[nodiscard]] inline T load(const std::byte* bytes, std::endian order) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  if (order != std::endian::native) {
    if constexpr (sizeof(T) == 2) {
      value = __builtin_bswap16(value);
    } else if constexpr (sizeof(T) == 4) {
      value = __builtin_bswap32(value);
    } else if constexpr (sizeof(T) == 8) {
      value = __builtin_bswap64(value);
    }
  }
  return value;
}

/// A position in a block of untrusted bytes. Reading past the end gives zeros and makes ok() false for good, so a whole
/// structure is read in a row and checked once at its end.
class ByteCursor {
public:
  /// `structure` (a literal: it is not copied) is the name that error() uses: "central directory entry".
  ByteCursor(std::span<const std::byte> bytes, std::endian order, std::string_view structure)
      : bytes_(bytes), structure_(structure), order_(order) {}

  [[nodiscard]] std::uint8_t u8() { return read<std::uint8_t>(); }
  [[nodiscard]] std::uint16_t u16() { return read<std::uint16_t>(); }
  [[nodiscard]] std::uint32_t u32() { return read<std::uint32_t>(); }
  [[nodiscard]] std::uint64_t u64() { return read<std::uint64_t>(); }

  /// The next `size` bytes; empty (and ok() false) when fewer are left.
  [[nodiscard]] std::span<const std::byte> take(std::uint64_t size) {
    if (!ok_ || size > bytes_.size() - position_) {
      ok_ = false;
      return {};
    }
    const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(size));
    position_ += static_cast<std::size_t>(size);
    return taken;
  }
  /// Goes `size` bytes forward.
  void skip(std::uint64_t size) { static_cast<void>(take(size)); }

  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - position_; }
  /// False as soon as one read went past the end.
  [[nodiscard]] bool ok() const { return ok_; }
  /// The error of a cursor that is not ok: which structure is cut off, and where.
  [[nodiscard]] tl::unexpected<Error> error() const {
    return fail(ErrorKind::invalid_data, "{} is cut off: it goes on after byte {} of {}", structure_, position_,
                bytes_.size());
  }

private:
  template <std::unsigned_integral T>
  [[nodiscard]] T read() {
    if (!ok_ || sizeof(T) > bytes_.size() - position_) {
      ok_ = false;
      return 0;
    }
    const T value = load<T>(bytes_.data() + position_, order_);
    position_ += sizeof(T);
    return value;
  }

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  std::string_view structure_;
  std::endian order_;
  bool ok_ = true;
};

} // namespace wheelforge
