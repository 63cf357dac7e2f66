// One label, five places.
#include "orchestrator/accelerator/relabel.hpp"

#include "orchestrator/wheel/wheel_name.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace wheelforge::accelerator {
namespace {

using toolchain::Label;
using toolchain::LabelKind;

bool consists_of(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

/// Sources: PEP 440 §Local version identifiers, PEP 427 §File name convention, PEP 825 §Variant label.
Result<void> check_label(const Label& label) {
  const std::string& text = label.text;
  const bool is_good = label.kind == LabelKind::local    ? consists_of(text, ".")
                       : label.kind == LabelKind::suffix ? consists_of(text, "")
                       : label.kind == LabelKind::build_tag
                           ? consists_of(text, "_.") && text[0] >= '0' && text[0] <= '9'
                           : consists_of(text, "_.");
  if (!is_good) {
    return fail(ErrorKind::usage, "'{}' cannot be a label of that kind", text);
  }
  return {};
}

std::string with_local(const std::string& version, const std::string& label) {
  const std::size_t plus = version.find('+');
  if (plus == std::string::npos) {
    return version + "+" + label;
  }
  const std::string local = version.substr(plus + 1);
  return local == label || local.ends_with("." + label) ? version : version + "." + label;
}

std::string underscored(std::string text) {
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

/// The text with the value of a header replaced; the header is added behind the others where it is missing.
std::string with_header(std::string text, const std::string& name,
                        const std::function<std::string(std::string)>& change) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end == at || (end == at + 1 && text[at] == '\r')) {
      break; // the headers end here
    }
    if (text.compare(at, name.size() + 1, name + ":") == 0) {
      const std::size_t value = text.find_first_not_of(' ', at + name.size() + 1);
      const std::size_t stop = end > at && text[end - 1] == '\r' ? end - 1 : end;
      text.replace(value, stop - value, change(text.substr(value, stop - value)));
      return text;
    }
    at = end + 1;
  }
  text.insert(std::min(at, text.size()), fmt::format("{}: {}\n", name, change("")));
  return text;
}

/// Reads, changes and writes one wheel.
class Relabelling {
public:
  Relabelling(const zip::ZipReader& archive, const Label& label, std::optional<tags::LibcVersion> floor)
      : archive_(archive), label_(label), floor_(floor) {}

