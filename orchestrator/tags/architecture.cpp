// The table of architectures behind architecture.hpp.
#include "orchestrator/tags/architecture.hpp"

#include <cstddef>

namespace wheelforge::tags {
namespace {

struct Row {
  Architecture architecture;
  std::string_view name;
  std::string_view oci;
  int bits;
  bool big_endian;
  std::uint32_t page_size;
};

constexpr std::array<Row, kArchitectures.size()> kRows{{
    {Architecture::x86_64, "x86_64", "amd64", 64, false, 4096},
    {Architecture::i686, "i686", "386", 32, false, 4096},
    {Architecture::aarch64, "aarch64", "arm64", 64, false, 65536},
    {Architecture::armv7l, "armv7l", "arm/v7", 32, false, 4096},
    {Architecture::ppc64le, "ppc64le", "ppc64le", 64, false, 65536},
    {Architecture::ppc64, "ppc64", "ppc64", 64, true, 65536},
    {Architecture::s390x, "s390x", "s390x", 64, true, 4096},
    {Architecture::riscv64, "riscv64", "riscv64", 64, false, 4096},
    {Architecture::loongarch64, "loongarch64", "loong64", 64, false, 16384},
}};

const Row& row(Architecture architecture) {
  const auto index = static_cast<std::size_t>(architecture);
  WF_CHECK(index < kRows.size() && kRows[index].architecture == architecture);
  return kRows[index];
}

} // namespace

std::string_view to_string(Architecture architecture) { return row(architecture).name; }

std::optional<Architecture> find_architecture(std::string_view name) {
  for (const Row& candidate : kRows) {
    if (candidate.name == name) {
      return candidate.architecture;
    }
  }
  return std::nullopt;
}

std::optional<Architecture> find_machine(std::string_view name) {
  return name == "armhfp" ? Architecture::armv7l : find_architecture(name);
}

Result<Architecture> parse_architecture(std::string_view name) {
  if (const auto found = find_architecture(name)) {
    return *found;
  }
  std::string known;
  for (const Row& candidate : kRows) {
    known += (known.empty() ? "" : ", ") + std::string(candidate.name);
  }
  return fail(ErrorKind::usage, "architecture '{}' is not one of {}", name, known);
}

std::string_view oci_name(Architecture architecture) { return row(architecture).oci; }

int word_bits(Architecture architecture) { return row(architecture).bits; }

bool is_big_endian(Architecture architecture) { return row(architecture).big_endian; }

std::uint32_t largest_page_size(Architecture architecture) { return row(architecture).page_size; }

} // namespace wheelforge::tags
