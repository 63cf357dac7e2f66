// The formats of fat binaries and offload bundles.
// Sources: CUDA's fatbinary_section.h (magic, header), the headers of fat binaries as nvcc 11.8 to 13.5 write them,
// held against cuobjdump; LLVM's ClangOffloadBundler documentation and its OffloadBundler.h for bundles.
#include "orchestrator/devicecode/device_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace wheelforge::devicecode {
namespace {

constexpr std::uint32_t kFatMagic = 0xBA55ED50;
constexpr std::size_t kFatHeader = 16;
constexpr std::size_t kEntryHeader = 64;
constexpr std::size_t kLeastEntryHeader = 32;
constexpr std::uint16_t kPtx = 1;
constexpr std::uint16_t kElf = 2;

constexpr std::string_view kBundleMagic = "__CLANG_OFFLOAD_BUNDLE__";
constexpr std::string_view kCompressedMagic = "CCOB";
constexpr std::size_t kCompressedHeader = 32; ///< of version 3; earlier ones are shorter
constexpr std::size_t kMostBundleEntries = 4096;
constexpr std::size_t kMostBundleHeader = 1U << 20U;

template <class T>
T little(std::span<const std::byte> bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | static_cast<T>(static_cast<T>(bytes[at + i]) << (8 * i)));
  }
  return value;
}

bool begins(std::span<const std::byte> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

/// The magic number, version 1 and a header of at least 16 bytes: eight bytes that nothing else has.
bool begins_fatbin(std::span<const std::byte> bytes) {
  return little<std::uint32_t>(bytes, 0) == kFatMagic && little<std::uint16_t>(bytes, 4) == 1 &&
         little<std::uint16_t>(bytes, 6) >= kFatHeader;
}

/// "CCOB", a version and a method of compression, both small numbers: eight bytes that nothing else has.
bool begins_compressed_bundle(std::span<const std::byte> bytes) {
  if (!begins(bytes, kCompressedMagic) || bytes.size() < 8) {
    return false;
  }
  const auto version = little<std::uint16_t>(bytes, 4);
  return version > 0 && version < 16 && little<std::uint16_t>(bytes, 6) < 16;
}

/// How many bytes at the front, in words of eight, begin with none of the magic numbers. Looks at blocks without a
/// branch in them: it is called for whole files.
std::size_t words_without_magic(std::span<const std::byte> bytes) {
  constexpr std::size_t kBlock = 32; // words
  const std::uint32_t bundle = little<std::uint32_t>(std::as_bytes(std::span(kBundleMagic)), 0);
  const std::uint32_t compressed = little<std::uint32_t>(std::as_bytes(std::span(kCompressedMagic)), 0);
  const auto first_half = [](const std::byte* word) {
    std::uint32_t value = 0;
    std::memcpy(&value, word, sizeof value);
    if constexpr (std::endian::native == std::endian::big) {
      value = __builtin_bswap32(value);
    }
    return value;
  };
  std::size_t at = 0;
  for (; at + kBlock * 8 <= bytes.size(); at += kBlock * 8) {
    std::uint32_t hits = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const std::uint32_t value = first_half(bytes.data() + at + i * 8);
      hits |= static_cast<std::uint32_t>((value == kFatMagic) | (value == bundle) | (value == compressed));
    }
    if (hits != 0) {
      break;
    }
  }
  for (; at + 8 <= bytes.size(); at += 8) {
    const std::uint32_t value = first_half(bytes.data() + at);
    if (value == kFatMagic || value == bundle || value == compressed) {
      break;
    }
  }
  return at;
}

/// "sm_90a": the architecture, and the letter of those that run on exactly one device ('a') or family ('f').
std::string target_name(std::uint16_t kind, std::uint32_t arch, std::uint64_t flags) {
  constexpr std::uint64_t kSpecific = 0x100000; // read off cuobjdump's sm_90a and sm_100a
  constexpr std::uint64_t kFamily = 0x8000000;
  const char* letter = (flags & kSpecific) != 0 ? "a" : (flags & kFamily) != 0 ? "f" : "";
  return fmt::format("{}_{}{}", kind == kPtx ? "compute" : "sm", arch, letter);
}

/// The device of a bundle's entry: "hipv4-amdgcn-amd-amdhsa--gfx90a:xnack+" → "gfx90a:xnack+"; empty for the host's.
std::string device_of(std::string_view triple) {
  const std::size_t at = triple.rfind("gfx");
  const bool is_device = triple.rfind("hip", 0) == 0 || triple.rfind("openmp", 0) == 0;
  return is_device && at != std::string_view::npos ? std::string(triple.substr(at)) : std::string();
}

} // namespace

void DeviceInventory::add(const std::string& target, std::uint64_t bytes) {
  TargetCode& code = targets[target];
  ++code.objects;
  code.bytes += bytes;
}

