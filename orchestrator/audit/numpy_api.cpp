// The search for NumPy's sentences in the read-only data of a file.
#include "orchestrator/audit/numpy_api.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>
#include <vector>

namespace wheelforge::audit {
namespace {

/// Part of every import_array(), since NumPy 1.4; long, so that a search skips far.
constexpr std::string_view kAnyNumpy = "compiled against ABI version ";
/// Followed by the version and a parenthesis, since NumPy 2.
constexpr std::string_view kNumpy2 = "compiled against NumPy C-API version 0x%x (NumPy ";

std::string_view part(std::span<const std::byte> file, std::uint64_t offset, std::uint64_t size) {
  if (offset > file.size()) {
    return {};
  }
  const std::uint64_t there = std::min<std::uint64_t>(size, file.size() - offset);
  return {reinterpret_cast<const char*>(file.data()) + offset, static_cast<std::size_t>(there)};
}

/// Where string constants are: the sections called .rodata, else every segment that is not writable.
std::vector<std::string_view> constants_of(std::span<const std::byte> file, const elf::ElfFile& elf) {
  std::vector<std::string_view> parts;
  for (const elf::Section& section : elf.sections().all) {
    if (section.name.compare(0, 7, ".rodata") == 0) {
      parts.push_back(part(file, section.offset, section.size_in_file()));
    }
  }
  if (!parts.empty()) {
    return parts;
  }
  for (const elf::Segment& segment : elf.segments()) {
    if (segment.type == elf::kPtLoad && (segment.flags & elf::kPfWrite) == 0) {
      parts.push_back(part(file, segment.offset, segment.file_size));
    }
  }
  return parts;
}

/// Calls `take` with what follows each place of the needle.
template <class Take>
void for_each_place(std::string_view text, std::string_view needle, Take take) {
  const std::boyer_moore_horspool_searcher search(needle.begin(), needle.end());
  for (auto at = std::search(text.begin(), text.end(), search); at != text.end();
       at = std::search(at, text.end(), search)) {
    at += static_cast<std::ptrdiff_t>(needle.size());
    take(text.substr(static_cast<std::size_t>(at - text.begin())));
  }
}

/// "1.23) …" → 1, 23.
bool read_version(std::string_view text, unsigned& major, unsigned& minor) {
  const char* const end = text.data() + std::min<std::size_t>(text.size(), 16);
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') {
    return false;
  }
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  return second.ec == std::errc() && second.ptr != end && *second.ptr == ')';
}

} // namespace

std::optional<NumpyApi> find_numpy_api(std::span<const std::byte> file, const elf::ElfFile& elf) {
  std::optional<NumpyApi> found;
  for (const std::string_view text : constants_of(file, elf)) {
    bool mentions_numpy = false;
    for_each_place(text, kAnyNumpy, [&](std::string_view) { mentions_numpy = true; });
    if (!mentions_numpy) {
      continue;
    }
    found = found.value_or(NumpyApi{});
    for_each_place(text, kNumpy2, [&](std::string_view rest) {
      NumpyApi one{true, 0, 0};
      const bool is_newer = read_version(rest, one.major, one.minor) &&
                            std::pair(one.major, one.minor) > std::pair(found->major, found->minor);
      found = is_newer ? one : *found;
    });
  }
  return found;
}

} // namespace wheelforge::audit
