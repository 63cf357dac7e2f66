// Feeds the range collector from an archive.
#include "orchestrator/audit/elf_member.hpp"

namespace wheelforge::audit {

Result<std::uint64_t> collect_ranges(elf::RangeCollector& collector, const zip::ZipReader& archive,
                                     const zip::ZipMember& member, zip::Inflater& inflater,
                                     const FirstPass& first_pass) {
  std::uint64_t all = 0;
  do {
    const bool is_shown = first_pass && collector.passes() == 1;
    const auto sent = inflater.stream(archive, member, [&](std::span<const std::byte> piece) {
      if (is_shown) {
        first_pass(piece);
      }
      return collector.feed(piece) == elf::RangeCollector::Progress::more ? zip::Flow::more : zip::Flow::enough;
    });
    if (!sent) {
      return tl::unexpected(sent.error());
    }
    all += *sent;
  } while (collector.next_pass());
  return all;
}

Result<elf::ElfFile> parse_member(const zip::ZipReader& archive, const zip::ZipMember& member, zip::Inflater& inflater,
                                  elf::WantSections sections) {
  if (member.size <= zip::kWholeLimit) {
    WF_TRY(const auto bytes, inflater.read(archive, member));
    return elf::ElfFile::parse(bytes);
  }
  elf::RangeCollector collector(member.size, sections);
  if (const auto sent = collect_ranges(collector, archive, member, inflater); !sent) {
    return tl::unexpected(sent.error());
  }
  return collector.finish();
}

} // namespace wheelforge::audit