  Result<repair::RewrittenWheel> run(std::string_view file_name) {
    WF_TRY(repair::WheelDescription description, repair::describe(archive_, file_name));
    wheel::WheelName& name = description.name;
    std::string& metadata = description.metadata;
    narrow(name, description.wheel);
    bool is_renamed = false;
    switch (label_.kind) {
    case LabelKind::none:
      break;
    case LabelKind::local:
      metadata = with_header(metadata, "Version", [&](const std::string& old) { return with_local(old, label_.text); });
      name.version = with_local(name.version, label_.text);
      is_renamed = true;
      break;
    case LabelKind::suffix:
      if (!underscored(name.distribution).ends_with("_" + label_.text)) {
        metadata = with_header(metadata, "Name", [&](const std::string& old) { return old + "-" + label_.text; });
        name.distribution = underscored(name.distribution) + "_" + label_.text;
      }
      is_renamed = true;
      break;
    case LabelKind::build_tag:
      description.wheel = with_header(description.wheel, "Build", [&](const std::string&) { return label_.text; });
      name.build = label_.text;
      break;
    case LabelKind::variant:
      break;
    }
    repair::WheelChanges changes;
    changes.file_name = to_string(name);
    if (label_.kind == LabelKind::variant && !changes.file_name.ends_with("-" + label_.text + ".whl")) {
      changes.file_name = changes.file_name.substr(0, changes.file_name.size() - 4) + "-" + label_.text + ".whl";
    }
    changes.old_stem = description.stem;
    changes.new_stem = is_renamed ? fmt::format("{}-{}", name.distribution, name.version) : description.stem;
    changes.texts["METADATA"] = std::move(metadata);
    changes.texts["WHEEL"] = std::move(description.wheel);
    if (label_.kind == LabelKind::variant) {
      changes.texts["variant.json"] = variant_json(label_);
    }
    return repair::rewrite(archive_, changes);
  }

private:
  /// Puts the floor's tags in the place of those that promise too much, in the file name and in WHEEL.
  void narrow(wheel::WheelName& name, std::string& wheel_file) const {
    const auto is_too_wide = [&](const tags::PlatformTag& tag) {
      return floor_ && tag.family == tags::PlatformFamily::manylinux && tag.version < *floor_;
    };
    auto& platforms = name.tags.platforms;
    const auto widest = std::find_if(platforms.begin(), platforms.end(), is_too_wide);
    if (widest == platforms.end() || !widest->arch) {
      return;
    }
    const std::vector<tags::PlatformTag> honest = tags::with_alias(tags::manylinux(*floor_, *widest->arch));
    std::erase_if(platforms, is_too_wide);
    for (const tags::PlatformTag& tag : honest) {
      if (std::find(platforms.begin(), platforms.end(), tag) == platforms.end()) {
        platforms.push_back(tag);
      }
    }
    std::sort(platforms.begin(), platforms.end(), [](const auto& one, const auto& two) { return one.text < two.text; });
    std::string changed;
    for (std::size_t at = 0; at < wheel_file.size();) {
      const std::size_t end = std::min(wheel_file.find('\n', at), wheel_file.size() - 1) + 1;
      const std::string line = wheel_file.substr(at, end - at);
      at = end;
      const std::size_t last = line.find_last_not_of("\r\n");
      const std::size_t dash = line.rfind('-');
      const bool is_tag = line.rfind("Tag:", 0) == 0 && dash != std::string::npos && last > dash;
      const auto tag = is_tag ? tags::parse_platform_tag(line.substr(dash + 1, last - dash))
                              : Result<tags::PlatformTag>(fail("no tag"));
      if (!tag || !is_too_wide(*tag)) {
        changed += line;
        continue;
      }
      for (const tags::PlatformTag& one : honest) {
        const std::string other = line.substr(0, dash + 1) + one.text + line.substr(last + 1);
        changed += wheel_file.find(other) == std::string::npos && changed.find(other) == std::string::npos ? other : "";
      }
    }
    wheel_file = std::move(changed);
  }

  const zip::ZipReader& archive_;
  const Label& label_;
  std::optional<tags::LibcVersion> floor_;
};

} // namespace

std::string variant_json(const Label& label) {
  // "NAMESPACE :: FEATURE :: VALUE"
  constexpr std::string_view kBetween = " :: ";
  nlohmann::ordered_json json = {{"$schema", "https://variants-schema.wheelnext.dev/v0.1.1.json"},
                                 {"default-priorities", {{"namespace", nlohmann::ordered_json::array()}}},
                                 {"variants", {{label.text, nlohmann::ordered_json::object()}}}};
  const std::size_t first = label.property.find(kBetween);
  const std::size_t second = first == std::string::npos ? first : label.property.find(kBetween, first + 4);
  if (second != std::string::npos) {
    const std::string space = label.property.substr(0, first);
    json["default-priorities"]["namespace"].push_back(space);
    json["variants"][label.text][space][label.property.substr(first + 4, second - first - 4)] = {
        label.property.substr(second + 4)};
  }
  return json.dump(2) + "\n";
}

Result<repair::RewrittenWheel> relabel(const zip::ZipReader& archive, std::string_view file_name, const Label& label,
                                       std::optional<tags::LibcVersion> floor) {
  if (label.kind != LabelKind::none) {
    WF_TRY_VOID(check_label(label));
  }
  return Relabelling(archive, label, floor).run(file_name);
}

} // namespace wheelforge::accelerator
