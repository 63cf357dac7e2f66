// Which machine an ELF file is for, and what its e_flags say about the calling convention.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace wheelforge::elf {

/// EI_CLASS.
enum class ElfClass : std::uint8_t { elf32, elf64 };

/// The architectures that wheels are tagged for; `other` is every other machine, class and byte order.
enum class Architecture : std::uint8_t {
  other,
  x86_64,
  i686,
  aarch64,
  armv7l,
  ppc64le,
  ppc64,
  s390x,
  riscv64,
  loongarch64,
};

/// e_machine values of the known architectures. Source: System V gABI, "ELF header".
inline constexpr std::uint16_t kMachine386 = 3;
inline constexpr std::uint16_t kMachinePpc64 = 21;
inline constexpr std::uint16_t kMachineS390 = 22;
inline constexpr std::uint16_t kMachineArm = 40;
inline constexpr std::uint16_t kMachineX86_64 = 62;
inline constexpr std::uint16_t kMachineAarch64 = 183;
inline constexpr std::uint16_t kMachineRiscv = 243;
inline constexpr std::uint16_t kMachineLoongarch = 258;

/// The architecture of a file. A 32-bit x86-64 file (x32) or a big-endian aarch64 one is `other`; an ARM file counts as
/// armv7l whatever its float ABI (see AbiFlags).
[[nodiscard]] Architecture architecture_of(ElfClass elf_class, std::endian order, std::uint16_t machine);
/// As wheel tags spell it: "x86_64"; "other".
[[nodiscard]] std::string_view to_string(Architecture architecture);
/// The name of an e_machine value: "x86-64", "AArch64"; "machine 8" for those we do not name.
[[nodiscard]] std::string machine_name(std::uint16_t machine);

/// How floating-point arguments are passed, where e_flags say so.
enum class FloatAbi : std::uint8_t { unstated, soft, single, hard, quad };

/// The calling convention that e_flags record.
struct AbiFlags {
  std::uint32_t raw = 0;
  FloatAbi float_abi = FloatAbi::unstated; ///< ARM, RISC-V, LoongArch
  std::uint8_t arm_eabi = 0;               ///< 5 for EABI5; 0 elsewhere
  std::uint8_t ppc64_abi = 0;              ///< 1 is ELFv1 (function descriptors), 2 is ELFv2, 0 is unstated
  bool riscv_compressed = false;
  bool riscv_rve = false;

  bool operator==(const AbiFlags&) const = default;
};

/// Decodes e_flags. Source: the processor supplements of the gABI (ARM IHI 0044, ELFv2 ABI, RISC-V psABI, LoongArch
/// ABI).
[[nodiscard]] AbiFlags abi_flags(std::uint16_t machine, std::uint32_t e_flags);

} // namespace wheelforge::elf
