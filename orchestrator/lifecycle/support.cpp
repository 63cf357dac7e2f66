// Puts the dates of support together from the catalogue of images, the distributions and the Pythons.
#include "orchestrator/lifecycle/support.hpp"

#include "orchestrator/image/image_ref.hpp"
#include "orchestrator/lifecycle/move.hpp"
#include "orchestrator/lifecycle/toolchain.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>

namespace wheelforge::lifecycle {
namespace {

/// Collects entries; one of a kind and name is made once.
class Survey {
public:
  explicit Survey(const SupportFacts& facts) : facts_(facts) {}

  Result<void> add_tag(const UsedTag& used) {
    WF_TRY(const tags::PlatformTag tag, tags::parse_platform_tag(used.platform));
    if (tag.family != tags::PlatformFamily::manylinux && tag.family != tags::PlatformFamily::musllinux) {
      return {};
    }
    const image::ImageFamily* family = family_for(*facts_.catalog, tag);
    SupportEntry& entry = find_or_make(SubjectKind::tag, family_name(tag, family));
    note_user(entry, used.used_by);
    if (tag.arch) {
      arches_[entry.name].insert(std::string(tags::to_string(*tag.arch)));
    }
    if (family == nullptr) {
      entry.detail = "no image is made for it";
      return {};
    }
    if (entry.ends.empty()) {
      entry.detail = family->note;
      add_family_ends(entry, *family);
    }
    WF_TRY_VOID(add_distribution(distribution_of_base(family->base), entry.name));
    add_toolchain(*family, entry.name);
    return {};
  }

  Result<void> add_distribution(const std::string& id, const std::string& used_by) {
    if (id.empty()) {
      return {};
    }
    const auto found = platform::find_distribution(*facts_.distributions, id);
    SupportEntry& entry = find_or_make(SubjectKind::base, found ? (*found)->id() : id);
    note_user(entry, used_by);
    if (!found) {
      entry.detail = "nothing is known of this distribution";
    } else if (entry.ends.empty()) {
      add_window((*found)->support, entry);
    }
    return {};
  }

  void add_python(const UsedPython& used) {
    SupportEntry& entry = find_or_make(SubjectKind::python, fmt::format("{}.{}", used.major, used.minor));
    note_user(entry, used.used_by);
    if (!entry.ends.empty() || !entry.detail.empty()) {
      return;
    }
    const platform::PythonRelease* release = platform::find_python_release(*facts_.pythons, used.major, used.minor);
    if (const auto share = facts_.shares->python_percent.find(entry.name);
        share != facts_.shares->python_percent.end()) {
      entry.percent = share->second;
    }
    if (release == nullptr) {
      entry.detail = "not released, or not known here";
      return;
    }
    entry.detail = "latest " + release->latest;
    entry.ends.push_back({release->ends, "security fixes", "endoflife.date", true});
    if (release->bugfixes_end) {
      entry.ends.push_back({*release->bugfixes_end, "bug fixes", "endoflife.date", false});
    }
  }

  Result<void> add_image(const UsedImage& used) {
    const std::string tag = used.tag.empty() ? std::string() : ":" + used.tag;
    SupportEntry& entry = find_or_make(SubjectKind::image, used.name + tag);
    note_user(entry, used.used_by);
    for (const image::ImageFamily& family : facts_.catalog->families) {
      for (const image::FamilyImage& one : family.images) {
        if (family.name(one.arch).name() != used.name) {
          continue;
        }
        if (entry.ends.empty()) {
          add_family_ends(entry, family);
          entry.detail = age_of(used.tag);
        }
        if (one.pin && !used.digest.empty() && one.pin->digest != used.digest && one.pin->tag > used.tag) {
          entry.move_to = used.name + ":" + one.pin->tag;
        }
        return add_distribution(distribution_of_base(family.base), entry.name);
      }
    }
    entry.detail = "not in the catalogue of images";
    return {};
  }

