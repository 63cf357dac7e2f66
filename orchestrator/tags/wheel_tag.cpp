// Parsing and expansion of wheel tags and compressed tag sets.
#include "orchestrator/tags/wheel_tag.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::tags {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

template <class Tag, class Parse>
Result<std::vector<Tag>> parse_list(std::string_view text, Parse parse) {
  std::vector<Tag> tags;
  for (const std::string_view part : split(text, '.')) {
    WF_TRY(Tag tag, parse(part));
    tags.push_back(std::move(tag));
  }
  return tags;
}

template <class Tag>
std::string join(const std::vector<Tag>& tags) {
  std::string text;
  for (const Tag& tag : tags) {
    text += (text.empty() ? "" : ".") + to_string(tag);
  }
  return text;
}

template <class Tag>
bool has(const std::vector<Tag>& tags, const Tag& tag) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

} // namespace

Result<WheelTag> parse_wheel_tag(std::string_view text) {
  WF_TRY(const TagSet set, parse_tag_set(text));
  if (set.pythons.size() != 1 || set.abis.size() != 1 || set.platforms.size() != 1) {
    return fail(ErrorKind::usage, "'{}' is a compressed set of tags, wanted one tag", text);
  }
  return WheelTag{set.pythons[0], set.abis[0], set.platforms[0]};
}

std::string to_string(const WheelTag& tag) {
  return fmt::format("{}-{}-{}", to_string(tag.python), tag.abi.text, tag.platform.text);
}

std::vector<WheelTag> TagSet::expand() const {
  std::vector<WheelTag> tags;
  tags.reserve(pythons.size() * abis.size() * platforms.size());
  for (const PythonTag& python : pythons) {
    for (const AbiTag& abi : abis) {
      for (const PlatformTag& platform : platforms) {
        tags.push_back({python, abi, platform});
      }
    }
  }
  return tags;
}

bool TagSet::contains(const WheelTag& tag) const {
  return has(pythons, tag.python) && has(abis, tag.abi) && has(platforms, tag.platform);
}

Result<TagSet> parse_tag_set(std::string_view text) {
  const auto parts = split(text, '-');
  if (parts.size() != 3) {
    return fail(ErrorKind::usage, "tag '{}' has {} parts, wanted python-abi-platform", text, parts.size());
  }
  TagSet set;
  WF_TRY(set.pythons, parse_list<PythonTag>(parts[0], parse_python_tag));
  WF_TRY(set.abis, parse_list<AbiTag>(parts[1], parse_abi_tag));
  WF_TRY(set.platforms, parse_list<PlatformTag>(parts[2], parse_platform_tag));
  const std::array sizes = {set.pythons.size(), set.abis.size(), set.platforms.size()};
  if (sizes[0] > kMaxTriples || sizes[1] > kMaxTriples || sizes[2] > kMaxTriples ||
      sizes[0] * sizes[1] * sizes[2] > kMaxTriples) {
    return fail(ErrorKind::usage, "tag set of {} × {} × {} tags stands for more than {} tags", sizes[0], sizes[1],
                sizes[2], kMaxTriples);
  }
  return set;
}

std::string to_string(const TagSet& set) {
  return fmt::format("{}-{}-{}", join(set.pythons), join(set.abis), join(set.platforms));
}

} // namespace wheelforge::tags
