// What the central directory alone gives away: names, methods, sizes, overlaps.
#include "orchestrator/zip/anomaly_checks.hpp"

#include "orchestrator/zip/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>

namespace wheelforge::zip {
namespace {

/// PyPI's bound for a bomb. Source: pypi/warehouse forklift/legacy.py (COMPRESSION_RATIO_MIN_SIZE, …_THRESHOLD).
constexpr std::uint64_t kRatioMinSize = std::uint64_t{64} << 20U;
constexpr std::uint64_t kRatioLimit = 50;

bool has_control_character(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

void check_name(const ZipMember& member, std::vector<Anomaly>& anomalies) {
  const std::string_view reason = unsafe_name_reason(member.name);
  if (!reason.empty()) {
    anomalies.push_back({AnomalyKind::unsafe_name, member.name, std::string(reason)});
  }
  if (has_control_character(member.name)) {
    anomalies.push_back({AnomalyKind::control_character, member.name, "the name has a control character"});
  }
  const bool ascii =
      std::all_of(member.name.begin(), member.name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!ascii && !is_utf8(member.name)) {
    anomalies.push_back({AnomalyKind::name_not_utf8, member.name, "the name is not UTF-8"});
  } else if (!ascii && (member.flags & kFlagUtf8) == 0) {
    anomalies.push_back(
        {AnomalyKind::name_not_utf8, member.name, "the name is UTF-8, but unzippers read it as code page 437"});
  }
}

std::string folded(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

/// Names that only differ in case; exact duplicates are another anomaly.
void check_case(std::span<const ZipMember> members, std::vector<Anomaly>& anomalies) {
  std::vector<std::pair<std::string, const ZipMember*>> names;
  names.reserve(members.size());
  for (const ZipMember& member : members) {
    names.emplace_back(folded(member.name), &member);
  }
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second->name) < std::tie(b.first, b.second->name);
  });
  for (std::size_t i = 1; i < names.size(); ++i) {
    const std::string& before = names[i - 1].second->name;
    if (names[i].first == names[i - 1].first && names[i].second->name != before) {
      anomalies.push_back({AnomalyKind::name_case_clash, names[i].second->name, "differs from " + before + " in case"});
    }
  }
}

} // namespace

std::string_view unsafe_name_reason(std::string_view name) {
  if (name.empty()) {
    return "the name is empty";
  }
  if (name.front() == '/') {
    return "the name is absolute";
  }
  if (name.find('\\') != std::string_view::npos) {
    return "the name has a backslash";
  }
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.size() >= 2 && name[1] == ':' && is_letter(name[0])) {
    return "the name begins with a drive letter";
  }
  for (std::size_t start = 0; start < name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    const std::string_view part = name.substr(start, end - start);
    if (part == "..") {
      return "the name leads out of the archive";
    }
    if (part.empty() || part == ".") {
      return "the name has an empty or '.' component";
    }
    start = end + 1;
  }
  return {};
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0 || length > bytes.size() - i) {
      return false;
    }
    for (std::size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(bytes[i + k]);
      const unsigned low = k > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
      const unsigned high = k > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
      if (byte < low || byte > high) {
        return false;
      }
    }
    i += length;
  }
  return true;
}

void check_names(std::span<const ZipMember> members, std::span<const std::uint32_t> by_name,
                 std::vector<Anomaly>& anomalies) {
  for (std::size_t i = 0; i < by_name.size(); ++i) {
    const ZipMember& member = members[by_name[i]];
    if (i > 0 && members[by_name[i - 1]].name == member.name) {
      anomalies.push_back({AnomalyKind::duplicate_name, member.name,
                           fmt::format("entries {} and {} of the central directory have this name",
                                       members[by_name[i - 1]].index, member.index)});
      continue;
    }
    check_name(member, anomalies);
    if (member.is_directory()) {
      continue;
    }
    const std::string folder = member.name + "/";
    const auto inside = std::lower_bound(by_name.begin(), by_name.end(), folder,
                                         [&](std::uint32_t a, const std::string& b) { return members[a].name < b; });
    if (inside != by_name.end() && members[*inside].name.starts_with(folder)) {
      anomalies.push_back({AnomalyKind::file_is_directory, member.name, members[*inside].name + " lies in it"});
    }
  }
  check_case(members, anomalies);
}

void check_members(std::span<const ZipMember> members, std::vector<Anomaly>& anomalies) {
  for (const ZipMember& member : members) {
    const auto note = [&](AnomalyKind kind, std::string detail) {
      anomalies.push_back({kind, member.name, std::move(detail)});
    };
    if (member.is_encrypted()) {
      note(AnomalyKind::encrypted, "the member is encrypted");
    }
    if (member.method != kStored && member.method != kDeflated) {
      note(AnomalyKind::unknown_method, fmt::format("compression method {}, 0 or 8 is wanted", member.method));
    }
    if (member.method == kStored && !member.is_encrypted() && member.size != member.compressed_size) {
      note(AnomalyKind::stored_size_mismatch,
           fmt::format("stored in {} bytes, but {} bytes long", member.compressed_size, member.size));
    }
    if (member.size > kRatioMinSize && member.size / kRatioLimit > member.compressed_size) {
      note(AnomalyKind::excessive_ratio, fmt::format("{} bytes come out of {}, more than {} times", member.size,
                                                     member.compressed_size, kRatioLimit));
    }
    if (member.is_symlink()) {
      note(AnomalyKind::symlink, "the member is a symbolic link");
    }
    if ((member.flags & kFlagDataDescriptor) != 0) {
      note(AnomalyKind::data_descriptor, "sizes stand behind the data");
    }
  }
}

std::vector<std::uint32_t> by_offset(std::span<const ZipMember> members) {
  std::vector<std::uint32_t> order(members.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(members[a].header_offset, a) < std::tie(members[b].header_offset, b);
  });
  return order;
}

void check_overlaps(std::span<ZipMember> members, std::uint64_t directory_offset, std::vector<Anomaly>& anomalies) {
  const ZipMember* reaching = nullptr; // the member so far that reaches furthest
  std::uint64_t reach = 0;
  for (const std::uint32_t index : by_offset(members)) {
    ZipMember& member = members[index];
    // At least this much: the local extra field comes on top.
    const std::uint64_t fixed = kLocalSize + member.name.size();
    const std::uint64_t room = directory_offset - std::min(directory_offset, member.header_offset);
    if (room < fixed || member.compressed_size > room - fixed) {
      member.overlaps = true;
      anomalies.push_back({AnomalyKind::overlap, member.name,
                           fmt::format("{} bytes of data behind a header at {} reach past the central directory at {}",
                                       member.compressed_size, member.header_offset, directory_offset)});
      continue;
    }
    if (reaching != nullptr && member.header_offset < reach) {
      member.overlaps = true;
      members[reaching->index].overlaps = true;
      anomalies.push_back(
          {AnomalyKind::overlap, member.name,
           fmt::format("begins at {}, where {} still goes on to {}", member.header_offset, reaching->name, reach)});
    }
    const std::uint64_t end = member.header_offset + fixed + member.compressed_size;
    if (end > reach) {
      reach = end;
      reaching = &member;
    }
  }
}

void sort_anomalies(std::vector<Anomaly>& anomalies) {
  std::sort(anomalies.begin(), anomalies.end(), [](const Anomaly& a, const Anomaly& b) {
    return std::tie(a.kind, a.member, a.detail) < std::tie(b.kind, b.member, b.detail);
  });
}

} // namespace wheelforge::zip
