// The ELF header and the program headers as values.
#pragma once

#include "orchestrator/elf/machine.hpp"

#include <bit>
#include <cstdint>

namespace wheelforge::elf {

/// e_type.
enum class FileType : std::uint8_t { none, relocatable, executable, shared, core, other };

/// EI_OSABI values that matter to a loader. Source: gABI; glibc elf/dl-load.c accepts 0 and 3.
inline constexpr std::uint8_t kOsabiNone = 0;
inline constexpr std::uint8_t kOsabiGnu = 3;

/// The ELF header, widened to 64 bits; the extended section counts (e_shnum = 0, SHN_XINDEX) stand as they are.
struct Header {
  ElfClass elf_class = ElfClass::elf64;
  std::endian order = std::endian::little;
  std::uint8_t osabi = kOsabiNone;
  std::uint8_t abi_version = 0;
  FileType type = FileType::none;
  std::uint16_t machine = 0;
  std::uint32_t flags = 0;
  std::uint64_t entry = 0;
  std::uint64_t program_headers_offset = 0;
  std::uint64_t section_headers_offset = 0;
  std::uint16_t program_header_size = 0;
  std::uint16_t program_header_count = 0;
  std::uint16_t section_header_size = 0;
  std::uint16_t section_header_count = 0;
  std::uint16_t section_names_index = 0;

  bool operator==(const Header&) const = default;
};

/// p_type. Source: gABI; GNU extensions from binutils include/elf/common.h.
inline constexpr std::uint32_t kPtLoad = 1;
inline constexpr std::uint32_t kPtDynamic = 2;
inline constexpr std::uint32_t kPtInterp = 3;
inline constexpr std::uint32_t kPtNote = 4;
inline constexpr std::uint32_t kPtPhdr = 6;
inline constexpr std::uint32_t kPtTls = 7;
inline constexpr std::uint32_t kPtGnuEhFrame = 0x6474e550;
inline constexpr std::uint32_t kPtGnuStack = 0x6474e551;
inline constexpr std::uint32_t kPtGnuRelro = 0x6474e552;
inline constexpr std::uint32_t kPtGnuProperty = 0x6474e553;

/// p_flags.
inline constexpr std::uint32_t kPfExecute = 1;
inline constexpr std::uint32_t kPfWrite = 2;
inline constexpr std::uint32_t kPfRead = 4;

/// One program header, widened to 64 bits.
struct Segment {
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  std::uint64_t offset = 0;
  std::uint64_t address = 0; ///< p_vaddr
  std::uint64_t file_size = 0;
  std::uint64_t memory_size = 0;
  std::uint64_t alignment = 0;

  bool operator==(const Segment&) const = default;
};

} // namespace wheelforge::elf
