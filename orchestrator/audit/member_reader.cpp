// A member is peeked at, then read whole or as a stream, with the facts of files seen before taken from the cache.
#include "orchestrator/audit/member_reader.hpp"

#include "orchestrator/audit/device_search.hpp"
#include "orchestrator/audit/elf_member.hpp"
#include "orchestrator/base/sha256.hpp"
#include "orchestrator/zip/byte_source.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wheelforge::audit {
namespace {

std::uint16_t machine_of(std::span<const std::byte> header) {
  if (header.size() < 20) {
    return 0;
  }
  const bool big_endian = header[5] == std::byte{2};
  const auto low = std::to_integer<unsigned>(header[big_endian ? 19 : 18]);
  const auto high = std::to_integer<unsigned>(header[big_endian ? 18 : 19]);
  return static_cast<std::uint16_t>(low | high << 8U);
}

/// The tests that pyelftools makes before it calls a file an ELF file.
bool has_elf_header(std::span<const std::byte> head) {
  const auto is_one_or_two = [&](std::size_t at) { return head[at] == std::byte{1} || head[at] == std::byte{2}; };
  return head.size() >= 52 && is_one_or_two(4) && is_one_or_two(5) && (head[4] == std::byte{1} || head.size() >= 64);
}

std::unique_ptr<IntegrityFault> fault(const zip::ZipMember& member, std::string reason, bool of_archive) {
  return std::make_unique<IntegrityFault>(IntegrityFault{member.name, std::move(reason), of_archive});
}

} // namespace

void allow_memory_for(const zip::ZipReader& archive, MemoryGate& gate) {
  constexpr std::uint64_t kUsual = std::uint64_t{16} << 20U;
  const bool is_large = std::any_of(archive.members().begin(), archive.members().end(),
                                    [](const zip::ZipMember& member) { return member.size > kUsual; });
  if (is_large) {
    gate.allow(zip::kWholeLimit + kUsual, zip::kWholeLimit);
  } else {
    gate.allow(kUsual);
  }
}

MemberReader::MemberReader(const zip::ZipReader& archive, const RecordIndex& record, const ScanOptions& options,
                           MemoryGate& gate, ReadingMemory& memory)
    : archive_(archive), record_(record), options_(options), gate_(gate), memory_(memory),
      integrity_(options.integrity),
      uses_cache_(options.cache != nullptr && options.shared && options.integrity == Integrity::skip) {}

MemberResult MemberReader::read(const zip::ZipMember& member) {
  MemberResult result;
  if (member.is_directory()) {
    return result;
  }
  const bool is_shared = uses_cache_ && options_.cache->is_repeated(member);
  if (is_shared && take_from_cache(member, result)) {
    return result;
  }
  const auto head = memory_.inflater.peek(archive_, member, 64);
  const bool is_elf = head && elf::is_elf(*head);
  if (is_elf) {
    take_memory(member.size <= zip::kWholeLimit ? zip::Inflater::memory_for(member) : elf::RangeCollector::kFrontLimit);
    machine_ = machine_of(*head);
    has_header_ = has_elf_header(*head);
    read_elf(member, result);
    if (is_shared && result.elf) {
      options_.cache->remember(options_.shared, member, *result.elf);
    }
  } else if (integrity_ == Integrity::check) {
    check_only(member, result);
  }
  if (gate_.is_waited_for()) {
    memory_.give_back(gate_);
  }
  return result;
}

void MemberReader::take_memory(std::uint64_t wanted) {
  if (wanted <= memory_.held) {
    return;
  }
  if (!gate_.grow(memory_.held, wanted)) {
    memory_.give_back(gate_);
    gate_.wait_for(wanted);
  }
  memory_.held = wanted;
}

bool MemberReader::take_from_cache(const zip::ZipMember& member, MemberResult& result) {
  const auto alike = options_.cache->alike(member);
  if (alike.empty()) {
    return false;
  }
  for (const auto& seen : alike) {
    if (member.method == seen->member.method && has_same_bytes(member, *seen)) {
      result.elf = std::make_unique<ElfFacts>(seen->facts);
      result.elf->path = member.name;
      return true;
    }
  }
  return false;
}

/// Whether the compressed bytes are equal; their sizes are.
bool MemberReader::has_same_bytes(const zip::ZipMember& member, const MemberCache::Seen& seen) {
  constexpr std::uint64_t kPiece = std::uint64_t{128} << 10U;
  const auto ours = archive_.data_offset(member);
  const auto theirs = seen.archive->data_offset(seen.member);
  if (!ours || !theirs || member.overlaps || member.is_encrypted() ||
      seen.member.compressed_size != member.compressed_size || seen.member.size != member.size) {
    return false;
  }
  memory_.compared.resize(2 * kPiece);
  for (std::uint64_t done = 0; done < member.compressed_size; done += kPiece) {
    const std::uint64_t size = std::min(kPiece, member.compressed_size - done);
    const auto a = archive_.source().read(*ours + done, size, std::span(memory_.compared).first(kPiece));
    const auto b = seen.archive->source().read(*theirs + done, size, std::span(memory_.compared).last(kPiece));
    if (!a || !b || std::memcmp(a->data(), b->data(), size) != 0) {
      return false;
    }
  }
  return true;
}

