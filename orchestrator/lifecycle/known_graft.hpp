// Which package a grafted file came from, by the hash in its name or by its build-id: learnt from wheels whose bill of
// materials says so, and from distributions' packages.
#pragma once

#include "orchestrator/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// One file of a package.
struct KnownGraft {
  std::string hash;     ///< the first eight hexadecimal digits of its SHA-256
  std::string file;     ///< its original name: "libssl.so.1.1.1k"
  std::string purl;     ///< "pkg:rpm/almalinux/openssl-libs@1.1.1k-15.el8_6"
  std::string build_id; ///< hexadecimal; may be empty

  bool operator==(const KnownGraft&) const = default;
};

/// Rows that can be searched.
class KnownGrafts {
public:
  KnownGrafts() = default;
  explicit KnownGrafts(std::vector<KnownGraft> rows) : rows_(std::move(rows)) {}

  /// Adds rows; of two with the same file and hash the first found counts.
  void add(std::vector<KnownGraft> rows);
  /// The row of that hash and original file name; nullptr where there is none.
  [[nodiscard]] const KnownGraft* by_hash(std::string_view hash, std::string_view file) const;
  /// The row of that build-id; nullptr where there is none, and for an empty one.
  [[nodiscard]] const KnownGraft* by_build_id(std::string_view build_id) const;
  [[nodiscard]] const std::vector<KnownGraft>& rows() const { return rows_; }

private:
  std::vector<KnownGraft> rows_;
};

/// Reads a table: hash, file, purl and build-id (or "-"), separated by tabs; # begins a comment. Fails (kind
/// invalid_data) with the line that is wrong.
[[nodiscard]] Result<KnownGrafts> parse_known_grafts(std::string_view text);

/// The row as a line of such a table.
[[nodiscard]] std::string to_line(const KnownGraft& row);

/// The table that is built into the program.
[[nodiscard]] const KnownGrafts& embedded_known_grafts();

} // namespace wheelforge::lifecycle
