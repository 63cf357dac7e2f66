// The archive and the *.dist-info files.
#include "orchestrator/audit/checks.hpp"

#include <algorithm>
#include <unordered_set>

namespace wheelforge::audit {
namespace {

bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

/// RECORD's own signatures need no line. Source: PEP 427 §Signed wheel files.
bool needs_no_line(std::string_view path) {
  return ends_with(path, ".dist-info/RECORD") || ends_with(path, ".dist-info/RECORD.jws") ||
         ends_with(path, ".dist-info/RECORD.p7s");
}

void check_archive(const CheckInput& input, Findings& findings) {
  for (const zip::Anomaly& anomaly : input.archive.anomalies()) {
    const std::string text = fmt::format("{}: {}", zip::to_string(anomaly.kind), anomaly.detail);
    switch (anomaly.kind) {
    case zip::AnomalyKind::unsafe_name:
      findings.add("unsafe-member", anomaly.member, text);
      break;
    case zip::AnomalyKind::duplicate_name:
    case zip::AnomalyKind::encrypted:
    case zip::AnomalyKind::unknown_method:
    case zip::AnomalyKind::overlap:
      findings.add("archive-oddity", Severity::error, anomaly.member, text);
      break;
    case zip::AnomalyKind::data_descriptor:
    case zip::AnomalyKind::name_case_clash:
    case zip::AnomalyKind::gap:
      findings.add("archive-oddity", Severity::note, anomaly.member, text);
      break;
    default:
      findings.add("archive-oddity", anomaly.member, text);
      break;
    }
  }
}

void check_record(const CheckInput& input, Findings& findings) {
  const WheelScan& scan = input.scan;
  if (!scan.record.value) {
    findings.add("dist-info-broken", "", fmt::format("RECORD cannot be used: {}", scan.record.problem));
    return;
  }
  std::unordered_set<std::string_view> listed;
  for (const wheel::RecordEntry& entry : scan.record.value->entries) {
    listed.insert(entry.path);
    if (input.archive.find(entry.path) == nullptr) {
      findings.add("record-absent-file", entry.path,
                   fmt::format("RECORD lists {}, the archive has no such member", entry.path));
    }
  }
  std::unordered_set<std::string_view> elfs;
  for (const ElfFacts& facts : scan.elfs) {
    elfs.insert(facts.path);
  }
  for (const zip::ZipMember& member : input.archive.members()) {
    if (!member.is_directory() && listed.count(member.name) == 0 && !needs_no_line(member.name)) {
      const bool is_elf = elfs.count(member.name) != 0;
      findings.add("file-not-in-record", is_elf ? Severity::error : Severity::warning, member.name,
                   fmt::format("the {} {} is not listed in RECORD", is_elf ? "ELF file" : "file", member.name));
    }
  }
}

void check_names(const CheckInput& input, Findings& findings) {
  const WheelScan& scan = input.scan;
  if (!scan.metadata.value && scan.dist_infos.size() == 1) {
    findings.add("dist-info-broken", "", fmt::format("METADATA cannot be used: {}", scan.metadata.problem));
  }
  if (!scan.wheel_file.value && scan.dist_infos.size() == 1) {
    findings.add("dist-info-broken", "", fmt::format("WHEEL cannot be used: {}", scan.wheel_file.problem));
  }
  if (!input.name) {
    return;
  }
  if (scan.metadata.value) {
    const wheel::Metadata& metadata = *scan.metadata.value;
    if (wheel::normalize_distribution(metadata.name) != input.name->normalized_distribution()) {
      findings.add("name-mismatch", "",
                   fmt::format("METADATA names {}, the file name {}", metadata.name, input.name->distribution));
    }
    std::string version = metadata.version;
    std::replace(version.begin(), version.end(), '-', '_');
    std::string of_name = input.name->version;
    std::replace(of_name.begin(), of_name.end(), '-', '_');
    if (version != of_name) {
      findings.add("name-mismatch", Severity::warning, "",
                   fmt::format("METADATA has version {}, the file name {}", metadata.version, input.name->version));
    }
  }
}

void check_wheel_tags(const CheckInput& input, Findings& findings) {
  if (!input.name || !input.scan.wheel_file.value) {
    return;
  }
  std::set<std::string> of_name;
  for (const tags::WheelTag& tag : input.name->tags.expand()) {
    of_name.insert(tags::to_string(tag));
  }
  std::set<std::string> of_file;
  for (const std::string& text : input.scan.wheel_file.value->tags) {
    const auto set = tags::parse_tag_set(text); // some tools write compressed sets
    if (!set) {
      of_file.insert(text);
      continue;
    }
    for (const tags::WheelTag& tag : set->expand()) {
      of_file.insert(tags::to_string(tag));
    }
  }
  const auto first_missing = [](const std::set<std::string>& from, const std::set<std::string>& in) -> std::string {
    const auto found = std::find_if(from.begin(), from.end(), [&](const auto& tag) { return in.count(tag) == 0; });
    return found == from.end() ? std::string() : *found;
  };
  if (const std::string tag = first_missing(of_name, of_file); !tag.empty()) {
    findings.add("tags-mismatch", "", fmt::format("the file name has the tag {}, WHEEL does not", tag));
  }
  if (const std::string tag = first_missing(of_file, of_name); !tag.empty()) {
    findings.add("tags-mismatch", "", fmt::format("WHEEL has the tag {}, the file name does not", tag));
  }
}

} // namespace

void check_container(const CheckInput& input, Findings& findings) {
  check_archive(input, findings);
  check_names(input, findings);
  check_wheel_tags(input, findings);
  check_record(input, findings);
  for (const IntegrityFault& fault : input.scan.faults) {
    findings.add("integrity", fault.path, fault.reason);
  }
}

} // namespace wheelforge::audit
