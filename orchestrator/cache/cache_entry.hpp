// What the cache keeps of a finished step, and its form on disk.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/base/sha256.hpp"
#include "orchestrator/cache/step_key.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::cache {

/// A file among a step's results; its bytes are an object of the store.
struct CachedFile {
  std::string name; ///< a file name, without folders
  Sha256 digest;
  std::uint64_t size_bytes = 0;

  bool operator==(const CachedFile&) const = default;
};

/// The result of a step.
struct CacheEntry {
  std::string subject; ///< which step of which cell of which project: what explain() compares with
  StepInputs inputs;
  std::vector<CachedFile> files;
  std::map<std::string, std::string> facts; ///< whatever else its owner wants back: policy, test counts, …
  std::chrono::milliseconds took{0};

  bool operator==(const CacheEntry&) const = default;
};

/// The entry's bytes: one line "wheelforge-cache-entry 1 SHA256-OF-THE-REST", then JSON.
[[nodiscard]] std::string encode(const CacheEntry& entry);

/// The entry of those bytes. Fails with kind `invalid_data` when they are cut, changed or of another version.
[[nodiscard]] Result<CacheEntry> parse_entry(std::string_view bytes);

} // namespace wheelforge::cache
