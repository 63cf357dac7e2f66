// The two hash functions that ELF's symbol and version tables use.
#include "orchestrator/elf/versions.hpp"

namespace wheelforge::elf {

std::uint32_t sysv_hash(std::string_view name) {
  std::uint32_t hash = 0;
  for (const char character : name) {
    hash = (hash << 4U) + static_cast<unsigned char>(character);
    hash ^= hash >> 24U & 0xf0U;
  }
  return hash & 0x0fffffffU;
}

std::uint32_t gnu_hash(std::string_view name) {
  std::uint32_t hash = 5381;
  for (const char character : name) {
    hash = hash * 33 + static_cast<unsigned char>(character);
  }
  return hash;
}

} // namespace wheelforge::elf
