// One difference between an old and a new file or wheel, and what it breaks.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::compare {

/// What changed.
enum class ChangeKind : std::uint8_t {
  file_removed,
  file_added,
  machine_changed,
  soname_changed,
  symbol_removed,
  symbol_added,
  symbol_hidden,       ///< still there for those who ask for its version, no longer for new links
  symbol_type_changed, ///< a function became data or the like
  data_size_changed,
  version_removed, ///< a version that the file defines
  version_added,
  need_added,
  need_removed,
  floor_raised, ///< the newest version wanted of a family: "GLIBC"
  floor_lowered,
  version_wanted, ///< a version wanted that was not before and is below the floor
  relr_added,
  relocation_kind_added,
  sysv_hash_removed,
  isa_raised,
  executable_stack_added,
  static_tls_added,
  tag_removed, ///< a triple of the file name or of WHEEL
  tag_added,
  python_requirement_changed,
  requirement_added,
  requirement_removed,
};
/// "symbol-removed".
[[nodiscard]] std::string_view to_string(ChangeKind kind);

/// One difference.
struct Change {
  ChangeKind kind = ChangeKind::file_added;
  bool breaking = false;
  std::string subject; ///< the symbol, version, library, tag …
  std::string before;  ///< empty where there was nothing
  std::string after;
  std::string reason; ///< why it breaks or does not, in one sentence

  bool operator==(const Change&) const = default;
};

/// Bytes of one section in both files.
struct SectionSize {
  std::string name;
  std::uint64_t before = 0;
  std::uint64_t after = 0;

  bool operator==(const SectionSize&) const = default;
};

/// One file, old and new.
struct FileDifference {
  std::string before; ///< path; empty for an added file
  std::string after;  ///< path; empty for a removed file
  std::string role;
  std::vector<Change> changes;       ///< by kind, then subject
  std::vector<SectionSize> sections; ///< sorted by name
  std::uint64_t size_before = 0;
  std::uint64_t size_after = 0;

  [[nodiscard]] bool is_breaking() const;
};

/// One wheel, old and new; or two single files, without changes of its own.
struct WheelDifference {
  std::string before; ///< file name; empty for an added wheel
  std::string after;
  std::vector<Change> changes; ///< of tags and METADATA
  std::vector<FileDifference> files;
  std::map<std::string, std::pair<std::string, std::string>> floors; ///< family → newest version wanted, old and new

  [[nodiscard]] bool is_breaking() const;
};

/// Everything that was compared.
struct Comparison {
  std::string before;
  std::string after;
  std::vector<WheelDifference> wheels;

  [[nodiscard]] bool is_breaking() const;
};

} // namespace wheelforge::compare
