// Fuzz target: any bytes as the ELF file of a wheel, and any bytes as the wheel, through the whole audit and its three
// renderings.
#include "orchestrator/audit/audit.hpp"
#include "orchestrator/audit/render.hpp"
#include "orchestrator/zip/zip_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

using namespace wheelforge;
using namespace wheelforge::audit;

namespace {

void expect(bool condition) {
  if (!condition) {
    std::abort();
  }
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// A wheel whose extension is the input.
std::vector<std::byte> wheel_around(std::span<const std::byte> elf) {
  zip::ZipWriter writer(zip::DosTime{});
  constexpr std::string_view kRecord = "p/ext.abi3.so,,\nx-1.dist-info/METADATA,,\nx-1.dist-info/WHEEL,,\n"
                                       "x-1.dist-info/RECORD,,\n";
  expect(writer.add(zip::pack("p/ext.abi3.so", elf)).has_value());
  expect(writer.add(zip::pack("x-1.dist-info/METADATA", bytes_of("Metadata-Version: 2.1\nName: x\nVersion: 1\n")))
             .has_value());
  expect(writer
             .add(zip::pack("x-1.dist-info/WHEEL",
                            bytes_of("Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp39-abi3-manylinux1_x86_64\n")))
             .has_value());
  expect(writer.add(zip::pack("x-1.dist-info/RECORD", bytes_of(kRecord))).has_value());
  auto bytes = writer.to_bytes();
  expect(bytes.has_value());
  return *std::move(bytes);
}

void audit_bytes(std::span<const std::byte> bytes, std::string_view name) {
  const auto archive = zip::ZipReader::from_bytes(bytes, {.members = 200});
  if (!archive) {
    return;
  }
  AuditOptions options;
  options.integrity = Integrity::check;
  const auto report = audit_wheel(*archive, name, options);
  if (!report) {
    return;
  }
  const std::vector<AuditReport> reports = {*report};
  expect(!to_json(reports, {}).empty() && !to_sarif(reports, {}, "0").empty());
  expect(!to_text(*report, Detail::all).empty() && !to_text(*report, Detail::usual).empty());
  for (const Finding& finding : report->findings) {
    expect(find_code(finding.code) != nullptr && !finding.message.empty() && !finding.hint.empty());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  constexpr std::string_view kElf = "\x7f"
                                    "ELF";
  if (size >= kElf.size() && std::string_view(reinterpret_cast<const char*>(data), kElf.size()) == kElf) {
    audit_bytes(wheel_around(input), "x-1-cp39-abi3-manylinux1_x86_64.whl");
  } else {
    audit_bytes(input, "x-1-cp39-abi3-musllinux_1_1_x86_64.whl");
  }
  return 0;
}