void DeviceInventory::note(std::string oddity) {
  if (oddities.size() < kMostOddities && std::find(oddities.begin(), oddities.end(), oddity) == oddities.end()) {
    oddities.push_back(std::move(oddity));
  }
}

void DeviceInventory::merge(const DeviceInventory& other) {
  for (const auto& [target, code] : other.targets) {
    targets[target].objects += code.objects;
    targets[target].bytes += code.bytes;
  }
  compressed.objects += other.compressed.objects;
  compressed.bytes += other.compressed.bytes;
  for (const std::string& oddity : other.oddities) {
    note(oddity);
  }
}

SectionKind section_kind(std::string_view section_name) {
  if (section_name == ".nv_fatbin" || section_name == "__nv_relfatbin") {
    return SectionKind::nv_fatbin;
  }
  return section_name == ".hip_fatbin" ? SectionKind::hip_fatbin : SectionKind::none;
}

void SectionReader::feed(Bytes bytes) {
  if (kind_ == SectionKind::none) {
    return;
  }
  if (buffer_.empty()) { // the usual case: nothing is copied
    const Bytes rest = work_on(bytes);
    buffer_.assign(rest.begin(), rest.end());
    return;
  }
  // Only as much is copied as it takes to get past what waits; more each time, up to a whole word's end.
  while (!bytes.empty() && !buffer_.empty()) {
    const std::uint64_t wanted = std::max<std::size_t>(64, buffer_.size()) - taken() % 8;
    const auto step_size = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, bytes.size()));
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(step_size));
    bytes = bytes.subspan(step_size);
    const Bytes rest = work_on(buffer_);
    buffer_.erase(buffer_.begin(), buffer_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  }
  if (!bytes.empty()) {
    feed(bytes);
  }
}

/// Goes as far as it can, and gives what must wait for more.
SectionReader::Bytes SectionReader::work_on(Bytes bytes) {
  while (!bytes.empty()) {
    if (skip_ == 0) {
      skip_ = step(bytes);
      if (skip_ == 0) {
        break;
      }
    }
    const auto passed = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
    bytes = bytes.subspan(passed);
    skip_ -= passed;
    position_ += passed;
  }
  return bytes;
}

void SectionReader::begin_object() {
  if (runs_.empty() || position_ - runs_.back().end >= DeviceRun::kLeastGap) {
    runs_.push_back({position_, position_, {}});
  }
}

void SectionReader::end_object_at(std::uint64_t size) {
  const std::uint64_t room = ~std::uint64_t{0} - position_; // a size that lies may be anything
  runs_.back().end = std::max(runs_.back().end, position_ + std::min(size, room));
}

void SectionReader::finish_runs() {
  at_end_ = true;
  const Bytes rest = work_on(buffer_);
  buffer_.erase(buffer_.begin(), buffer_.end() - static_cast<std::ptrdiff_t>(rest.size()));
  if (in_fatbin_ && remaining_ > 0) {
    found().note(fmt::format("the section ends {} bytes before its fat binary does", remaining_));
  } else if (skip_ > 0) { // only an object is passed over before its end is there
    found().note("the section ends inside its last object");
  }
}

DeviceInventory SectionReader::finish() {
  finish_runs();
  DeviceInventory all;
  for (const DeviceRun& run : runs_) {
    all.merge(run.found);
  }
  return all;
}

std::size_t SectionReader::step(Bytes bytes) {
  if (in_fatbin_) {
    return read_fatbin_entry(bytes);
  }
  if (bytes.size() < kFatHeader) {
    return at_end_ ? bytes.size() : 0;
  }
  if (seeks_fatbin() && begins_fatbin(bytes)) {
    return read_fatbin_header(bytes);
  }
  if (seeks_bundle() && begins(bytes, kBundleMagic.substr(0, std::min(kBundleMagic.size(), bytes.size())))) {
    return read_bundle(bytes);
  }
  if (seeks_bundle() && begins_compressed_bundle(bytes)) {
    return read_compressed_bundle(bytes);
  }
  return seek_magic(bytes);
}

/// Objects are aligned to 8 bytes at least, with zeros between them; the last one may end anywhere.
std::size_t SectionReader::seek_magic(Bytes bytes) const {
  std::size_t at = 8 - static_cast<std::size_t>(position_ % 8);
  while (at + 8 <= bytes.size()) {
    at += words_without_magic(bytes.subspan(at));
    if (at + 8 > bytes.size()) {
      break;
    }
    const auto word = bytes.subspan(at, 8);
    const bool is_fat = seeks_fatbin() && begins_fatbin(word);
    const bool is_bundle =
        seeks_bundle() && (begins(word, kBundleMagic.substr(0, 8)) || begins_compressed_bundle(word));
    if (is_fat || is_bundle) {
      return at;
    }
    at += 8;
  }
  return at_end_ ? bytes.size() : std::min(at, bytes.size());
}

