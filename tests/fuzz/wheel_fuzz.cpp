// Fuzz target: any text as a wheel's METADATA, WHEEL, RECORD and file name. What is understood must survive being
// written anew.
#include "orchestrator/wheel/metadata.hpp"
#include "orchestrator/wheel/record.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace wheelforge;
using namespace wheelforge::wheel;

namespace {

void expect(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void check_record(std::string_view text) {
  const auto record = parse_record(text);
  const auto paths = record_paths(text);
  if (!record) {
    expect(record.error().kind == ErrorKind::invalid_data && !record.error().message.empty());
    return;
  }
  std::string again;
  std::size_t listed = 0;
  for (const std::string& path : paths) {
    listed += path.empty() ? 0 : 1;
  }
  expect(listed == record->entries.size());
  for (const RecordEntry& entry : record->entries) {
    again += to_string(entry);
    expect(record->find(entry.path) != nullptr);
  }
  const auto parsed = parse_record(again);
  expect(parsed && parsed->entries == record->entries);
}

void check_headers(std::string_view text) {
  const auto metadata = parse_metadata(text);
  if (metadata) {
    expect(!metadata->name.empty() && !metadata->version.empty());
    static_cast<void>(metadata->required_distributions());
  }
  const auto wheel_file = parse_wheel_file(text);
  expect(!wheel_file || !wheel_file->wheel_version.empty());
}

void check_name(std::string_view text) {
  if (const auto name = parse_wheel_name(text)) {
    const auto again = parse_wheel_name(to_string(*name));
    expect(again && *again == *name);
    expect(normalize_distribution(name->normalized_distribution()) == name->normalized_distribution());
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_record(text);
  check_headers(text);
  check_name(text);
  return 0;
}
