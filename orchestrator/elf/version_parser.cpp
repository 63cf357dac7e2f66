// The version tables: verneed and verdef, chains of records that name each other by distance.
#include "orchestrator/elf/elf_parser.hpp"

#include <algorithm>

namespace wheelforge::elf {
namespace {

/// Version indexes have 15 bits, so no honest file has more records. Distances are unsigned: chains only go forward.
constexpr unsigned kMaxRecords = 65536;
constexpr std::uint64_t kNeedSize = 16;
constexpr std::uint64_t kNeedEntrySize = 16;
constexpr std::uint64_t kDefinitionSize = 20;
constexpr std::uint64_t kDefinitionNameSize = 8;

} // namespace

Result<std::span<const std::byte>> ElfParser::fetch_record(std::uint64_t address, std::uint64_t size,
                                                           std::string_view structure) {
  if (++version_records_ > kMaxRecords) {
    return fail(ErrorKind::invalid_data, "the version tables have more than {} records", kMaxRecords);
  }
  WF_TRY(const FileRange range, locate(address, size, structure));
  auto bytes = fetch(range, structure);
  if (!bytes) {
    widen_missing(address, range);
  }
  return bytes;
}

void ElfParser::name_version(std::uint16_t index, SymbolVersion version) {
  constexpr std::uint16_t kIndexMask = 0x7fff;
  index &= kIndexMask;
  if (index <= kVersionGlobal) {
    return; // the base definition, or a version that no symbol uses
  }
  if (index >= file_.versions_.size()) {
    file_.versions_.resize(index + 1U);
  }
  SymbolVersion& slot = file_.versions_[index];
  if (!slot.name.empty()) {
    note(ElfAnomalyKind::versions,
         fmt::format("version index {} stands for {:.100} and for {:.100}", index, slot.name, version.name));
  }
  slot = version;
}

Result<void> ElfParser::read_version_needs() {
  const auto table = file_.dynamic_.value(dt::kVerneed);
  if (!table) {
    return {};
  }
  const std::uint64_t stated = file_.dynamic_.value(dt::kVerneedCount).value_or(0);
  std::uint64_t address = *table;
  for (std::uint64_t next = 1; next != 0; address += next) {
    WF_TRY(const auto bytes, fetch_record(address, kNeedSize, "verneed"));
    ByteCursor in = cursor(bytes, "verneed");
    const std::uint16_t revision = in.u16();
    const std::uint16_t count = in.u16();
    const std::uint32_t file = in.u32();
    const std::uint32_t entries = in.u32();
    next = in.u32();
    if (revision != 1) {
      return fail(ErrorKind::invalid_data, "verneed at {:#x} has vn_version {}, 1 is wanted", address, revision);
    }
    VersionNeed need;
    WF_TRY(need.file, string_at(file, "vn_file"));
    if (count > 0) {
      WF_TRY_VOID(read_needed_versions(address + entries, count, need));
    }
    file_.version_needs_.push_back(std::move(need));
  }
  if (stated != file_.version_needs_.size()) {
    note(ElfAnomalyKind::versions,
         fmt::format("DT_VERNEEDNUM = {}, the table has {} entries", stated, file_.version_needs_.size()));
  }
  return {};
}

Result<void> ElfParser::read_needed_versions(std::uint64_t address, unsigned count, VersionNeed& need) {
  std::uint64_t next = 1;
  for (; next != 0; address += next) {
    WF_TRY(const auto bytes, fetch_record(address, kNeedEntrySize, "vernaux"));
    ByteCursor in = cursor(bytes, "vernaux");
    NeededVersion version;
    version.hash = in.u32();
    version.flags = in.u16();
    version.index = in.u16();
    WF_TRY(version.name, string_at(in.u32(), "vna_name"));
    next = in.u32();
    if (version.hash != sysv_hash(version.name)) {
      note(ElfAnomalyKind::version_hash, fmt::format("version {:.100} of {:.100} has hash {:#x}, {:#x} is wanted",
                                                     version.name, need.file, version.hash, sysv_hash(version.name)));
    }
    name_version(version.index, {version.name, need.file});
    need.versions.push_back(version);
  }
  if (need.versions.size() != count) {
    note(ElfAnomalyKind::versions,
         fmt::format("{:.100}: vn_cnt = {}, the chain has {} entries", need.file, count, need.versions.size()));
  }
  return {};
}

Result<void> ElfParser::read_version_definitions() {
  const auto table = file_.dynamic_.value(dt::kVerdef);
  if (!table) {
    return {};
  }
  const std::uint64_t stated = file_.dynamic_.value(dt::kVerdefCount).value_or(0);
  std::uint64_t address = *table;
  for (std::uint64_t next = 1; next != 0; address += next) {
    WF_TRY(const auto bytes, fetch_record(address, kDefinitionSize, "verdef"));
    ByteCursor in = cursor(bytes, "verdef");
    VersionDefinition definition;
    const std::uint16_t revision = in.u16();
    definition.flags = in.u16();
    definition.index = in.u16();
    const std::uint16_t count = in.u16();
    definition.hash = in.u32();
    const std::uint32_t entries = in.u32();
    next = in.u32();
    if (revision != 1) {
      return fail(ErrorKind::invalid_data, "verdef at {:#x} has vd_version {}, 1 is wanted", address, revision);
    }
    if (count > 0) {
      WF_TRY_VOID(read_definition_names(address + entries, count, definition));
    }
    if (definition.hash != sysv_hash(definition.name)) {
      note(ElfAnomalyKind::version_hash, fmt::format("definition {:.100} has hash {:#x}, {:#x} is wanted",
                                                     definition.name, definition.hash, sysv_hash(definition.name)));
    }
    name_version(definition.index, {definition.name, {}});
    file_.version_definitions_.push_back(std::move(definition));
  }
  if (stated != file_.version_definitions_.size()) {
    note(ElfAnomalyKind::versions,
         fmt::format("DT_VERDEFNUM = {}, the table has {} entries", stated, file_.version_definitions_.size()));
  }
  return {};
}

Result<void> ElfParser::read_definition_names(std::uint64_t address, unsigned count, VersionDefinition& definition) {
  for (unsigned i = 0; i < count; ++i) {
    WF_TRY(const auto bytes, fetch_record(address, kDefinitionNameSize, "verdaux"));
    ByteCursor in = cursor(bytes, "verdaux");
    WF_TRY(const auto name, string_at(in.u32(), "vda_name"));
    const std::uint32_t next = in.u32();
    if (i == 0) {
      definition.name = name;
    } else {
      definition.parents.push_back(name);
    }
    if (next == 0) {
      break;
    }
    address += next;
  }
  return {};
}

} // namespace wheelforge::elf
