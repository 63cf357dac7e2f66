// Code for devices inside ELF sections: which targets it was compiled for, counted, without running any vendor's tool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::devicecode {

/// How much code there is for one target.
struct TargetCode {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0; ///< as they stand in the file, compressed or not

  bool operator==(const TargetCode&) const = default;
};

/// The targets of one or more sections. "sm_90", "sm_90a" for machine code, "compute_90" for PTX, "gfx90a",
/// "gfx90a:xnack+" for AMD.
struct DeviceInventory {
  std::map<std::string, TargetCode> targets;
  TargetCode compressed; ///< HIP bundles whose directory is compressed with their code: their targets are not known
  std::vector<std::string> oddities; ///< at most kMostOddities sentences about what could not be read

  static constexpr std::size_t kMostOddities = 8;
  bool operator==(const DeviceInventory&) const = default;
  [[nodiscard]] bool has_code() const { return !targets.empty() || compressed.objects > 0; }
  [[nodiscard]] bool empty() const { return !has_code() && oddities.empty(); }
  void add(const std::string& target, std::uint64_t bytes);
  void note(std::string oddity);
  void merge(const DeviceInventory& other);
};

/// The kinds of section that hold device code.
enum class SectionKind : std::uint8_t {
  none,
  nv_fatbin,  ///< .nv_fatbin, __nv_relfatbin
  hip_fatbin, ///< .hip_fatbin
  any,        ///< a whole file, whose sections are not known
};
[[nodiscard]] SectionKind section_kind(std::string_view section_name);

/// Objects that stand together: what stands between them is less than kLeastGap.
struct DeviceRun {
  std::uint64_t begin = 0; ///< of the first object, in what was read
  std::uint64_t end = 0;   ///< of the last one
  DeviceInventory found;

  /// More than what objects are aligned to.
  static constexpr std::uint64_t kLeastGap = 8192;
};

/// Reads a section piece by piece, in constant memory, whatever its size. A whole file does as well: whatever is no
/// device code is passed over, so that nobody has to find the sections first.
class SectionReader {
public:
  explicit SectionReader(SectionKind kind) : kind_(kind) {}

  /// Takes the next bytes of the section.
  void feed(std::span<const std::byte> bytes);
  /// How many bytes it has taken.
  [[nodiscard]] std::uint64_t taken() const { return position_ + buffer_.size(); }
  /// What was found so far, in order; complete after finish_runs().
  [[nodiscard]] const std::vector<DeviceRun>& runs() const { return runs_; }
  /// Ends the reading: what is still open is cut off.
  void finish_runs();
  /// Ends the reading, and gives what all runs have.
  [[nodiscard]] DeviceInventory finish();

private:
  using Bytes = std::span<const std::byte>;
  // Each looks at the bytes from position_ on and says how many it is done with: 0 = more are wanted.
  [[nodiscard]] std::size_t step(Bytes bytes);
  [[nodiscard]] std::size_t seek_magic(Bytes bytes) const;
  [[nodiscard]] std::size_t read_fatbin_header(Bytes bytes);
  [[nodiscard]] std::size_t read_fatbin_entry(Bytes bytes);
  [[nodiscard]] std::size_t read_bundle(Bytes bytes);
  [[nodiscard]] std::size_t read_compressed_bundle(Bytes bytes);
  [[nodiscard]] Bytes work_on(Bytes bytes);
  [[nodiscard]] bool seeks_fatbin() const { return kind_ != SectionKind::hip_fatbin; }
  [[nodiscard]] bool seeks_bundle() const { return kind_ != SectionKind::nv_fatbin; }
  /// Has a run for the object that begins here.
  void begin_object();
  /// That object takes so many bytes.
  void end_object_at(std::uint64_t size);
  DeviceInventory& found() { return runs_.back().found; }

  SectionKind kind_;
  std::vector<std::byte> buffer_; ///< the beginning of something whose rest has not come
  std::uint64_t position_ = 0;    ///< of buffer_'s first byte, or of the next that comes
  std::uint64_t skip_ = 0;        ///< bytes to pass over before anything is looked at
  std::uint64_t remaining_ = 0;   ///< of the fat binary that is being read
  bool in_fatbin_ = false;
  bool at_end_ = false;
  std::vector<DeviceRun> runs_;
};

/// Reads a section that is in memory.
[[nodiscard]] DeviceInventory read_section(SectionKind kind, std::span<const std::byte> bytes);

} // namespace wheelforge::devicecode
