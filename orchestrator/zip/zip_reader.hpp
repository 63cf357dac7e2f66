// A ZIP archive read in place: the central directory as values, the members' bytes on demand (inflater.hpp).
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/zip/zip_anomaly.hpp"
#include "orchestrator/zip/zip_member.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::zip {

class ByteSource;

/// What a reader accepts before it gives up: memory stays proportional to these whatever the file claims.
struct ReadLimits {
  std::uint64_t members = 1'000'000;
  std::uint64_t central_directory_bytes = std::uint64_t{256} << 20U;
};

/// An open archive. Immutable once open, so any number of threads may read members from it at once, each through an
/// Inflater of its own. Nothing is ever written to disk.
class ZipReader {
public:
  /// Opens a file; it is read with pread(2) as needed and stays open. Fails with not_found when there is no such file,
  /// with invalid_data when no usable central directory is found.
  [[nodiscard]] static Result<ZipReader> open(const std::filesystem::path& path, const ReadLimits& limits = {});
  /// Reads an archive in memory. The bytes are borrowed: they must outlive the reader.
  [[nodiscard]] static Result<ZipReader> from_bytes(std::span<const std::byte> bytes, const ReadLimits& limits = {});

  ZipReader(ZipReader&&) noexcept;
  ZipReader& operator=(ZipReader&&) noexcept;
  ~ZipReader();

  /// All members in the order of the central directory, directories and duplicates included.
  [[nodiscard]] const std::vector<ZipMember>& members() const { return members_; }
  /// The member of that exact name (of several the last, as Python's zipfile takes it); nullptr when there is none.
  [[nodiscard]] const ZipMember* find(std::string_view name) const;
  /// What is odd as far as the central directory shows; sorted by kind, then member.
  [[nodiscard]] const std::vector<Anomaly>& anomalies() const { return anomalies_; }
  /// What is odd in the local headers and between the members: reads one header a member, which is why it stands apart.
  /// Fails only when the bytes cannot be read.
  [[nodiscard]] Result<std::vector<Anomaly>> local_anomalies() const;

  /// Size of the whole archive in bytes.
  [[nodiscard]] std::uint64_t size_bytes() const;
  /// What all members claim to be when inflated, in bytes; capped at 2^64 - 1.
  [[nodiscard]] std::uint64_t total_size() const { return total_size_; }
  /// The archive comment.
  [[nodiscard]] const std::string& comment() const { return comment_; }
  /// Where the archive's bytes come from.
  [[nodiscard]] const ByteSource& source() const { return *source_; }

  /// Offset of the member's compressed data, from its local header. Fails with invalid_data when no local header stands
  /// there or the data would not fit before the central directory.
  [[nodiscard]] Result<std::uint64_t> data_offset(const ZipMember& member) const;
  /// The same when the first 30 bytes of the local header are at hand.
  [[nodiscard]] Result<std::uint64_t> data_offset(const ZipMember& member, std::span<const std::byte> header) const;
  /// Where the central directory begins; members end before it.
  [[nodiscard]] std::uint64_t directory_offset() const { return directory_offset_; }

private:
  explicit ZipReader(std::unique_ptr<ByteSource> source);
  [[nodiscard]] static Result<ZipReader> load(std::unique_ptr<ByteSource> source, const ReadLimits& limits);
  [[nodiscard]] Result<void> load_directory(std::uint64_t count, const ReadLimits& limits);
  void note_anomalies();

  std::unique_ptr<ByteSource> source_;
  std::vector<ZipMember> members_;
  std::vector<std::uint32_t> by_name_; ///< indexes of members_, sorted by name, then place
  std::vector<Anomaly> anomalies_;
  std::string comment_;
  std::uint64_t directory_offset_ = 0;
  std::uint64_t directory_size_ = 0;
  std::uint64_t shift_ = 0; ///< added to the offsets that the archive states, for bytes put before it
  std::uint64_t total_size_ = 0;
};

} // namespace wheelforge::zip
