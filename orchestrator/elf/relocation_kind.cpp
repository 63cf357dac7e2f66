// What each architecture's relocation types mean.
#include "orchestrator/elf/relocations.hpp"

#include "orchestrator/elf/machine.hpp"

#include <array>
#include <span>

namespace wheelforge::elf {
namespace {

using Kind = RelocationKind;

struct Row {
  std::uint32_t type;
  Kind kind;
};

constexpr std::array kX86_64{
    Row{0, Kind::none},        Row{1, Kind::symbolic},        Row{5, Kind::copy},
    Row{6, Kind::glob_dat},    Row{7, Kind::jump_slot},       Row{8, Kind::relative},
    Row{10, Kind::symbolic},   Row{16, Kind::tls_module},     Row{17, Kind::tls_offset},
    Row{18, Kind::tls_static}, Row{36, Kind::tls_descriptor}, Row{37, Kind::irelative},
    Row{38, Kind::relative},
};
constexpr std::array k386{
    Row{0, Kind::none},        Row{1, Kind::symbolic},        Row{5, Kind::copy},
    Row{6, Kind::glob_dat},    Row{7, Kind::jump_slot},       Row{8, Kind::relative},
    Row{14, Kind::tls_static}, Row{35, Kind::tls_module},     Row{36, Kind::tls_offset},
    Row{37, Kind::tls_static}, Row{41, Kind::tls_descriptor}, Row{42, Kind::irelative},
};
constexpr std::array kAarch64{
    Row{0, Kind::none},
    Row{256, Kind::none},
    Row{257, Kind::symbolic},
    Row{1024, Kind::copy},
    Row{1025, Kind::glob_dat},
    Row{1026, Kind::jump_slot},
    Row{1027, Kind::relative},
    Row{1028, Kind::tls_module},
    Row{1029, Kind::tls_offset},
    Row{1030, Kind::tls_static},
    Row{1031, Kind::tls_descriptor},
    Row{1032, Kind::irelative},
};
constexpr std::array kArm{
    Row{0, Kind::none},        Row{2, Kind::symbolic},    Row{13, Kind::tls_descriptor}, Row{17, Kind::tls_module},
    Row{18, Kind::tls_offset}, Row{19, Kind::tls_static}, Row{20, Kind::copy},           Row{21, Kind::glob_dat},
    Row{22, Kind::jump_slot},  Row{23, Kind::relative},   Row{160, Kind::irelative},
};
constexpr std::array kPpc64{
    Row{0, Kind::none},        Row{19, Kind::copy},       Row{20, Kind::glob_dat},   Row{21, Kind::jump_slot},
    Row{22, Kind::relative},   Row{38, Kind::symbolic},   Row{43, Kind::symbolic},   Row{68, Kind::tls_module},
    Row{73, Kind::tls_static}, Row{78, Kind::tls_offset}, Row{247, Kind::irelative}, Row{248, Kind::irelative},
};
constexpr std::array kS390{
    Row{0, Kind::none},        Row{4, Kind::symbolic},    Row{9, Kind::copy},       Row{10, Kind::glob_dat},
    Row{11, Kind::jump_slot},  Row{12, Kind::relative},   Row{22, Kind::symbolic},  Row{54, Kind::tls_module},
    Row{55, Kind::tls_offset}, Row{56, Kind::tls_static}, Row{61, Kind::irelative},
};
constexpr std::array kRiscv{
    Row{0, Kind::none},
    Row{1, Kind::symbolic},
    Row{2, Kind::symbolic},
    Row{3, Kind::relative},
    Row{4, Kind::copy},
    Row{5, Kind::jump_slot},
    Row{6, Kind::tls_module},
    Row{7, Kind::tls_module},
    Row{8, Kind::tls_offset},
    Row{9, Kind::tls_offset},
    Row{10, Kind::tls_static},
    Row{11, Kind::tls_static},
    Row{12, Kind::tls_descriptor},
    Row{58, Kind::irelative},
};
constexpr std::array kLoongarch{
    Row{0, Kind::none},       Row{1, Kind::symbolic},        Row{2, Kind::symbolic},        Row{3, Kind::relative},
    Row{4, Kind::copy},       Row{5, Kind::jump_slot},       Row{6, Kind::tls_module},      Row{7, Kind::tls_module},
    Row{8, Kind::tls_offset}, Row{9, Kind::tls_offset},      Row{10, Kind::tls_static},     Row{11, Kind::tls_static},
    Row{12, Kind::irelative}, Row{13, Kind::tls_descriptor}, Row{14, Kind::tls_descriptor},
};

std::span<const Row> rows_of(std::uint16_t machine) {
  switch (machine) {
  case kMachineX86_64:
    return kX86_64;
  case kMachine386:
    return k386;
  case kMachineAarch64:
    return kAarch64;
  case kMachineArm:
    return kArm;
  case kMachinePpc64:
    return kPpc64;
  case kMachineS390:
    return kS390;
  case kMachineRiscv:
    return kRiscv;
  case kMachineLoongarch:
    return kLoongarch;
  default:
    return {};
  }
}

} // namespace

RelocationKind relocation_kind(std::uint16_t machine, std::uint32_t type) {
  for (const Row& row : rows_of(machine)) {
    if (row.type == type) {
      return row.kind;
    }
  }
  return Kind::other;
}

std::string_view to_string(RelocationKind kind) {
  constexpr std::array<std::string_view, kRelocationKinds> kNames{
      "other",     "none", "relative",   "irelative",  "symbolic",   "glob-dat",
      "jump-slot", "copy", "tls-module", "tls-offset", "tls-static", "tls-descriptor"};
  const auto index = static_cast<unsigned>(kind);
  return index < kNames.size() ? kNames[index] : "other";
}

} // namespace wheelforge::elf
