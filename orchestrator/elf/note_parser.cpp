// The notes: build id, ABI tag, GNU properties, package metadata.
#include "orchestrator/elf/elf_parser.hpp"

#include <algorithm>

namespace wheelforge::elf {
namespace {

constexpr std::uint64_t kMaxNoteSegment = std::uint64_t{1} << 20U;
constexpr std::uint32_t kLongestOwner = 256;
constexpr std::size_t kLongestBuildId = 128;

/// n_type of the owner "GNU". Source: glibc elf/elf.h.
constexpr std::uint32_t kNoteAbiTag = 1;
constexpr std::uint32_t kNoteBuildId = 3;
constexpr std::uint32_t kNoteProperty = 5;
/// n_type of the owner "FDO". Source: systemd, "Package Metadata for Executable Files".
constexpr std::uint32_t kNotePackage = 0xcafe1a7e;

/// pr_type. Source: linux-abi "gABI extensions"; x86-64 psABI; AArch64 ELF ABI.
constexpr std::uint32_t kPropertyStackSize = 1;
constexpr std::uint32_t kPropertyNoCopyOnProtected = 2;
constexpr std::uint32_t kPropertyNeeded = 0xb0008000;
constexpr std::uint32_t kPropertyX86Features = 0xc0000002;
constexpr std::uint32_t kPropertyX86IsaNeeded = 0xc0008002;
constexpr std::uint32_t kPropertyX86IsaUsed = 0xc0010002;
constexpr std::uint32_t kPropertyAarch64Features = 0xc0000000;

std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

} // namespace

Result<void> ElfParser::read_notes() {
  bool whole = true;
  for (const bool property_segments : {false, true}) {
    if (property_segments && std::any_of(file_.notes_.all.begin(), file_.notes_.all.end(), [](const Note& note) {
          return note.owner == "GNU" && note.type == kNoteProperty;
        })) {
      break; // PT_GNU_PROPERTY shows the same bytes again
    }
    for (const Segment& segment : file_.segments_) {
      if (segment.type != (property_segments ? kPtGnuProperty : kPtNote) || segment.file_size == 0) {
        continue;
      }
      const FileRange range{segment.offset, std::min(segment.file_size, kMaxNoteSegment)};
      if (!image_.inside(range)) {
        note(ElfAnomalyKind::notes,
             fmt::format("a PT_NOTE of {} bytes at {} is not inside the file", range.size, range.offset));
        continue;
      }
      const auto bytes = fetch(range, "PT_NOTE");
      whole = whole && bytes;
      if (bytes) {
        read_note_segment(*bytes, segment.alignment);
      }
    }
  }
  return whole ? Result<void>() : all_fetched();
}

void ElfParser::read_note_segment(std::span<const std::byte> bytes, std::uint64_t alignment) {
  alignment = alignment == 8 ? 8 : 4;
  while (bytes.size() >= 12) {
    if (file_.notes_.all.size() >= kMaxNotes) {
      return;
    }
    ByteCursor in = cursor(bytes, "note");
    const std::uint64_t owner_size = in.u32();
    const std::uint64_t contents_size = in.u32();
    const std::uint32_t type = in.u32();
    const auto owner_bytes = in.take(owner_size);
    const std::uint64_t contents_at = align_up(12 + owner_size, alignment);
    if (!in.ok() || !range_inside(contents_at, contents_size, bytes.size())) {
      note(ElfAnomalyKind::notes,
           fmt::format("a note with an owner of {} bytes and contents of {} does not fit {} bytes", owner_size,
                       contents_size, bytes.size()));
      return;
    }
    std::string_view owner(reinterpret_cast<const char*>(owner_bytes.data()), owner_bytes.size());
    owner = owner.substr(0, std::min<std::size_t>(owner.find('\0'), kLongestOwner));
    file_.notes_.all.push_back({std::string(owner), type, contents_size});
    read_note(owner, type, bytes.subspan(contents_at, contents_size));
    bytes = bytes.subspan(std::min<std::uint64_t>(align_up(contents_at + contents_size, alignment), bytes.size()));
  }
}

void ElfParser::read_note(std::string_view owner, std::uint32_t type, std::span<const std::byte> contents) {
  Notes& notes = file_.notes_;
  if (owner == "FDO" && type == kNotePackage && notes.package_metadata.empty()) {
    const std::string_view text(reinterpret_cast<const char*>(contents.data()), contents.size());
    notes.package_metadata = text.substr(0, text.find('\0'));
  }
  if (owner != "GNU") {
    return;
  }
  if (type == kNoteBuildId && notes.build_id.empty()) {
    for (const std::byte byte : contents.first(std::min(contents.size(), kLongestBuildId))) {
      notes.build_id += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    }
  } else if (type == kNoteAbiTag && !notes.abi_tag && contents.size() >= 16) {
    notes.abi_tag = AbiTag{load_at<std::uint32_t>(contents, 0), load_at<std::uint32_t>(contents, 4),
                           load_at<std::uint32_t>(contents, 8), load_at<std::uint32_t>(contents, 12)};
  } else if (type == kNoteProperty) {
    read_properties(contents);
  }
}

void ElfParser::read_properties(std::span<const std::byte> bytes) {
  GnuProperties& properties = file_.notes_.properties;
  const std::uint16_t machine = file_.header_.machine;
  const bool x86 = machine == kMachineX86_64 || machine == kMachine386;
  while (bytes.size() >= 8) {
    const auto type = load_at<std::uint32_t>(bytes, 0);
    const std::uint64_t size = load_at<std::uint32_t>(bytes, 4);
    if (size > bytes.size() - 8) {
      note(ElfAnomalyKind::notes, fmt::format("GNU property {:#x} of {} bytes does not fit its note", type, size));
      return;
    }
    const auto contents = bytes.subspan(8, size);
    const std::optional<std::uint32_t> value =
        size >= 4 ? std::optional(load_at<std::uint32_t>(contents, 0)) : std::nullopt;
    if (type == kPropertyNoCopyOnProtected) {
      properties.no_copy_on_protected = true;
    } else if (type == kPropertyStackSize && size == word_size()) {
      properties.stack_size = is_64() ? load_at<std::uint64_t>(contents, 0) : *value;
    } else if (type == kPropertyNeeded) {
      properties.needed = value;
    } else if (x86 && type == kPropertyX86Features) {
      properties.x86_features = value;
    } else if (x86 && type == kPropertyX86IsaNeeded) {
      properties.x86_isa_needed = value;
    } else if (x86 && type == kPropertyX86IsaUsed) {
      properties.x86_isa_used = value;
    } else if (machine == kMachineAarch64 && type == kPropertyAarch64Features) {
      properties.aarch64_features = value;
    }
    bytes = bytes.subspan(std::min<std::uint64_t>(8 + align_up(size, word_size()), bytes.size()));
  }
}

} // namespace wheelforge::elf
