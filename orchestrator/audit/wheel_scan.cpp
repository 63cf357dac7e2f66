// Reading a wheel: which members are ELF files, their facts, the *.dist-info files, and integrity, on several threads.
#include "orchestrator/audit/wheel_scan.hpp"

#include "orchestrator/audit/device_search.hpp"
#include "orchestrator/audit/elf_member.hpp"
#include "orchestrator/base/sha256.hpp"
#include "orchestrator/zip/byte_source.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <thread>
#include <unordered_map>
#include <utility>

namespace wheelforge::audit {
namespace {

using RecordIndex = std::unordered_map<std::string_view, const wheel::RecordEntry*>;

/// What one member gave; the pointers are null for the many members that are nothing special.
struct MemberResult {
  std::unique_ptr<ElfFacts> elf;
  std::unique_ptr<BrokenElf> broken;
  std::unique_ptr<IntegrityFault> fault;
  std::uint64_t inflated = 0;
};

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

/// All threads' buffers together: peak memory is to stay below 40 MB for wheels of members up to 16 MiB, and below
/// 200 MB for all others.
std::uint64_t memory_bound(const zip::ZipReader& archive) {
  constexpr std::uint64_t kUsual = std::uint64_t{16} << 20U;
  const bool is_large = std::any_of(archive.members().begin(), archive.members().end(),
                                    [](const zip::ZipMember& member) { return member.size > kUsual; });
  return is_large ? zip::kWholeLimit + kUsual : kUsual;
}

/// Reads members one after the other; one a thread.
class MemberReader {
public:
  MemberReader(const zip::ZipReader& archive, const RecordIndex& record, const ScanOptions& options, MemoryGate& gate,
               ReadingMemory& memory)
      : archive_(archive), record_(record), options_(options), gate_(gate), memory_(memory),
        bound_(memory_bound(archive)), integrity_(options.integrity),
        uses_cache_(options.cache != nullptr && options.shared && options.integrity == Integrity::skip) {}