void MemberReader::read_elf(const zip::ZipMember& member, MemberResult& result) {
  const bool whole = member.size <= zip::kWholeLimit;
  if (!whole && integrity_ == Integrity::check) {
    check_only(member, result);
  }
  auto parsed = whole ? read_whole(member, result) : read_stream(member, result);
  if (!parsed) {
    result.broken =
        std::make_unique<BrokenElf>(BrokenElf{member.name, std::move(parsed).error().message, machine_, has_header_});
    return;
  }
  result.elf = std::make_unique<ElfFacts>(collect_facts(member.name, *parsed));
  if (whole && result.elf->is_module()) {
    result.elf->numpy_api = find_numpy_api(whole_bytes_, *parsed);
  }
  result.elf->device = std::exchange(device_, {});
}

Result<elf::ElfFile> MemberReader::read_whole(const zip::ZipMember& member, MemberResult& result) {
  const auto check = integrity_ == Integrity::check ? zip::CheckCrc::yes : zip::CheckCrc::no;
  auto bytes = memory_.inflater.read(archive_, member, check);
  if (!bytes && integrity_ == Integrity::check) {
    result.fault = fault(member, bytes.error().message, true);
    bytes = memory_.inflater.read(archive_, member); // a wrong CRC does not make the file unreadable
  }
  if (!bytes) {
    return tl::unexpected(std::move(bytes).error());
  }
  result.inflated += bytes->size();
  if (integrity_ == Integrity::check && !result.fault) {
    result.fault = compare(member, sha256(*bytes));
  }
  whole_bytes_ = *bytes;
  auto parsed = elf::ElfFile::parse(*bytes);
  if (parsed) {
    device_ = device_code_in_sections(*parsed, *bytes);
  }
  return parsed;
}

/// A file that is too large to be held is looked through for device code while its tables are read. Only where that
/// did not tell all is it read again, by its sections.
Result<elf::ElfFile> MemberReader::read_stream(const zip::ZipMember& member, MemberResult& result) {
  elf::RangeCollector collector(member.size);
  DeviceSearch search;
  WF_TRY(const auto sent,
         collect_ranges(collector, archive_, member, memory_.inflater, [&](std::span<const std::byte> piece) {
           search.feed(piece);
           if (search.has_found()) {
             collector.want_sections(); // which say what it is
           }
         }));
  result.inflated += sent;
  auto file = collector.finish();
  device_ = {};
  if (file && (search.has_found() || (speaks_of_device(*file) && !search.has_seen_all_of(*file)))) {
    auto found = file->sections().state == elf::SectionState::read ? search.in_sections(file->sections(), member.size)
                                                                   : std::nullopt;
    if (found) {
      device_ = *std::move(found);
    } else {
      WF_TRY_VOID(stream_device_code(member, result));
    }
  }
  return file;
}

/// Once for the section headers, and once more for the sections with device code.
Result<void> MemberReader::stream_device_code(const zip::ZipMember& member, MemberResult& result) {
  elf::RangeCollector collector(member.size, elf::WantSections::yes);
  WF_TRY(const auto collected, collect_ranges(collector, archive_, member, memory_.inflater));
  result.inflated += collected;
  WF_TRY(const elf::ElfFile file, collector.finish());
  DeviceSections sections(file, member.size);
  if (sections.empty()) {
    return {};
  }
  const auto sent = memory_.inflater.stream(archive_, member, [&](std::span<const std::byte> piece) {
    sections.feed(piece);
    return sections.has_all() ? zip::Flow::enough : zip::Flow::more;
  });
  if (!sent) {
    return tl::unexpected(sent.error());
  }
  result.inflated += *sent;
  device_ = sections.finish();
  return {};
}

/// Reads the member for its CRC and its hash alone.
void MemberReader::check_only(const zip::ZipMember& member, MemberResult& result) {
  Sha256Stream hash;
  const auto sent = memory_.inflater.stream(
      archive_, member,
      [&](std::span<const std::byte> piece) {
        hash.update(piece);
        return zip::Flow::more;
      },
      zip::CheckCrc::yes);
  result.inflated += sent.value_or(0);
  result.fault = sent ? compare(member, hash.finish()) : fault(member, sent.error().message, true);
}

std::unique_ptr<IntegrityFault> MemberReader::compare(const zip::ZipMember& member, const Sha256& seen) const {
  const auto found = record_.find(member.name);
  if (found == record_.end()) {
    return nullptr; // that it is missing is another finding
  }
  const wheel::RecordEntry& entry = *found->second;
  if (entry.size && *entry.size != member.size) {
    return fault(member, fmt::format("has {} bytes, RECORD says {}", member.size, *entry.size), false);
  }
  if (entry.algorithm == "sha256" && entry.digest != seen.base64url()) {
    return fault(member, fmt::format("has sha256 {}, RECORD says {}", seen.base64url(), entry.digest), false);
  }
  if (entry.algorithm == "md5" || entry.algorithm == "sha1") {
    return fault(member, fmt::format("is listed in RECORD with {}, wanted sha256 or better", entry.algorithm), false);
  }
  return nullptr;
}

} // namespace wheelforge::audit
