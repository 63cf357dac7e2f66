// Reads a label back from each of its places.
#include "orchestrator/accelerator/label_check.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/wheel/record.hpp"
#include "orchestrator/wheel/wheel_name.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wheelforge::accelerator {
namespace {

using toolchain::LabelKind;

constexpr std::string_view kInfo = ".dist-info";

/// True for "cu135" and for "anything.cu135".
bool has_local(std::string_view version, std::string_view label) {
  const std::size_t plus = version.find('+');
  const std::string_view local = plus == std::string_view::npos ? std::string_view() : version.substr(plus + 1);
  return local == label || local.ends_with("." + std::string(label));
}

class LabelCheck {
public:
  LabelCheck(const zip::ZipReader& archive, std::string_view file_name, const toolchain::Label& label)
      : archive_(archive), file_name_(file_name), label_(label) {}

  std::vector<Problem> run() {
    for (const zip::ZipMember& member : archive_.members()) {
      const std::string folder = member.name.substr(0, member.name.find('/'));
      if (folder.size() < member.name.size() && folder.ends_with(kInfo)) {
        info_ = folder;
      }
    }
    std::string_view plain = file_name_;
    const std::string ending = "-" + label_.text + ".whl";
    if (label_.kind == LabelKind::variant) {
      if (plain.ends_with(ending)) {
        plain.remove_suffix(ending.size());
      } else {
        wrong("", fmt::format("the file name has no variant label {}", label_.text));
      }
    }
    const auto name = wheel::parse_wheel_name(std::string(plain) + (plain.ends_with(".whl") ? "" : ".whl"));
    const auto metadata = wheel::parse_metadata(text_of("METADATA"));
    const auto wheel_file = wheel::parse_wheel_file(text_of("WHEEL"));
    if (!name || !metadata || !wheel_file) {
      wrong("", "the file name, METADATA or WHEEL cannot be read");
      return std::move(problems_);
    }
    check_kind(*name, *metadata, *wheel_file);
    check_names(*name, *metadata);
    check_record();
    return std::move(problems_);
  }

private:
  void wrong(std::string path, std::string message) {
    problems_.push_back({"wrong-label", true, std::move(path), std::move(message)});
  }

  [[nodiscard]] std::string path_of(std::string_view name) const { return fmt::format("{}/{}", info_, name); }

  std::string text_of(std::string_view name) {
    const zip::ZipMember* member = archive_.find(path_of(name));
    const auto bytes = member == nullptr ? Result<std::span<const std::byte>>(fail("no {}", name))
                                         : inflater_.read(archive_, *member, zip::CheckCrc::yes);
    return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) : std::string(); // NOLINT
  }

  void check_kind(const wheel::WheelName& name, const wheel::Metadata& metadata, const wheel::WheelFile& wheel_file) {
    const std::string& label = label_.text;
    switch (label_.kind) {
    case LabelKind::none:
      break;
    case LabelKind::local:
      if (!has_local(metadata.version, label)) {
        wrong(path_of("METADATA"), fmt::format("the version is {}, wanted +{}", metadata.version, label));
      }
      if (!has_local(name.version, label)) {
        wrong("", fmt::format("the file name has version {}, wanted +{}", name.version, label));
      }
      break;
    case LabelKind::suffix:
      if (!wheel::normalize_distribution(metadata.name).ends_with("-" + label)) {
        wrong(path_of("METADATA"), fmt::format("the name is {}, wanted -{}", metadata.name, label));
      }
      if (!name.normalized_distribution().ends_with("-" + label)) {
        wrong("", fmt::format("the file name has the name {}, wanted -{}", name.distribution, label));
      }
      break;
    case LabelKind::build_tag:
      if (name.build != label) {
        wrong("", fmt::format("the file name has the build tag \"{}\", wanted {}", name.build, label));
      }
      if (wheel_file.build != label) {
        wrong(path_of("WHEEL"), fmt::format("Build is \"{}\", wanted {}", wheel_file.build, label));
      }
      break;
    case LabelKind::variant: {
      const auto json = nlohmann::json::parse(text_of("variant.json"), nullptr, false);
      const bool is_named = json.is_object() && json.contains("variants") && json["variants"].is_object() &&
                            json["variants"].size() == 1 && json["variants"].contains(label);
      if (!is_named) {
        wrong(path_of("variant.json"), fmt::format("it does not name the variant {} alone", label));
      }
      break;
    }
    }
  }

  void check_names(const wheel::WheelName& name, const wheel::Metadata& metadata) {
    if (name.version != metadata.version ||
        name.normalized_distribution() != wheel::normalize_distribution(metadata.name)) {
      problems_.push_back({"label-only-in-name", true, "",
                           fmt::format("the file name says {} {}, METADATA {} {}", name.distribution, name.version,
                                       metadata.name, metadata.version)});
    }
    if (const std::string stem = fmt::format("{}-{}", name.distribution, name.version); info_ != stem + ".dist-info") {
      wrong(info_, fmt::format("the folder does not go with the file name, wanted {}{}", stem, kInfo));
    }
  }

  /// RECORD must be of the wheel after it was labelled: its hashes are those of what the label changed.
  void check_record() {
    const auto record = wheel::parse_record(text_of("RECORD"));
    for (const char* name : {"METADATA", "WHEEL", "variant.json"}) {
      if (archive_.find(path_of(name)) == nullptr) {
        continue;
      }
      const wheel::RecordEntry* entry = record ? record->find(path_of(name)) : nullptr;
      if (entry == nullptr || entry->digest != sha256(text_of(name)).base64url()) {
        wrong(path_of("RECORD"), fmt::format("it does not have {} as it is now", name));
      }
    }
  }

  const zip::ZipReader& archive_;
  std::string_view file_name_;
  const toolchain::Label& label_;
  zip::Inflater inflater_;
  std::string info_;
  std::vector<Problem> problems_;
};

} // namespace

std::vector<Problem> check_label(const zip::ZipReader& archive, std::string_view file_name,
                                 const toolchain::Label& label) {
  return label.text.empty() ? std::vector<Problem>() : LabelCheck(archive, file_name, label).run();
}

} // namespace wheelforge::accelerator
