// Architectures and what e_flags mean on them.
#include "orchestrator/elf/machine.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::elf;

TEST_CASE("class and byte order belong to the architecture") {
  using std::endian;
  CHECK(architecture_of(ElfClass::elf64, endian::little, kMachineX86_64) == Architecture::x86_64);
  CHECK(architecture_of(ElfClass::elf32, endian::little, kMachineX86_64) == Architecture::other); // x32
  CHECK(architecture_of(ElfClass::elf64, endian::big, kMachineAarch64) == Architecture::other);
  CHECK(architecture_of(ElfClass::elf64, endian::big, kMachinePpc64) == Architecture::ppc64);
  CHECK(architecture_of(ElfClass::elf32, endian::big, kMachineS390) == Architecture::other); // 31-bit s390
  CHECK(to_string(Architecture::other) == "other");
  CHECK(machine_name(kMachineX86_64) == "x86-64");
  CHECK(machine_name(9999) == "machine 9999");
}

TEST_CASE("e_flags are decoded as each processor supplement has it") {
  const AbiFlags arm = abi_flags(kMachineArm, 0x05000400);
  CHECK(arm.arm_eabi == 5);
  CHECK(arm.float_abi == FloatAbi::hard);
  CHECK(abi_flags(kMachineArm, 0x05000200).float_abi == FloatAbi::soft);
  CHECK(abi_flags(kMachineArm, 0x04000000).float_abi == FloatAbi::unstated);
  CHECK(abi_flags(kMachinePpc64, 2).ppc64_abi == 2);
  CHECK(abi_flags(kMachineRiscv, 0x5).float_abi == FloatAbi::hard);
  CHECK(abi_flags(kMachineRiscv, 0x5).riscv_compressed);
  CHECK(abi_flags(kMachineRiscv, 0x0).float_abi == FloatAbi::soft);
  CHECK(abi_flags(kMachineLoongarch, 0x43).float_abi == FloatAbi::hard);
  CHECK(abi_flags(kMachineX86_64, 0x123) == AbiFlags{.raw = 0x123});
}
