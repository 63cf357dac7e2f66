// The checks behind ZipReader::anomalies(). Private to this module.
#pragma once

#include "orchestrator/zip/zip_anomaly.hpp"
#include "orchestrator/zip/zip_member.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wheelforge::zip {

/// Names that are unsafe, not plain text, twice there, or a file and a folder at once. `by_name` holds the indexes of
/// the members sorted by name.
void check_names(std::span<const ZipMember> members, std::span<const std::uint32_t> by_name,
                 std::vector<Anomaly>& anomalies);
/// Methods, flags, sizes and kinds of single members.
void check_members(std::span<const ZipMember> members, std::vector<Anomaly>& anomalies);
/// Members that share bytes, as far as the directory shows; sets ZipMember::overlaps.
void check_overlaps(std::span<ZipMember> members, std::uint64_t directory_offset, std::vector<Anomaly>& anomalies);
/// By kind, then member, then detail.
void sort_anomalies(std::vector<Anomaly>& anomalies);

/// The indexes of the members, sorted by header offset, then place.
[[nodiscard]] std::vector<std::uint32_t> by_offset(std::span<const ZipMember> members);
/// Why a member of that name must not be unpacked as it stands; empty when the name is safe.
[[nodiscard]] std::string_view unsafe_name_reason(std::string_view name);
/// True when the bytes are UTF-8 (RFC 3629: no overlong forms, no surrogates).
[[nodiscard]] bool is_utf8(std::string_view bytes);

} // namespace wheelforge::zip