  std::vector<SupportEntry> finish() {
    std::sort(entries_.begin(), entries_.end(), [](const SupportEntry& a, const SupportEntry& b) {
      return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
    });
    for (SupportEntry& entry : entries_) {
      std::sort(entry.used_by.begin(), entry.used_by.end());
      judge(entry, facts_.today, facts_.warn_days);
      find_move(entry, facts_, arches_[entry.name]);
    }
    return {std::make_move_iterator(entries_.begin()), std::make_move_iterator(entries_.end())};
  }

private:
  SupportEntry& find_or_make(SubjectKind kind, const std::string& name) {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const SupportEntry& entry) {
      return entry.kind == kind && entry.name == name;
    });
    if (found != entries_.end()) {
      return *found;
    }
    SupportEntry& made = entries_.emplace_back();
    made.kind = kind;
    made.name = name;
    return made;
  }

  static void note_user(SupportEntry& entry, const std::string& user) {
    if (!user.empty() && std::find(entry.used_by.begin(), entry.used_by.end(), user) == entry.used_by.end()) {
      entry.used_by.push_back(user);
    }
  }

  /// One name for both spellings of a tag: the family's, which may differ by architecture in nothing else.
  static std::string family_name(const tags::PlatformTag& tag, const image::ImageFamily* family) {
    return family != nullptr ? family->policy : tag.policy_name();
  }

  /// A tag lives as long as its image: until upstream ends it, or else until its base is out of support.
  void add_family_ends(SupportEntry& entry, const image::ImageFamily& family) const {
    if (family.support_ended) {
      entry.ends.push_back({*family.support_ended, "image updates", "pypa/manylinux", true});
      return;
    }
    const auto base = platform::find_distribution(*facts_.distributions, distribution_of_base(family.base));
    if (base) {
      add_window((*base)->support, entry);
    }
    if (entry.ends.empty() && family.base_support_ends) {
      entry.ends.push_back({*family.base_support_ends, "free support of " + family.base, "endoflife.date", true});
    }
    for (SupportEnd& end : entry.ends) {
      end.what += end.what.find(" of ") == std::string::npos ? " of " + family.base : "";
    }
  }

  /// The dates of a distribution. Debian's long-term support is free and counts; where there is such support the end of
  /// the ordinary one is only told.
  static void add_window(const platform::SupportWindow& window, SupportEntry& entry) {
    const bool long_term = window.lts_ends_pep600.has_value();
    const auto add = [&](const std::optional<std::string>& date, const char* what, const char* source, bool decides) {
      if (date) {
        entry.ends.push_back({*date, what, source, decides});
      }
    };
    add(window.ends, "free support", "endoflife.date", !long_term);
    add(window.ends_pep600, "free support", "pep600_compliance", !long_term);
    add(window.lts_ends_pep600, "long-term support", "pep600_compliance", true);
    add(window.extended_ends, long_term ? "long-term support" : "paid extension", "endoflife.date", long_term);
    add(window.elts_ends_pep600, "paid extension", "pep600_compliance", false);
  }

  void add_toolchain(const image::ImageFamily& family, const std::string& used_by) {
    if (family.compiler.empty()) {
      return;
    }
    SupportEntry& entry = find_or_make(SubjectKind::toolchain, fmt::format("{} of {}", family.compiler, family.policy));
    note_user(entry, used_by);
    if (!entry.ends.empty()) {
      return;
    }
    add_family_ends(entry, family); // its packages come from the image's base
    for (SupportEnd& end : branch_ends(family.compiler)) {
      entry.ends.push_back(std::move(end));
    }
  }

  /// How old an image with a dated tag is.
  [[nodiscard]] std::string age_of(std::string_view tag) const {
    std::string day(tag.substr(0, 10));
    std::replace(day.begin(), day.end(), '.', '-');
    const Result<Date> date = parse_date(day);
    return date ? fmt::format("{} days old", days_between(*date, facts_.today)) : std::string();
  }

