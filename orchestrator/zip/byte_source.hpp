// Where an archive's bytes come from: a file read with pread(2), or a block of memory.
#pragma once

#include "orchestrator/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace wheelforge::zip {

/// A fixed block of bytes that any number of threads may read at once.
class ByteSource {
public:
  virtual ~ByteSource() = default;

  /// Opens a regular file for reading.
  [[nodiscard]] static Result<std::unique_ptr<ByteSource>> file(const std::filesystem::path& path);
  /// Borrows bytes in memory.
  [[nodiscard]] static std::unique_ptr<ByteSource> memory(std::span<const std::byte> bytes);

  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
  /// [offset, offset + size) of the source, either in `scratch` (which has at least `size` bytes) or in place.
  /// Fails with invalid_data when the range is not inside the source, with failed when the file cannot be read or has
  /// become shorter.
  [[nodiscard]] Result<std::span<const std::byte>> read(std::uint64_t offset, std::uint64_t size,
                                                        std::span<std::byte> scratch) const;

protected:
  explicit ByteSource(std::uint64_t size_bytes) : size_bytes_(size_bytes) {}
  [[nodiscard]] virtual Result<std::span<const std::byte>> fetch(std::uint64_t offset, std::size_t size,
                                                                 std::span<std::byte> scratch) const = 0;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

private:
  std::uint64_t size_bytes_;
};

} // namespace wheelforge::zip
