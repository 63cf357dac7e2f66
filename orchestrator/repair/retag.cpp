// Platform tags in two places: the file name and the Tag headers of WHEEL.
#include "orchestrator/repair/retag.hpp"

#include "orchestrator/wheel/metadata.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace wheelforge::repair {
namespace {

using tags::PlatformTag;

bool has(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

void add_once(std::vector<std::string>& texts, const std::string& text) {
  if (!has(texts, text)) {
    texts.push_back(text);
  }
}

/// linux_ARCH of the platforms: what they take the place of.
std::string replaced_tag(const std::vector<PlatformTag>& platforms) {
  return platforms.empty() || !platforms.front().arch ? std::string() : tags::plain_linux(*platforms.front().arch).text;
}

/// The Tag values of WHEEL: for every Python and ABI that it names, the platforms in the place of linux_ARCH.
std::vector<std::string> new_tags(const std::vector<std::string>& old_tags, const std::vector<PlatformTag>& platforms) {
  const std::string replaced = replaced_tag(platforms);
  std::vector<std::string> interpreters; // "cp311-cp311"
  std::vector<std::string> result;
  for (const std::string& tag : old_tags) {
    const std::size_t dash = tag.rfind('-');
    if (dash == std::string::npos) {
      add_once(result, tag);
      continue;
    }
    add_once(interpreters, tag.substr(0, dash));
    if (tag.substr(dash + 1) != replaced) {
      add_once(result, tag);
    }
  }
  for (const std::string& interpreter : interpreters) {
    for (const PlatformTag& platform : platforms) {
      add_once(result, fmt::format("{}-{}", interpreter, platform.text));
    }
  }
  return result;
}

/// The text of WHEEL with other tags, where the old ones stood.
std::string with_tags(const std::string& text, const std::vector<std::string>& tags) {
  std::string result;
  bool is_done = false;
  bool in_headers = true;
  const auto write_tags = [&] {
    if (is_done) {
      return;
    }
    result += result.empty() || result.back() == '\n' ? "" : "\n";
    for (const std::string& tag : tags) {
      result += fmt::format("Tag: {}\n", tag);
    }
    is_done = true;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string line = text.substr(at, end - at);
    at = end;
    const bool is_end = line == "\n" || line == "\r\n";
    if (in_headers && line.rfind("Tag:", 0) == 0) {
      write_tags();
      continue;
    }
    if (in_headers && is_end) {
      write_tags();
      in_headers = false;
    }
    result += line;
  }
  write_tags(); // a WHEEL without tags and without an empty line at its end
  return result;
}

} // namespace

std::optional<std::vector<PlatformTag>> tags_without_grafts(const PlatformTag& asked, const PlatformTag& met) {
  const bool is_same = tags::same_platform(asked, met);
  const bool is_libc = met.family == tags::PlatformFamily::manylinux || met.family == tags::PlatformFamily::musllinux;
  if (!is_libc || !(is_same || tags::is_wider(met, asked))) {
    return std::nullopt;
  }
  const auto with_older_name = [](const PlatformTag& tag) {
    const auto canonical = tags::parse_platform_tag(tag.canonical());
    return tags::with_alias(canonical ? *canonical : tag);
  };
  std::vector<PlatformTag> platforms = with_older_name(met);
  if (!is_same) {
    const std::vector<PlatformTag> narrower = with_older_name(asked);
    platforms.insert(platforms.end(), narrower.begin(), narrower.end());
  }
  return platforms;
}

Result<RewrittenWheel> retag(const zip::ZipReader& archive, std::string_view file_name,
                             const std::vector<PlatformTag>& platforms) {
  WF_TRY(const WheelDescription description, describe(archive, file_name));
  WF_TRY(const wheel::WheelFile said, wheel::parse_wheel_file(description.wheel));

  std::vector<std::string> names;
  for (const PlatformTag& tag : description.name.tags.platforms) {
    if (tag.text != replaced_tag(platforms)) {
      add_once(names, tag.text);
    }
  }
  for (const PlatformTag& tag : platforms) {
    add_once(names, tag.text);
  }
  std::sort(names.begin(), names.end());

  WheelChanges changes;
  changes.file_name = fmt::format("{}-{}.whl", file_name.substr(0, file_name.rfind('-')), fmt::join(names, "."));
  changes.old_stem = changes.new_stem = description.stem;
  changes.texts["WHEEL"] = with_tags(description.wheel, new_tags(said.tags, platforms));
  return rewrite(archive, changes);
}

} // namespace wheelforge::repair
