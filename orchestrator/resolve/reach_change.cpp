// Makes the release that there would be with some tags dropped and others added.
#include "orchestrator/resolve/reach.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace wheelforge::resolve {
namespace {

/// A tag as asked for; without an architecture it means all of them.
struct AskedTag {
  std::string text;
  tags::PlatformTag tag; ///< of some architecture
  bool any_arch = false;

  bool matches(const tags::PlatformTag& other) const {
    const bool arch_fits = any_arch || other.arch == tag.arch;
    return arch_fits && other.family == tag.family && other.version == tag.version;
  }
};

Result<AskedTag> parse_asked(const std::string& text) {
  if (Result<tags::PlatformTag> whole = tags::parse_platform_tag(text);
      whole && whole->arch && whole->family != tags::PlatformFamily::other) {
    return AskedTag{text, *whole, false};
  }
  Result<tags::PlatformTag> policy = tags::parse_platform_tag(text + "_x86_64");
  if (!policy || policy->family == tags::PlatformFamily::other) {
    return fail(ErrorKind::usage, "tag {:?}, wanted one such as manylinux_2_28, manylinux2014 or musllinux_1_2_aarch64",
                text);
  }
  return AskedTag{text, *policy, true};
}

std::string wheel_name(const Candidate& wheel, const std::string& project, const std::vector<std::string>& platforms) {
  const std::string build =
      wheel.build.present
          ? fmt::format("-{}{}", wheel.build.digits.empty() ? "0" : wheel.build.digits, wheel.build.rest)
          : "";
  return fmt::format("{}-{}{}-{}-{}-{}.whl", project, wheel.version, build, fmt::join(wheel.pythons, "."),
                     fmt::join(wheel.abis, "."), fmt::join(platforms, "."));
}

/// A wheel file of the release with its parts.
struct Part {
  ReleaseFile file;
  Candidate wheel;
  std::string project; ///< as its file name spells it
};

/// The platforms that stay of one wheel; marks the asked tags that were found.
std::vector<std::string> without(const std::vector<std::string>& platforms, const std::vector<AskedTag>& drop,
                                 std::set<std::string>& found) {
  std::vector<std::string> out;
  for (const std::string& text : platforms) {
    const Result<tags::PlatformTag> tag = tags::parse_platform_tag(text);
    bool gone = false;
    for (const AskedTag& asked : drop) {
      if (tag && asked.matches(*tag)) {
        found.insert(asked.text);
        gone = true;
      }
    }
    if (!gone) {
      out.push_back(text);
    }
  }
  return out;
}

/// The architectures for which a tag is to be added.
std::set<tags::Architecture> arches_for(const AskedTag& asked, const std::vector<Part>& parts) {
  std::set<tags::Architecture> out;
  if (!asked.any_arch) {
    out.insert(*asked.tag.arch);
    return out;
  }
  for (const Part& part : parts) {
    for (const std::string& text : part.wheel.platforms) {
      const Result<tags::PlatformTag> tag = tags::parse_platform_tag(text);
      if (tag && tag->arch) {
        out.insert(*tag->arch);
      }
    }
  }
  return out;
}

/// The wheels that an added tag brings: one for every distinct Python, ABI and version that is bound to a platform.
std::vector<ReleaseFile> added(const AskedTag& asked, const std::vector<Part>& parts) {
  std::vector<ReleaseFile> out;
  std::set<std::string> names;
  for (const tags::Architecture arch : arches_for(asked, parts)) {
    const tags::PlatformTag tag =
        asked.tag.family == tags::PlatformFamily::musllinux ? tags::musllinux(asked.tag.version, arch)
        : asked.tag.family == tags::PlatformFamily::linux   ? tags::plain_linux(arch)
                                                            : tags::manylinux(asked.tag.version, arch);
    std::vector<std::string> platforms;
    for (const tags::PlatformTag& spelling : tags::with_alias(tag)) {
      platforms.push_back(spelling.text);
    }
    for (const Part& part : parts) {
      const bool bound = std::none_of(part.wheel.platforms.begin(), part.wheel.platforms.end(),
                                      [](const std::string& platform) { return platform == "any"; });
      const std::string name = wheel_name(part.wheel, part.project, platforms);
      if (bound && names.insert(name).second) {
        ReleaseFile file = part.file;
        file.name = name;
        out.push_back(std::move(file));
      }
    }
  }
  return out;
}

} // namespace

Result<std::vector<ReleaseFile>> apply_change(const std::vector<ReleaseFile>& files, const ReachChange& change) {
  std::vector<AskedTag> drop;
  for (const std::string& text : change.drop) {
    WF_TRY(AskedTag asked, parse_asked(text));
    drop.push_back(std::move(asked));
  }
  std::vector<Part> parts;
  std::vector<ReleaseFile> out;
  std::set<std::string> found;
  for (const ReleaseFile& file : files) {
    Result<Candidate> wheel = parse_candidate(file.name, Names::loose, "");
    if (!wheel || wheel->kind == FileKind::sdist) {
      out.push_back(file);
      continue;
    }
    const std::string project = file.name.substr(0, file.name.find('-'));
    const std::vector<std::string> platforms = without(wheel->platforms, drop, found);
    if (platforms.size() == wheel->platforms.size()) {
      out.push_back(file);
    } else if (!platforms.empty()) {
      out.push_back({wheel_name(*wheel, project, platforms), file.yanked, file.requires_python});
    }
    parts.push_back({file, *std::move(wheel), project});
  }
  for (const AskedTag& asked : drop) {
    if (!found.contains(asked.text)) {
      return fail(ErrorKind::usage, "no wheel of the release has the tag {}", asked.text);
    }
  }
  for (const std::string& text : change.add) {
    WF_TRY(const AskedTag asked, parse_asked(text));
    for (ReleaseFile& file : added(asked, parts)) {
      if (std::find(out.begin(), out.end(), file) == out.end()) {
        out.push_back(std::move(file));
      }
    }
  }
  return out;
}

} // namespace wheelforge::resolve
