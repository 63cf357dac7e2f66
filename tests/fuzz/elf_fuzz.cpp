// Fuzz target: any bytes as an ELF file, whole and as a stream. Both must give the same answer.
#include "orchestrator/elf/range_collector.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

using namespace wheelforge;
using namespace wheelforge::elf;

namespace {

/// Touches every view, so that a dangling one is seen.
std::uint64_t walk(const ElfFile& file) {
  std::uint64_t sum = file.unloaded_tail() + file.max_load_alignment() + (file.has_relro() ? 1 : 0);
  const auto touch = [&sum](std::string_view text) {
    sum += text.size() + (text.empty() ? 0 : text.front() + text.back());
  };
  for (const std::string_view needed : file.dynamic().needed) {
    touch(needed);
  }
  for (const auto& text : {file.dynamic().soname, file.dynamic().rpath, file.dynamic().runpath}) {
    touch(text.value_or(""));
  }
  for (const VersionNeed& need : file.version_needs()) {
    touch(need.file);
    for (const NeededVersion& version : need.versions) {
      touch(version.name);
    }
  }
  for (const VersionDefinition& definition : file.version_definitions()) {
    touch(definition.name);
    std::for_each(definition.parents.begin(), definition.parents.end(), touch);
  }
  for (const Symbol& symbol : file.symbols()) {
    touch(symbol.name);
    touch(file.version_of(symbol).name);
    touch(file.version_of(symbol).library);
  }
  return sum + file.relocations().total + file.sections().all.size();
}

void expect(bool condition) {
  if (!condition) {
    std::abort();
  }
}

Result<ElfFile> collect(std::span<const std::byte> bytes, std::size_t piece_size) {
  RangeCollector collector(bytes.size(), WantSections::yes, 64);
  do {
    for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
      if (collector.feed(bytes.subspan(at, std::min(piece_size, bytes.size() - at))) ==
          RangeCollector::Progress::enough) {
        break;
      }
    }
  } while (collector.next_pass());
  return collector.finish();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto whole = ElfFile::parse(bytes);
  if (whole) {
    expect(walk(*whole) == walk(*whole));
    expect(whole->anomalies().size() <= 64);
    expect(whole->symbols().size() <= size);
  } else {
    expect(whole.error().kind == ErrorKind::invalid_data && !whole.error().message.empty());
  }
  const auto streamed = collect(bytes, size > 0 ? 16 + 16 * std::size_t{data[size - 1]} : 1);
  expect(streamed.has_value() == whole.has_value());
  if (whole && streamed) {
    expect(streamed->symbols() == whole->symbols());
    expect(streamed->version_needs() == whole->version_needs());
    expect(streamed->relocations() == whole->relocations());
    expect(streamed->notes() == whole->notes());
    expect(streamed->sections() == whole->sections());
  }
  return 0;
}
