// The machines we name, and what their e_flags mean.
#include "orchestrator/elf/machine.hpp"

#include <fmt/format.h>

#include <array>

namespace wheelforge::elf {
namespace {

struct ArchitectureRow {
  Architecture architecture;
  ElfClass elf_class;
  std::endian order;
  std::uint16_t machine;
  std::string_view name;
};
constexpr std::array kArchitectures{
    ArchitectureRow{Architecture::x86_64, ElfClass::elf64, std::endian::little, kMachineX86_64, "x86_64"},
    ArchitectureRow{Architecture::i686, ElfClass::elf32, std::endian::little, kMachine386, "i686"},
    ArchitectureRow{Architecture::aarch64, ElfClass::elf64, std::endian::little, kMachineAarch64, "aarch64"},
    ArchitectureRow{Architecture::armv7l, ElfClass::elf32, std::endian::little, kMachineArm, "armv7l"},
    ArchitectureRow{Architecture::ppc64le, ElfClass::elf64, std::endian::little, kMachinePpc64, "ppc64le"},
    ArchitectureRow{Architecture::ppc64, ElfClass::elf64, std::endian::big, kMachinePpc64, "ppc64"},
    ArchitectureRow{Architecture::s390x, ElfClass::elf64, std::endian::big, kMachineS390, "s390x"},
    ArchitectureRow{Architecture::riscv64, ElfClass::elf64, std::endian::little, kMachineRiscv, "riscv64"},
    ArchitectureRow{Architecture::loongarch64, ElfClass::elf64, std::endian::little, kMachineLoongarch, "loongarch64"},
};

struct MachineRow {
  std::uint16_t machine;
  std::string_view name;
};
constexpr std::array kMachines{
    MachineRow{2, "SPARC"},
    MachineRow{kMachine386, "Intel 80386"},
    MachineRow{4, "Motorola 68000"},
    MachineRow{8, "MIPS"},
    MachineRow{15, "PA-RISC"},
    MachineRow{20, "PowerPC"},
    MachineRow{kMachinePpc64, "PowerPC64"},
    MachineRow{kMachineS390, "IBM S/390"},
    MachineRow{kMachineArm, "ARM"},
    MachineRow{42, "SuperH"},
    MachineRow{43, "SPARC v9"},
    MachineRow{50, "IA-64"},
    MachineRow{kMachineX86_64, "x86-64"},
    MachineRow{kMachineAarch64, "AArch64"},
    MachineRow{190, "NVIDIA CUDA"},
    MachineRow{224, "AMD GPU"},
    MachineRow{kMachineRiscv, "RISC-V"},
    MachineRow{247, "BPF"},
    MachineRow{kMachineLoongarch, "LoongArch"},
};

} // namespace

Architecture architecture_of(ElfClass elf_class, std::endian order, std::uint16_t machine) {
  for (const ArchitectureRow& row : kArchitectures) {
    if (row.machine == machine && row.elf_class == elf_class && row.order == order) {
      return row.architecture;
    }
  }
  return Architecture::other;
}

std::string_view to_string(Architecture architecture) {
  for (const ArchitectureRow& row : kArchitectures) {
    if (row.architecture == architecture) {
      return row.name;
    }
  }
  return "other";
}

std::string machine_name(std::uint16_t machine) {
  for (const MachineRow& row : kMachines) {
    if (row.machine == machine) {
      return std::string(row.name);
    }
  }
  return fmt::format("machine {}", machine);
}

AbiFlags abi_flags(std::uint16_t machine, std::uint32_t e_flags) {
  AbiFlags abi{.raw = e_flags};
  switch (machine) {
  case kMachineArm:
    abi.arm_eabi = static_cast<std::uint8_t>(e_flags >> 24U);
    abi.float_abi = (e_flags & 0x400U) != 0   ? FloatAbi::hard
                    : (e_flags & 0x200U) != 0 ? FloatAbi::soft
                                              : FloatAbi::unstated;
    break;
  case kMachinePpc64:
    abi.ppc64_abi = static_cast<std::uint8_t>(e_flags & 3U);
    break;
  case kMachineRiscv: {
    constexpr std::array kFloat{FloatAbi::soft, FloatAbi::single, FloatAbi::hard, FloatAbi::quad};
    abi.riscv_compressed = (e_flags & 1U) != 0;
    abi.float_abi = kFloat[e_flags >> 1U & 3U];
    abi.riscv_rve = (e_flags & 8U) != 0;
    break;
  }
  case kMachineLoongarch: {
    constexpr std::array kFloat{FloatAbi::unstated, FloatAbi::soft, FloatAbi::single, FloatAbi::hard};
    abi.float_abi = (e_flags & 7U) < kFloat.size() ? kFloat[e_flags & 7U] : FloatAbi::unstated;
    break;
  }
  default:
    break;
  }
  return abi;
}

} // namespace wheelforge::elf
