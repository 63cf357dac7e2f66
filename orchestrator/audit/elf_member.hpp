// Reading a member of a wheel as an ELF file, whole or as a stream.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/elf/elf_file.hpp"
#include "orchestrator/elf/range_collector.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace wheelforge::audit {

/// Is shown the bytes of a member, in order, as far as the first pass reads them.
using FirstPass = std::function<void(std::span<const std::byte>)>;

/// Sends a member's bytes to the collector, as often as it asks for them. Gives the number of bytes sent in all passes;
/// fails like zip::Inflater::stream.
[[nodiscard]] Result<std::uint64_t> collect_ranges(elf::RangeCollector& collector, const zip::ZipReader& archive,
                                                   const zip::ZipMember& member, zip::Inflater& inflater,
                                                   const FirstPass& first_pass = {});

/// The ELF file that a member is: read whole up to zip::kWholeLimit, else as a stream; then the sections are read only
/// where they are wanted. Fails like zip::Inflater::read and elf::ElfFile::parse.
[[nodiscard]] Result<elf::ElfFile> parse_member(const zip::ZipReader& archive, const zip::ZipMember& member,
                                                zip::Inflater& inflater,
                                                elf::WantSections sections = elf::WantSections::no);

} // namespace wheelforge::audit