std::size_t SectionReader::read_fatbin_header(Bytes bytes) {
  const auto header = little<std::uint16_t>(bytes, 6);
  remaining_ = little<std::uint64_t>(bytes, 8);
  in_fatbin_ = remaining_ > 0;
  begin_object();
  end_object_at(remaining_ + std::min<std::uint64_t>(header, ~remaining_));
  return header;
}

std::size_t SectionReader::read_fatbin_entry(Bytes bytes) {
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kEntryHeader, remaining_));
  if (bytes.size() < wanted && !at_end_) {
    return 0;
  }
  if (bytes.size() < kLeastEntryHeader || wanted < kLeastEntryHeader) {
    in_fatbin_ = false; // padding at its end
    return std::max<std::size_t>(1, std::min<std::size_t>(bytes.size(), wanted));
  }
  const auto kind = little<std::uint16_t>(bytes, 0);
  const std::uint64_t header = little<std::uint32_t>(bytes, 4);
  const std::uint64_t size = little<std::uint64_t>(bytes, 8);
  const auto arch = little<std::uint32_t>(bytes, 28);
  if (header < kLeastEntryHeader || header > remaining_ || size > remaining_ - header) {
    found().note(fmt::format("an object of {} + {} bytes stands in the last {} bytes of a fat binary", header, size,
                             remaining_));
    in_fatbin_ = false;
    const auto rest = remaining_;
    remaining_ = 0;
    return static_cast<std::size_t>(rest);
  }
  const std::uint64_t flags = bytes.size() >= 48 ? little<std::uint64_t>(bytes, 40) : 0;
  if (kind == kPtx || kind == kElf) {
    found().add(target_name(kind, arch, flags), size);
  } else {
    found().add(fmt::format("sm_{} (kind {})", arch, kind), size);
  }
  remaining_ -= header + size;
  in_fatbin_ = remaining_ > 0;
  return static_cast<std::size_t>(header + size);
}

std::size_t SectionReader::read_bundle(Bytes bytes) {
  std::size_t at = kBundleMagic.size() + 8;
  if (bytes.size() < at) {
    return at_end_ ? bytes.size() : 0;
  }
  const auto count = little<std::uint64_t>(bytes, kBundleMagic.size());
  begin_object();
  if (count > kMostBundleEntries) {
    found().note(fmt::format("a bundle has {} entries", count));
    return at;
  }
  std::uint64_t end = at;
  std::vector<std::pair<std::string, std::uint64_t>> entries;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (bytes.size() - at < 24) {
      return at_end_ ? bytes.size() : 0;
    }
    const auto offset = little<std::uint64_t>(bytes, at);
    const auto size = little<std::uint64_t>(bytes, at + 8);
    const auto length = little<std::uint64_t>(bytes, at + 16);
    at += 24;
    if (length > kMostBundleHeader || at > kMostBundleHeader) {
      found().note(fmt::format("an entry's name in a bundle has {} bytes", length));
      return at;
    }
    if (bytes.size() - at < length) {
      return at_end_ ? bytes.size() : 0;
    }
    const std::string_view triple(reinterpret_cast<const char*>(bytes.data() + at), // NOLINT: char view
                                  static_cast<std::size_t>(length));
    at += static_cast<std::size_t>(length);
    if (offset > (std::uint64_t{1} << 40U) || size > (std::uint64_t{1} << 40U)) {
      found().note(fmt::format("an entry of a bundle has {} bytes at {}", size, offset));
      continue;
    }
    end = std::max(end, offset + size);
    if (std::string device = device_of(triple); !device.empty()) {
      entries.emplace_back(std::move(device), size);
    }
  }
  for (const auto& [device, size] : entries) {
    found().add(device, size);
  }
  end_object_at(std::max<std::uint64_t>(end, at));
  return static_cast<std::size_t>(std::max<std::uint64_t>(end, at));
}

/// Magic, version, method; then from version 2 on the size of the whole in 4 bytes, in 3 in 8. What it is for stands in
/// the compressed part.
std::size_t SectionReader::read_compressed_bundle(Bytes bytes) {
  if (bytes.size() < kCompressedHeader && !at_end_) {
    return 0;
  }
  const auto version = little<std::uint16_t>(bytes, 4);
  begin_object();
  std::uint64_t size = 0;
  if (version == 2 && bytes.size() >= 12) {
    size = little<std::uint32_t>(bytes, 8);
  } else if (version == 3 && bytes.size() >= 16) {
    size = little<std::uint64_t>(bytes, 8);
  }
  if (size > (std::uint64_t{1} << 40U)) {
    found().note(fmt::format("a compressed bundle has {} bytes", size));
    size = 0;
  }
  ++found().compressed.objects;
  found().compressed.bytes += size;
  end_object_at(std::max<std::uint64_t>(size, 8));
  return static_cast<std::size_t>(std::max<std::uint64_t>(size, 8));
}

DeviceInventory read_section(SectionKind kind, std::span<const std::byte> bytes) {
  SectionReader reader(kind);
  reader.feed(bytes);
  return reader.finish();
}

} // namespace wheelforge::devicecode
