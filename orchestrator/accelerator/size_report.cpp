// Adds up members, sections and device code.
#include "orchestrator/accelerator/size_report.hpp"

#include <algorithm>
#include <tuple>

namespace wheelforge::accelerator {

SizeReport measure_size(const zip::ZipReader& archive, const audit::AuditReport& report,
                        const devicecode::DeviceInventory& device) {
  SizeReport size;
  size.wheel_bytes = archive.size_bytes();
  size.unpacked_bytes = archive.total_size();
  for (const zip::ZipMember& member : archive.members()) {
    size.files.push_back({member.name, member.compressed_size});
  }
  const auto larger = [](const Share& a, const Share& b) {
    return std::tie(b.bytes, a.name) < std::tie(a.bytes, b.name);
  };
  std::sort(size.files.begin(), size.files.end(), larger);
  size.files.resize(std::min<std::size_t>(size.files.size(), 10));
  std::uint64_t nv = 0;
  std::uint64_t hip = 0;
  for (const auto& [target, code] : device.targets) {
    size.targets.push_back({target, code.bytes});
    (target.rfind("gfx", 0) == 0 ? hip : nv) += code.bytes;
  }
  if (const auto& compressed = device.compressed; compressed.objects > 0) {
    size.targets.push_back({"unknown (compressed)", compressed.bytes});
    hip += compressed.bytes;
  }
  std::sort(size.targets.begin(), size.targets.end(), larger);
  std::uint64_t debug = 0;
  std::uint64_t elf_bytes = 0;
  for (const audit::ElfReport& elf : report.elf_files) {
    debug += elf.debug_bytes;
    elf_bytes += elf.size_bytes;
  }
  const std::uint64_t known = std::min(elf_bytes, nv + hip + debug);
  size.sections = {
      {".nv_fatbin", nv}, {".hip_fatbin", hip}, {".debug and .symtab", debug}, {"other sections", elf_bytes - known}};
  std::erase_if(size.sections, [](const Share& share) { return share.bytes == 0; });
  std::sort(size.sections.begin(), size.sections.end(), larger);
  return size;
}

} // namespace wheelforge::accelerator
