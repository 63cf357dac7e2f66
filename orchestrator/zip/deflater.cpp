// Compressing of members with libdeflate.
#include "orchestrator/zip/zip_writer.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <memory>

namespace wheelforge::zip {

PackedMember pack(std::string name, std::span<const std::byte> bytes, std::uint32_t unix_mode, int level) {
  PackedMember packed;
  packed.name = std::move(name);
  packed.size = bytes.size();
  packed.crc32 = libdeflate_crc32(0, bytes.data(), bytes.size());
  packed.unix_mode = unix_mode;
  if (level > 0 && !bytes.empty()) {
    const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
        libdeflate_alloc_compressor(std::min(level, 12)), &libdeflate_free_compressor);
    WF_CHECK(compressor != nullptr);
    packed.data.resize(bytes.size() - 1); // no room for more: it is stored then
    const std::size_t size = libdeflate_deflate_compress(compressor.get(), bytes.data(), bytes.size(),
                                                         packed.data.data(), packed.data.size());
    if (size > 0) {
      packed.data.resize(size);
      packed.data.shrink_to_fit();
      packed.method = kDeflated;
      return packed;
    }
  }
  packed.data.assign(bytes.begin(), bytes.end());
  return packed;
}

} // namespace wheelforge::zip
