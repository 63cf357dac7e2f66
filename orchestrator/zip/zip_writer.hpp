// Writes ZIP archives that come out the same byte for byte: fixed times, no data descriptors, a settled order.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/zip/zip_member.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::zip {

/// In which order members stand in the archive.
enum class Order : std::uint8_t {
  as_added,
  wheel, ///< by name, *.dist-info behind everything else and its RECORD last
};

/// A member ready to be written: compressed, its sizes and CRC known.
struct PackedMember {
  std::string name;
  std::vector<std::byte> data; ///< the compressed bytes
  std::uint64_t size = 0;      ///< before compression
  std::uint32_t crc32 = 0;
  std::uint16_t method = kStored;
  std::uint32_t unix_mode = 0100644;
};

/// Compresses one member with libdeflate (level 0 … 12; 6 is the default of every tool); stored when that is no larger.
/// Pure, so members can be packed on several threads.
[[nodiscard]] PackedMember pack(std::string name, std::span<const std::byte> bytes, std::uint32_t unix_mode = 0100644,
                                int level = 6);

/// Collects members, then writes the archive in one go.
class ZipWriter {
public:
  /// Every member gets this time.
  explicit ZipWriter(DosTime time, Order order = Order::wheel) : time_(time), order_(order) {}

  /// Adds a packed member. Fails with usage when the name is unsafe, longer than 65535 bytes, or there already.
  [[nodiscard]] Result<void> add(PackedMember member);
  /// Adds a member of another archive without inflating it, under its own name or a new one; mode, method, CRC and
  /// compressed bytes are kept. The archive must outlive the call of write(). Fails like add(), and with invalid_data
  /// when the member is encrypted or of another method than stored and deflated.
  [[nodiscard]] Result<void> add_copy(const ZipReader& archive, const ZipMember& member, std::string_view name = {});

  /// Takes the archive's bytes in order; an error stops the writing and is passed on.
  using Output = std::function<Result<void>(std::span<const std::byte>)>;
  /// Writes the archive; ZIP64 records only where a size, an offset or the count needs them.
  [[nodiscard]] Result<void> write(const Output& output) const;
  /// The archive as one block of memory.
  [[nodiscard]] Result<std::vector<std::byte>> to_bytes() const;

private:
  struct Entry {
    PackedMember packed; ///< without data when copied
    const ZipReader* archive = nullptr;
    ZipMember source; ///< set when copied
  };
  [[nodiscard]] Result<void> check_name(std::string_view name) const;
  [[nodiscard]] std::vector<const Entry*> in_order() const;

  std::vector<Entry> entries_;
  std::set<std::string, std::less<>> names_;
  DosTime time_;
  Order order_;
};

} // namespace wheelforge::zip
