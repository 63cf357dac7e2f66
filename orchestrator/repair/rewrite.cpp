// Copies members, replaces the described ones, and brings RECORD in line.
#include "orchestrator/repair/rewrite.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/wheel/record.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <cstddef>
#include <span>

namespace wheelforge::repair {
namespace {

constexpr std::string_view kDistInfo = ".dist-info";

Result<std::string> find_stem(const zip::ZipReader& archive) {
  std::string found;
  for (const zip::ZipMember& member : archive.members()) {
    const std::size_t slash = member.name.find('/');
    const std::string folder = member.name.substr(0, slash);
    if (slash != std::string::npos && folder.ends_with(kDistInfo)) {
      if (!found.empty() && found != folder) {
        return fail(ErrorKind::invalid_data, "the wheel has both {} and {}", found, folder);
      }
      found = folder;
    }
  }
  if (found.empty()) {
    return fail(ErrorKind::invalid_data, "the wheel has no *.dist-info");
  }
  return found.substr(0, found.size() - kDistInfo.size());
}

Result<std::string> text_of(const zip::ZipReader& archive, const std::string& stem, const std::string& name) {
  const zip::ZipMember* member = archive.find(stem + std::string(kDistInfo) + "/" + name);
  if (member == nullptr) {
    return fail(ErrorKind::invalid_data, "the wheel has no {}", name);
  }
  zip::Inflater inflater;
  WF_TRY(const auto bytes, inflater.read(archive, *member, zip::CheckCrc::yes));
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()); // NOLINT: char view
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; // NOLINT: byte view
}

/// The mode of the member that a text takes the place of.
std::uint32_t mode_of(const zip::ZipReader& archive, const std::string& stem, const std::string& name) {
  const zip::ZipMember* member = archive.find(stem + std::string(kDistInfo) + "/" + name);
  return member == nullptr || member->unix_mode() == 0 ? 0100644 : member->unix_mode();
}

/// The member's name with the new stem in *.dist-info and *.data.
std::string renamed(const std::string& path, const WheelChanges& changes) {
  for (const std::string_view suffix : {kDistInfo, std::string_view(".data")}) {
    const std::string folder = changes.old_stem + std::string(suffix) + "/";
    if (path.rfind(folder, 0) == 0) {
      return changes.new_stem + std::string(suffix) + "/" + path.substr(folder.size());
    }
  }
  return path;
}

} // namespace

Result<WheelDescription> describe(const zip::ZipReader& archive, std::string_view file_name) {
  WheelDescription description;
  WF_TRY(description.name, wheel::parse_wheel_name(file_name));
  WF_TRY(description.stem, find_stem(archive));
  WF_TRY(description.metadata, text_of(archive, description.stem, "METADATA"));
  WF_TRY(description.wheel, text_of(archive, description.stem, "WHEEL"));
  return description;
}

Result<RewrittenWheel> rewrite(const zip::ZipReader& archive, const WheelChanges& changes) {
  const zip::DosTime time = archive.members().empty() ? zip::DosTime{} : archive.members().front().modified;
  RewrittenWheel result{changes.file_name, zip::ZipWriter(time)};
  WF_TRY(const std::string old_record, text_of(archive, changes.old_stem, "RECORD"));
  WF_TRY(const wheel::Record record, wheel::parse_record(old_record));

  const std::string folder = changes.new_stem + std::string(kDistInfo) + "/";
  const auto is_written_anew = [&](const std::string& path) {
    const std::string name = path.rfind(folder, 0) == 0 ? path.substr(folder.size()) : std::string();
    return name == "RECORD" || changes.texts.count(name) != 0;
  };
  for (const zip::ZipMember& member : archive.members()) {
    const std::string path = renamed(member.name, changes);
    if (!member.is_directory() && !is_written_anew(path)) {
      WF_TRY_VOID(result.archive.add_copy(archive, member, path));
    }
  }
  std::string new_record;
  for (wheel::RecordEntry entry : record.entries) {
    entry.path = renamed(entry.path, changes);
    new_record += is_written_anew(entry.path) ? "" : to_string(entry);
  }
  for (const auto& [name, text] : changes.texts) {
    new_record += to_string(wheel::RecordEntry{folder + name, "sha256", sha256(text).base64url(), text.size()});
    WF_TRY_VOID(result.archive.add(zip::pack(folder + name, bytes_of(text), mode_of(archive, changes.old_stem, name))));
  }
  new_record += to_string(wheel::RecordEntry{folder + "RECORD", {}, {}, std::nullopt});
  WF_TRY_VOID(result.archive.add(
      zip::pack(folder + "RECORD", bytes_of(new_record), mode_of(archive, changes.old_stem, "RECORD"))));
  return result;
}

} // namespace wheelforge::repair