  MemberResult read(const zip::ZipMember& member) {
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
      take_memory(member.size <= zip::kWholeLimit ? zip::Inflater::memory_for(member)
                                                  : elf::RangeCollector::kFrontLimit);
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

private:
  void take_memory(std::uint64_t wanted) {
    if (wanted <= memory_.held) {
      return;
    }
    if (!gate_.grow(memory_.held, wanted, bound_)) {
      memory_.give_back(gate_);
      gate_.wait_for(wanted, bound_);
    }
    memory_.held = wanted;
  }

  bool take_from_cache(const zip::ZipMember& member, MemberResult& result) {
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
  bool has_same_bytes(const zip::ZipMember& member, const MemberCache::Seen& seen) {
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

  void read_elf(const zip::ZipMember& member, MemberResult& result) {
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

  Result<elf::ElfFile> read_whole(const zip::ZipMember& member, MemberResult& result) {
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
  Result<elf::ElfFile> read_stream(const zip::ZipMember& member, MemberResult& result) {
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
  Result<void> stream_device_code(const zip::ZipMember& member, MemberResult& result) {
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
  void check_only(const zip::ZipMember& member, MemberResult& result) {
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

  std::unique_ptr<IntegrityFault> compare(const zip::ZipMember& member, const Sha256& seen) {
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

  static std::unique_ptr<IntegrityFault> fault(const zip::ZipMember& member, std::string reason, bool of_archive) {
    return std::make_unique<IntegrityFault>(IntegrityFault{member.name, std::move(reason), of_archive});
  }

  const zip::ZipReader& archive_;
  const RecordIndex& record_;
  const ScanOptions& options_;
  MemoryGate& gate_;
  ReadingMemory& memory_;
  std::uint64_t bound_; ///< for what all threads hold
  Integrity integrity_;
  bool uses_cache_;
  std::uint16_t machine_ = 0;
  bool has_header_ = false;
  std::span<const std::byte> whole_bytes_; ///< of the member that read_whole() read last
  devicecode::DeviceInventory device_;     ///< of the file just read
};

/// The members in the order they are read: the largest first, so that no thread is left with a large one at the end.
std::vector<std::uint32_t> reading_order(const zip::ZipReader& archive) {
  std::vector<std::uint32_t> order;
  order.reserve(archive.members().size());
  for (const zip::ZipMember& member : archive.members()) {
    order.push_back(member.index);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return archive.members()[a].compressed_size > archive.members()[b].compressed_size;
  });
  return order;
}

std::vector<MemberResult> read_members(const zip::ZipReader& archive, const RecordIndex& record,
                                       const ScanOptions& options) {
  std::vector<MemberResult> results(archive.members().size());
  const std::vector<std::uint32_t> order = reading_order(archive);
  std::atomic<std::size_t> next = 0;
  MemoryGate own_gate;
  MemoryGate& gate = options.gate != nullptr ? *options.gate : own_gate;
  const auto work = [&](ReadingMemory& memory) {
    MemberReader reader(archive, record, options, gate, memory);
    for (std::size_t i = next++; i < order.size(); i = next++) {
      results[order[i]] = reader.read(archive.members()[order[i]]);
    }
  };
  const auto work_alone = [&] {
    ReadingMemory memory;
    work(memory);
    memory.give_back(gate);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < options.threads && i < order.size(); ++i) {
    others.emplace_back(work_alone);
  }
  if (options.memory != nullptr) {
    work(*options.memory);
  } else {
    work_alone();
  }
  for (std::thread& thread : others) {
    thread.join();
  }
  return results;
}

std::vector<std::string> dist_info_folders(const zip::ZipReader& archive) {
  constexpr std::string_view kSuffix = ".dist-info";
  std::vector<std::string> folders;
  for (const zip::ZipMember& member : archive.members()) {
    const std::size_t slash = member.name.find('/');
    if (slash != std::string::npos && slash > kSuffix.size() &&
        std::string_view(member.name).substr(slash - kSuffix.size(), kSuffix.size()) == kSuffix) {
      folders.push_back(member.name.substr(0, slash));
    }
  }
  std::sort(folders.begin(), folders.end());
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  return folders;
}

template <class T, class Parse>
InfoFile<T> read_info_file(const zip::ZipReader& archive, zip::Inflater& inflater, const std::string& name,
                           Parse parse) {
  const zip::ZipMember* member = archive.find(name);
  if (member == nullptr) {
    return {std::nullopt, "there is no such file"};
  }
  const auto bytes = inflater.read(archive, *member, zip::CheckCrc::yes);
  if (!bytes) {
    return {std::nullopt, bytes.error().message};
  }
  auto parsed = parse(std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
  if (!parsed) {
    return {std::nullopt, parsed.error().message};
  }
  return {*std::move(parsed), {}};
}

} // namespace

Result<WheelScan> scan_wheel(const zip::ZipReader& archive, const ScanOptions& options) {
  WheelScan scan;
  scan.dist_infos = dist_info_folders(archive);
  if (scan.dist_infos.size() == 1) {
    ReadingMemory own;
    zip::Inflater& inflater = options.memory != nullptr ? options.memory->inflater : own.inflater;
    const std::string folder = scan.dist_infos[0] + "/";
    scan.metadata = read_info_file<wheel::Metadata>(archive, inflater, folder + "METADATA", wheel::parse_metadata);
    scan.wheel_file = read_info_file<wheel::WheelFile>(archive, inflater, folder + "WHEEL", wheel::parse_wheel_file);
    scan.record = read_info_file<wheel::Record>(archive, inflater, folder + "RECORD", [&](std::string_view text) {
      auto record = wheel::parse_record(text);
      if (!record) {
        scan.record_paths = wheel::record_paths(text);
      }
      return record;
    });
  } else {
    const std::string problem = fmt::format("the wheel has {} *.dist-info folders, wanted 1", scan.dist_infos.size());
    scan.metadata.problem = problem;
    scan.wheel_file.problem = problem;
    scan.record.problem = problem;
  }
  RecordIndex index;
  if (scan.record.value) {
    for (const wheel::RecordEntry& entry : scan.record.value->entries) {
      index[entry.path] = &entry;
    }
  }
  for (MemberResult& result : read_members(archive, index, options)) {
    scan.inflated_bytes += result.inflated;
    if (result.elf) {
      scan.elfs.push_back(std::move(*result.elf));
    }
    if (result.broken) {
      scan.broken_elfs.push_back(std::move(*result.broken));
    }
    if (result.fault) {
      scan.faults.push_back(std::move(*result.fault));
    }
  }
  const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
  std::stable_sort(scan.faults.begin(), scan.faults.end(), by_path);
  return scan;
}

} // namespace wheelforge::audit
