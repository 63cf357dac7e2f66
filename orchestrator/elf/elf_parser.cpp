// The order in which an ELF file is read; its header, program headers and interpreter.
#include "orchestrator/elf/elf_parser.hpp"

#include <algorithm>

namespace wheelforge::elf {
namespace {

constexpr std::size_t kIdentSize = 16;
constexpr std::size_t kMaxAnomalies = 64;
constexpr std::uint64_t kLongestPath = 4096;

FileType file_type(std::uint16_t value) {
  constexpr std::array kTypes{FileType::none, FileType::relocatable, FileType::executable, FileType::shared,
                              FileType::core};
  return value < kTypes.size() ? kTypes[value] : FileType::other;
}

} // namespace

Result<void> ElfParser::run() {
  file_.file_size_ = image_.size();
  WF_TRY_VOID(read_header());
  WF_TRY_VOID(read_segments());
  // Everything the program headers point at is asked for before the first of it is missed.
  const Result<void> interpreter = read_interpreter();
  const Result<void> notes = read_notes();
  const Result<void> dynamic = read_dynamic();
  WF_TRY_VOID(all_fetched());
  WF_TRY_VOID(interpreter);
  WF_TRY_VOID(notes);
  WF_TRY_VOID(dynamic);
  // The section headers may have to say how many symbols there are.
  const Result<void> sections = read_sections();
  WF_TRY_VOID(locate_tables());
  WF_TRY_VOID(sections);
  WF_TRY_VOID(read_dynamic_strings());
  const Result<void> counted = count_symbols();
  const Result<void> needs = read_version_needs();
  const Result<void> definitions = read_version_definitions();
  WF_TRY_VOID(all_fetched());
  WF_TRY_VOID(counted);
  WF_TRY_VOID(needs);
  WF_TRY_VOID(definitions);
  WF_TRY_VOID(read_symbols());
  read_relocations();
  return {};
}

Result<std::span<const std::byte>> ElfParser::fetch(FileRange range, std::string_view structure) {
  if (!image_.inside(range)) {
    return fail(ErrorKind::invalid_data, "{} of {} bytes at {} is not inside the file of {} bytes", structure,
                range.size, range.offset, image_.size());
  }
  const auto bytes = image_.at(range);
  if (!bytes) {
    missing_.push_back(range);
    return fail(ErrorKind::internal, "{} at {} is not at hand", structure, range.offset);
  }
  return *bytes;
}

Result<void> ElfParser::request(FileRange range, std::string_view structure, std::span<const std::byte>& bytes) {
  const std::size_t missing_before = missing_.size();
  auto fetched = fetch(range, structure);
  if (fetched) {
    bytes = *fetched;
  } else if (missing_.size() == missing_before) {
    return tl::unexpected(std::move(fetched).error());
  }
  return {};
}

Result<void> ElfParser::all_fetched() const {
  return missing_.empty() ? Result<void>() : fail(ErrorKind::internal, "{} ranges are not at hand", missing_.size());
}

const Segment* ElfParser::load_segment_at(std::uint64_t address) const {
  const auto after = std::upper_bound(loads_.begin(), loads_.end(), address,
                                      [](std::uint64_t a, const Segment& segment) { return a < segment.address; });
  if (after == loads_.begin()) {
    return nullptr;
  }
  const Segment& segment = *(after - 1);
  return address - segment.address < segment.memory_size ? &segment : nullptr;
}

std::uint64_t ElfParser::bytes_from(const Segment& segment) const {
  std::uint64_t bytes = segment.file_size;
  const Segment* last = &segment;
  for (const Segment* next = last + 1; next != loads_.data() + loads_.size(); last = next++) {
    const bool goes_on = last->file_size == last->memory_size && next->file_size <= ~bytes &&
                         next->address - last->address == last->file_size &&
                         next->offset - last->offset == last->file_size;
    if (!goes_on) {
      break;
    }
    bytes += next->file_size;
  }
  return bytes;
}

Result<FileRange> ElfParser::locate(std::uint64_t address, std::uint64_t size, std::string_view structure) const {
  const Segment* segment = load_segment_at(address);
  if (segment == nullptr) {
    return fail(ErrorKind::invalid_data, "{} at address {:#x} is in no PT_LOAD segment", structure, address);
  }
  const std::uint64_t start = address - segment->address;
  if (!range_inside(start, size, bytes_from(*segment))) {
    return fail(ErrorKind::invalid_data,
                "{} of {} bytes at address {:#x} does not fit its segment of {} bytes at {:#x}", structure, size,
                address, segment->file_size, segment->address);
  }
  if (start > ~segment->offset) {
    return fail(ErrorKind::invalid_data, "{} is in a segment at file offset {:#x}", structure, segment->offset);
  }
  return FileRange{segment->offset + start, size};
}

void ElfParser::note(ElfAnomalyKind kind, std::string detail) {
  if (file_.anomalies_.size() < kMaxAnomalies) {
    file_.anomalies_.push_back({kind, std::move(detail)});
  }
}

Result<void> ElfParser::read_header() {
  if (image_.size() < kIdentSize) {
    return fail(ErrorKind::invalid_data, "a file of {} bytes is too short for an ELF header", image_.size());
  }
  WF_TRY(const auto ident, fetch({0, kIdentSize}, "ELF identification"));
  if (!is_elf(ident)) {
    return fail(ErrorKind::invalid_data, "the file does not begin as an ELF file does");
  }
  Header& header = file_.header_;
  const auto elf_class = std::to_integer<unsigned>(ident[4]);
  const auto data = std::to_integer<unsigned>(ident[5]);
  const auto version = std::to_integer<unsigned>(ident[6]);
  if (elf_class < 1 || elf_class > 2 || data < 1 || data > 2 || version != 1) {
    return fail(ErrorKind::invalid_data,
                "ELF identification has class {}, data {} and version {}; 1 or 2, 1 or 2, and 1 are wanted", elf_class,
                data, version);
  }
  header.elf_class = elf_class == 2 ? ElfClass::elf64 : ElfClass::elf32;
  header.order = data == 2 ? std::endian::big : std::endian::little;
  header.osabi = std::to_integer<std::uint8_t>(ident[7]);
  header.abi_version = std::to_integer<std::uint8_t>(ident[8]);

  const FileRange whole{0, is_64() ? 64U : 52U};
  WF_TRY(const auto bytes, fetch(whole, "ELF header"));
  ByteCursor in = cursor(bytes.subspan(kIdentSize), "ELF header");
  header.type = file_type(in.u16());
  header.machine = in.u16();
  in.skip(4); // e_version
  header.entry = read_word(in);
  header.program_headers_offset = read_word(in);
  header.section_headers_offset = read_word(in);
  header.flags = in.u32();
  in.skip(2); // e_ehsize
  header.program_header_size = in.u16();
  header.program_header_count = in.u16();
  header.section_header_size = in.u16();
  header.section_header_count = in.u16();
  header.section_names_index = in.u16();
  WF_CHECK(in.ok());
  return {};
}

Result<void> ElfParser::read_segments() {
  const Header& header = file_.header_;
  if (header.program_header_count == 0) {
    return {};
  }
  const std::uint64_t entry_size = is_64() ? 56 : 32;
  if (header.program_header_size != entry_size) {
    return fail(ErrorKind::invalid_data, "e_phentsize = {}, {} is wanted", header.program_header_size, entry_size);
  }
  const FileRange table{header.program_headers_offset, entry_size * header.program_header_count};
  if (!image_.inside(table)) {
    return fail(ErrorKind::invalid_data, "e_phnum = {} needs {} bytes at {}, the file has {}",
                header.program_header_count, table.size, table.offset, image_.size());
  }
  WF_TRY(const auto bytes, fetch(table, "program header table"));
  ByteCursor in = cursor(bytes, "program header table");
  file_.segments_.reserve(header.program_header_count);
  for (unsigned i = 0; i < header.program_header_count; ++i) {
    Segment segment;
    segment.type = in.u32();
    segment.flags = is_64() ? in.u32() : 0;
    segment.offset = read_word(in);
    segment.address = read_word(in);
    static_cast<void>(read_word(in)); // p_paddr
    segment.file_size = read_word(in);
    segment.memory_size = read_word(in);
    segment.flags = is_64() ? segment.flags : in.u32();
    segment.alignment = read_word(in);
    if (segment.type == kPtLoad) {
      loads_.push_back(segment);
    }
    file_.segments_.push_back(segment);
  }
  WF_CHECK(in.ok());
  guess_places();
  check_segments();
  read_stack_and_tls();
  return {};
}

void ElfParser::guess_places() {
  if (loads_.empty()) {
    return;
  }
  const auto clipped = [this](std::uint64_t from, std::uint64_t size) {
    from = std::min(from, image_.size());
    return FileRange{from, std::min(size, image_.size() - from)};
  };
  likely_.push_back(clipped(0, clipped(loads_[0].offset, loads_[0].file_size).end()));
  // Tools that lengthen a table, such as patchelf, give it a segment of its own; data and its dynamic section are
  // small.
  constexpr std::uint64_t kSmallSegment = std::uint64_t{8} << 20U;
  std::uint64_t left = 3 * kSmallSegment; // for all of them
  for (std::size_t i = 1; i < loads_.size(); ++i) {
    const FileRange place = clipped(loads_[i].offset, loads_[i].file_size);
    if (place.size <= std::min(kSmallSegment, left)) {
      likely_.push_back(place);
      left -= place.size;
    }
  }
  const std::uint64_t headers = file_.header_.section_headers_offset;
  if (want_sections_ == WantSections::no || headers == 0) {
    return;
  }
  constexpr std::uint64_t kComment = 4096; // .comment is what linkers put first behind the last segment of theirs
  constexpr std::uint64_t kNames = 65536;  // .shstrtab is what they put last before the section headers
  for (const Segment& segment : loads_) {
    likely_.push_back(clipped(clipped(segment.offset, segment.file_size).end(), kComment));
  }
  const std::uint64_t table = std::uint64_t{file_.header_.section_header_count} * file_.header_.section_header_size;
  likely_.push_back(clipped(headers - std::min(headers, kNames), std::min(headers, kNames) + table));
}

void ElfParser::check_segments() {
  if (loads_.empty()) {
    return;
  }
  const auto by_address = [](const Segment& a, const Segment& b) { return a.address < b.address; };
  if (!std::is_sorted(loads_.begin(), loads_.end(), by_address)) {
    note(ElfAnomalyKind::segments, "the PT_LOAD segments are not sorted by address");
    std::stable_sort(loads_.begin(), loads_.end(), by_address);
  }
  const Segment* before = nullptr;
  for (const Segment& segment : loads_) {
    if (!image_.inside({segment.offset, segment.file_size})) {
      note(ElfAnomalyKind::segments, fmt::format("a PT_LOAD of {} bytes at {} reaches past the end of the file at {}",
                                                 segment.file_size, segment.offset, image_.size()));
    }
    if (segment.file_size > segment.memory_size) {
      note(ElfAnomalyKind::segments,
           fmt::format("a PT_LOAD has {} bytes in the file and {} in memory", segment.file_size, segment.memory_size));
    }
    const std::uint64_t mask = segment.alignment - 1;
    if (segment.alignment > 1 &&
        ((segment.alignment & mask) != 0 || ((segment.address - segment.offset) & mask) != 0)) {
      note(ElfAnomalyKind::segments, fmt::format("a PT_LOAD at address {:#x} and offset {:#x} is not aligned to {:#x}",
                                                 segment.address, segment.offset, segment.alignment));
    }
    if (before != nullptr && segment.address - before->address < before->memory_size) {
      note(ElfAnomalyKind::segments,
           fmt::format("the PT_LOADs at addresses {:#x} and {:#x} overlap", before->address, segment.address));
    }
    before = &segment;
  }
}

void ElfParser::read_stack_and_tls() {
  for (const Segment& segment : file_.segments_) {
    if (segment.type == kPtGnuStack) {
      file_.stack_ = (segment.flags & kPfExecute) != 0 ? StackFlags::executable : StackFlags::not_executable;
    } else if (segment.type == kPtTls) {
      file_.tls_ = TlsSegment{segment.file_size, segment.memory_size, segment.alignment};
    }
  }
}

Result<void> ElfParser::read_interpreter() {
  for (const Segment& segment : file_.segments_) {
    if (segment.type != kPtInterp) {
      continue;
    }
    if (segment.file_size == 0) {
      note(ElfAnomalyKind::segments, "PT_INTERP is empty: the file holds debug information only");
      return {};
    }
    if (segment.file_size > kLongestPath) {
      return fail(ErrorKind::invalid_data, "PT_INTERP has {} bytes, at most {} are wanted", segment.file_size,
                  kLongestPath);
    }
    WF_TRY(const auto bytes, fetch({segment.offset, segment.file_size}, "PT_INTERP"));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    file_.interpreter_ = std::string(text.substr(0, text.find('\0')));
    return {}; // the kernel takes the first
  }
  return {};
}

} // namespace wheelforge::elf
