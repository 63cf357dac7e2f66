// Reading a wheel: which members are ELF files, their facts, the *.dist-info files, and integrity, on several threads.
#include "orchestrator/audit/wheel_scan.hpp"

#include "orchestrator/audit/member_reader.hpp"
#include "orchestrator/audit/reading_crew.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace wheelforge::audit {
namespace {

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
  MemoryGate& gate = options.crew->gate();
  allow_memory_for(archive, gate);
  options.crew->share(
      [&](ReadingMemory& memory) {
        MemberReader reader(archive, record, options, gate, memory);
        for (std::size_t i = next++; i < order.size(); i = next++) {
          results[order[i]] = reader.read(archive.members()[order[i]]);
        }
      },
      *options.memory);
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
  if (options.crew == nullptr) {
    ReadingCrew alone(1);
    ReadingMemory memory;
    ScanOptions with_memory = options;
    with_memory.crew = &alone;
    with_memory.memory = &memory;
    return scan_wheel(archive, with_memory);
  }
  WheelScan scan;
  scan.dist_infos = dist_info_folders(archive);
  if (scan.dist_infos.size() == 1) {
    zip::Inflater& inflater = options.memory->inflater;
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
