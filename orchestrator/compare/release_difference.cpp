// Pairing wheels and files.
#include "orchestrator/compare/release_difference.hpp"

#include "orchestrator/audit/elf_member.hpp"
#include "orchestrator/compare/file_difference.hpp"
#include "orchestrator/wheel/metadata.hpp"
#include "orchestrator/wheel/wheel_name.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <algorithm>

namespace wheelforge::compare {
namespace {

void read_metadata(const zip::ZipReader& archive, zip::Inflater& inflater, Artifact& wheel) {
  constexpr std::string_view kSuffix = ".dist-info/METADATA";
  for (const zip::ZipMember& member : archive.members()) {
    if (!member.name.ends_with(kSuffix) || member.name.find('/') != member.name.size() - 9) {
      continue;
    }
    const auto bytes = inflater.read(archive, member);
    if (!bytes) {
      continue;
    }
    if (auto metadata = wheel::parse_metadata({reinterpret_cast<const char*>(bytes->data()), bytes->size()})) {
      wheel.requires_python = std::move(metadata->requires_python);
      wheel.requires_dist = std::move(metadata->requires_dist);
      std::sort(wheel.requires_dist.begin(), wheel.requires_dist.end());
    }
  }
}

/// What two wheels have in common that belong together: "cp312-cp312-manylinux-x86_64".
std::string slot_of(const Artifact& artifact) {
  const auto name = wheel::parse_wheel_name(artifact.name);
  if (!name) {
    return artifact.is_wheel ? artifact.name : "";
  }
  std::string slot;
  for (const tags::PythonTag& python : name->tags.pythons) {
    slot += tags::to_string(python) + ".";
  }
  for (const tags::AbiTag& abi : name->tags.abis) {
    slot += "-" + abi.text;
  }
  std::set<std::string> platforms;
  for (const tags::PlatformTag& platform : name->tags.platforms) {
    const std::string_view family = platform.family == tags::PlatformFamily::musllinux   ? "musllinux"
                                    : platform.family == tags::PlatformFamily::manylinux ? "manylinux"
                                                                                         : platform.policy_name();
    platforms.insert(fmt::format("{}-{}", family, platform.arch ? tags::to_string(*platform.arch) : "any"));
  }
  for (const std::string& platform : platforms) {
    slot += "-" + platform;
  }
  return slot;
}

void compare_lists(const std::vector<std::string>& before, const std::vector<std::string>& after, ChangeKind removed,
                   ChangeKind added, bool removal_breaks, std::string_view why_removed, std::string_view why_added,
                   std::vector<Change>& changes) {
  for (const std::string& one : before) {
    if (!std::binary_search(after.begin(), after.end(), one)) {
      changes.push_back({removed, removal_breaks, one, one, "", std::string(why_removed)});
    }
  }
  for (const std::string& one : after) {
    if (!std::binary_search(before.begin(), before.end(), one)) {
      changes.push_back({added, false, one, "", one, std::string(why_added)});
    }
  }
}

std::vector<std::string> own_names(const Artifact& artifact) {
  std::vector<std::string> own;
  for (const Interface& file : artifact.files) {
    own.push_back(file.path.substr(file.path.rfind('/') + 1));
    if (!file.soname.empty()) {
      own.push_back(file.soname);
    }
  }
  return own;
}

std::map<std::string, std::string> artifact_floors(const Artifact& artifact) {
  std::map<std::string, std::set<std::string>> wants;
  for (const Interface& file : artifact.files) {
    for (const auto& [library, versions] : file.wants) {
      wants[library].insert(versions.begin(), versions.end());
    }
  }
  return floors_of(wants);
}

/// Each old file's new self: first by path, then by stem.
std::vector<FileDifference> compare_files(const Artifact& before, const Artifact& after) {
  std::vector<FileDifference> files;
  std::vector<const Interface*> left;
  std::vector<const Interface*> unmatched;
  for (const Interface& file : after.files) {
    left.push_back(&file);
  }
  const std::vector<std::string> own = own_names(after);
  const auto take = [&](const Interface& old, auto same) {
    const auto found = std::find_if(left.begin(), left.end(), [&](const Interface* file) { return same(*file); });
    if (found == left.end()) {
      return false;
    }
    files.push_back(difference_of(old, **found, own));
    left.erase(found);
    return true;
  };
  const bool is_single = !before.is_wheel && !after.is_wheel;
  for (const Interface& old : before.files) {
    if (!take(old, [&](const Interface& file) { return is_single || file.path == old.path; })) {
      unmatched.push_back(&old);
    }
  }
  for (const Interface* old : unmatched) {
    if (!take(*old, [&](const Interface& file) { return stem_of(file.path) == stem_of(old->path); })) {
      files.push_back(removed_file(*old));
    }
  }
  for (const Interface* file : left) {
    files.push_back(added_file(*file));
  }
  std::sort(files.begin(), files.end(), [](const FileDifference& a, const FileDifference& b) {
    return (a.after.empty() ? a.before : a.after) < (b.after.empty() ? b.before : b.after);
  });
  return files;
}

WheelDifference compare_pair(const Artifact& before, const Artifact& after) {
  WheelDifference wheel;
  wheel.before = before.name;
  wheel.after = after.name;
  compare_lists(before.tags, after.tags, ChangeKind::tag_removed, ChangeKind::tag_added, true,
                "installers that know only this tag no longer take the wheel", "more installers take the wheel",
                wheel.changes);
  if (before.requires_python != after.requires_python) {
    wheel.changes.push_back({ChangeKind::python_requirement_changed, false, "Requires-Python", before.requires_python,
                             after.requires_python, "installers of other Pythons fall back to an older release"});
  }
  compare_lists(before.requires_dist, after.requires_dist, ChangeKind::requirement_removed,
                ChangeKind::requirement_added, false, "less is installed along", "more is installed along",
                wheel.changes);
  wheel.files = compare_files(before, after);
  const auto old_floors = artifact_floors(before);
  const auto new_floors = artifact_floors(after);
  for (const auto& [family, version] : old_floors) {
    wheel.floors[family].first = version;
  }
  for (const auto& [family, version] : new_floors) {
    wheel.floors[family].second = version;
  }
  return wheel;
}

} // namespace

Result<Artifact> read_wheel(const zip::ZipReader& archive, std::string_view file_name) {
  Artifact wheel;
  wheel.name = std::string(file_name);
  wheel.is_wheel = true;
  if (const auto name = wheel::parse_wheel_name(file_name)) {
    for (const tags::WheelTag& tag : name->tags.expand()) {
      wheel.tags.push_back(tags::to_string(tag));
    }
    std::sort(wheel.tags.begin(), wheel.tags.end());
  }
  zip::Inflater inflater;
  read_metadata(archive, inflater, wheel);
  for (const zip::ZipMember& member : archive.members()) {
    if (member.is_directory()) {
      continue;
    }
    const auto head = inflater.peek(archive, member, 64);
    if (!head || !elf::is_elf(*head)) {
      continue;
    }
    if (const auto file = audit::parse_member(archive, member, inflater, elf::WantSections::yes)) {
      wheel.files.push_back(interface_of(member.name, *file));
    }
  }
  std::sort(wheel.files.begin(), wheel.files.end(),
            [](const Interface& a, const Interface& b) { return a.path < b.path; });
  return wheel;
}

Result<Artifact> read_library(std::string_view file_name, std::span<const std::byte> bytes) {
  WF_TRY_CONTEXT(const elf::ElfFile file, elf::ElfFile::parse(bytes), file_name);
  Artifact artifact;
  artifact.name = std::string(file_name);
  artifact.files.push_back(interface_of(file_name, file));
  return artifact;
}

Comparison compare_releases(std::string before_name, std::vector<Artifact> before, std::string after_name,
                            std::vector<Artifact> after) {
  Comparison comparison;
  comparison.before = std::move(before_name);
  comparison.after = std::move(after_name);
  if (before.size() == 1 && after.size() == 1) {
    comparison.wheels.push_back(compare_pair(before[0], after[0]));
    return comparison;
  }
  std::map<std::string, std::pair<const Artifact*, const Artifact*>> slots;
  for (const Artifact& artifact : before) {
    slots[slot_of(artifact)].first = &artifact;
  }
  for (const Artifact& artifact : after) {
    slots[slot_of(artifact)].second = &artifact;
  }
  for (const auto& [slot, pair] : slots) {
    const auto [old, now] = pair;
    if (old != nullptr && now != nullptr) {
      comparison.wheels.push_back(compare_pair(*old, *now));
      continue;
    }
    WheelDifference wheel;
    const bool is_gone = now == nullptr;
    (is_gone ? wheel.before : wheel.after) = is_gone ? old->name : now->name;
    wheel.changes.push_back({is_gone ? ChangeKind::file_removed : ChangeKind::file_added, is_gone, slot, wheel.before,
                             wheel.after,
                             is_gone ? "no wheel of the new release is for these installers"
                                     : "no wheel of the old release was for these installers"});
    comparison.wheels.push_back(std::move(wheel));
  }
  return comparison;
}

} // namespace wheelforge::compare