  const SupportFacts& facts_;
  std::deque<SupportEntry> entries_;                    ///< grows without moving what is in it
  std::map<std::string, std::set<std::string>> arches_; ///< of tags, by the entry's name
};

} // namespace

std::string_view to_string(SubjectKind kind) {
  constexpr std::array<std::string_view, 5> kNames = {"tag", "base", "image", "python", "toolchain"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string_view to_string(SupportState state) {
  constexpr std::array<std::string_view, 5> kNames = {"supported", "ending", "disputed", "ended", "unknown"};
  return kNames.at(static_cast<std::size_t>(state));
}

void judge(SupportEntry& entry, Date today, int warn_days) {
  std::optional<Date> first;
  std::optional<Date> last;
  for (const SupportEnd& end : entry.ends) {
    const Result<Date> date = parse_date(end.date);
    if (!date || !end.decides) {
      continue;
    }
    first = first ? std::min(*first, *date) : *date;
    last = last ? std::max(*last, *date) : *date;
  }
  if (!first) {
    entry.state = SupportState::unknown;
    return;
  }
  entry.days_left = days_between(today, *first);
  if (*first != *last) {
    entry.days_left_at_most = days_between(today, *last);
  }
  entry.state = *last < today                   ? SupportState::ended
                : *first < today                ? SupportState::disputed
                : *entry.days_left <= warn_days ? SupportState::ending
                                                : SupportState::supported;
}

std::string distribution_of_base(std::string_view base) {
  std::string text(base.substr(0, base.find(" (")));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::size_t space = text.rfind(' ');
  if (space == std::string::npos) {
    return {};
  }
  std::string name = text.substr(0, space);
  std::string version = text.substr(space + 1);
  if (name == "anolis os") { // its releases are listed by their major number
    name = "anolisos";
    version = version.substr(0, version.find('.'));
  }
  return name + "-" + version;
}

const image::ImageFamily* family_for(const image::ImageCatalog& catalog, const tags::PlatformTag& tag) {
  const image::ImageFamily* built_here = nullptr;
  for (const image::ImageFamily& family : catalog.families) {
    for (const image::FamilyImage& one : family.images) {
      if (tags::same_platform(family.platform(one.arch), tag)) {
        if (family.origin == image::Origin::registry) {
          return &family;
        }
        built_here = &family;
      }
    }
  }
  return built_here;
}

Result<std::vector<SupportEntry>> support_entries(const Inventory& inventory, const SupportFacts& facts) {
  Survey survey(facts);
  for (const UsedTag& tag : inventory.tags) {
    WF_TRY_VOID(survey.add_tag(tag));
  }
  for (const UsedImage& image : inventory.images) {
    WF_TRY_VOID(survey.add_image(image));
  }
  for (const UsedPython& python : inventory.pythons) {
    survey.add_python(python);
  }
  for (const std::string& id : inventory.distributions) {
    WF_TRY_VOID(survey.add_distribution(id, {}));
  }
  return survey.finish();
}

Inventory whole_inventory(const SupportFacts& facts) {
  Inventory out;
  for (const image::ImageFamily& family : facts.catalog->families) {
    for (const image::FamilyImage& one : family.images) {
      out.tags.push_back({family.platform(one.arch).text, {}});
      if (one.pin) {
        out.images.push_back({family.name(one.arch).name(), one.pin->tag, one.pin->digest, "catalogue"});
      }
    }
  }
  std::size_t ended = 2; // the two that ended last are still worth a word
  for (auto release = facts.pythons->rbegin(); release != facts.pythons->rend(); ++release) {
    const Result<Date> end = parse_date(release->ends);
    if (end && *end < facts.today && ended-- == 0) {
      break;
    }
    out.pythons.push_back({release->major, release->minor, {}});
  }
  return out;
}

} // namespace wheelforge::lifecycle
