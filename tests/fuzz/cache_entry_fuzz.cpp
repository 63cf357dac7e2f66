// Cache entries and logs of uses as they may be found on disk.
#include "orchestrator/cache/cache_entry.hpp"
#include "orchestrator/cache/use_log.hpp"

#include <cstddef>
#include <cstdint>

using namespace wheelforge;
using namespace wheelforge::cache;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)parse_entry(bytes);
  // With the digest that they should have the bytes get as far as the JSON.
  const std::string sealed = "wheelforge-cache-entry 1 " + sha256(bytes).hex() + "\n" + std::string(bytes);
  if (const auto entry = parse_entry(sealed)) {
    const auto again = parse_entry(encode(*entry));
    WF_CHECK(again && *again == *entry);
    WF_CHECK(key_of(again->inputs) == key_of(entry->inputs));
    WF_CHECK(explain(entry->inputs, again->inputs).empty());
    (void)explain(entry->inputs, StepInputs());
  }
  const Uses uses = parse_uses(bytes);
  WF_CHECK(parse_uses(encode_uses(uses)) == uses);
  return 0;
}
