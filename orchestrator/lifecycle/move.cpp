// Finds successors and counts what they cost in reach.
#include "orchestrator/lifecycle/move.hpp"

#include "orchestrator/tags/architecture.hpp"

#include <algorithm>

namespace wheelforge::lifecycle {
namespace {

/// The version that a policy's name stands for, and whether it is musl's.
std::optional<tags::PlatformTag> tag_of(const std::string& policy, const std::string& arch) {
  const Result<tags::PlatformTag> tag = tags::parse_platform_tag(policy + "_" + arch);
  return tag ? std::optional(*tag) : std::nullopt;
}

bool is_alive(const image::ImageFamily& family, const SupportFacts& facts) {
  if (family.status == image::Status::ended || family.status == image::Status::unpublished || family.support_ended) {
    return false;
  }
  const auto base = platform::find_distribution(*facts.distributions, distribution_of_base(family.base));
  SupportEntry entry;
  if (base) {
    for (const auto& day : {(*base)->support.ends, (*base)->support.ends_pep600, (*base)->support.lts_ends_pep600}) {
      if (day) {
        entry.ends.push_back({*day, {}, {}, true});
      }
    }
  } else if (family.base_support_ends) {
    entry.ends.push_back({*family.base_support_ends, {}, {}, true});
  }
  judge(entry, facts.today, 0);
  return entry.days_left_at_most.value_or(entry.days_left.value_or(-1)) >= facts.warn_days;
}

/// The oldest newer policy of the same C library whose image is alive on the architecture; published images are taken
/// before alphas, and both before those that are built here.
const image::ImageFamily* successor_of(const tags::PlatformTag& tag, const SupportFacts& facts) {
  const image::ImageFamily* best = nullptr;
  const auto rank = [](const image::ImageFamily& family) {
    return (family.origin == image::Origin::built_here ? 2 : 0) + (family.status == image::Status::alpha ? 1 : 0);
  };
  const auto version = [&](const image::ImageFamily& family) { return family.platform(*tag.arch).version; };
  for (const image::ImageFamily& family : facts.catalog->families) {
    if (family.find(*tag.arch) == nullptr || family.platform(*tag.arch).family != tag.family ||
        version(family) <= tag.version || !is_alive(family, facts)) {
      continue;
    }
    if (best == nullptr || std::pair(rank(family), version(family)) < std::pair(rank(*best), version(*best))) {
      best = &family;
    }
  }
  return best;
}

/// True where some source, paid extensions included, still supports the distribution.
bool is_supported(const platform::Distribution& distribution, Date today) {
  const platform::SupportWindow& window = distribution.support;
  bool dated = false;
  for (const auto& day :
       {window.ends, window.extended_ends, window.ends_pep600, window.lts_ends_pep600, window.elts_ends_pep600}) {
    if (const Result<Date> date = parse_date(day.value_or(""))) {
      dated = true;
      if (*date >= today) {
        return true;
      }
    }
  }
  return !dated && distribution.rolling;
}

MoveCost cost_of(const tags::PlatformTag& from, const tags::PlatformTag& to, const SupportFacts& facts) {
  MoveCost cost;
  cost.arch = std::string(tags::to_string(*from.arch));
  if (from.family == tags::PlatformFamily::manylinux) {
    cost.percent_now = facts.shares->reach_of(cost.arch, from.version);
    cost.percent_then = facts.shares->reach_of(cost.arch, to.version);
  }
  const platform::Libc libc =
      from.family == tags::PlatformFamily::manylinux ? platform::Libc::glibc : platform::Libc::musl;
  for (const platform::Distribution& distribution : *facts.distributions) {
    const bool there = !distribution.arches || std::find(distribution.arches->begin(), distribution.arches->end(),
                                                         cost.arch) != distribution.arches->end();
    if (there && distribution.libc == libc && distribution.libc_version && *distribution.libc_version >= from.version &&
        *distribution.libc_version < to.version && is_supported(distribution, facts.today)) {
      cost.loses.push_back(distribution.id());
    }
  }
  std::sort(cost.loses.begin(), cost.loses.end());
  return cost;
}

void move_tag(SupportEntry& entry, const SupportFacts& facts, const std::set<std::string>& arches) {
  std::vector<std::string> names;
  for (const std::string& arch : arches) {
    const auto tag = tag_of(entry.name, arch);
    const image::ImageFamily* successor = tag ? successor_of(*tag, facts) : nullptr;
    if (successor == nullptr) {
      continue;
    }
    if (std::find(names.begin(), names.end(), successor->policy) == names.end()) {
      names.push_back(successor->policy);
    }
    entry.costs.push_back(cost_of(*tag, successor->platform(*tag->arch), facts));
  }
  for (const std::string& name : names) {
    entry.move_to += (entry.move_to.empty() ? "" : " or ") + name;
  }
}

/// The policies that are made on a base, and what those move to.
void move_base(SupportEntry& entry, const SupportFacts& facts) {
  for (const image::ImageFamily& family : facts.catalog->families) {
    const bool mine = entry.kind == SubjectKind::base ? distribution_of_base(family.base) == entry.name
                                                      : entry.name.ends_with(" of " + family.policy);
    if (!mine) {
      continue;
    }
    for (const image::FamilyImage& one : family.images) {
      const image::ImageFamily* successor = successor_of(family.platform(one.arch), facts);
      const std::string where = successor == nullptr              ? std::string()
                                : entry.kind == SubjectKind::base ? successor->base + " (" + successor->policy + ")"
                                                                  : successor->compiler + " of " + successor->policy;
      if (!where.empty() && entry.move_to.find(where) == std::string::npos) {
        entry.move_to += (entry.move_to.empty() ? "" : " or ") + where;
      }
    }
  }
}

void move_python(SupportEntry& entry, const SupportFacts& facts) {
  for (const platform::PythonRelease& release : *facts.pythons) {
    const Result<Date> end = parse_date(release.ends);
    if (end && days_between(facts.today, *end) >= facts.warn_days) {
      entry.move_to = "Python " + release.name() + " and newer";
      return;
    }
  }
}

} // namespace

void find_move(SupportEntry& entry, const SupportFacts& facts, const std::set<std::string>& arches) {
  if (entry.state == SupportState::supported || entry.state == SupportState::unknown) {
    return;
  }
  switch (entry.kind) {
  case SubjectKind::tag:
    move_tag(entry, facts, arches);
    break;
  case SubjectKind::base:
  case SubjectKind::toolchain:
    move_base(entry, facts);
    break;
  case SubjectKind::python:
    move_python(entry, facts);
    break;
  case SubjectKind::image: {
    for (const image::ImageFamily& family : facts.catalog->families) {
      for (const image::FamilyImage& one : family.images) {
        const std::string name = family.name(one.arch).name();
        if (entry.move_to.empty() && (entry.name == name || entry.name.starts_with(name + ":"))) {
          const image::ImageFamily* successor = successor_of(family.platform(one.arch), facts);
          entry.move_to = successor == nullptr ? std::string() : successor->name(one.arch).name();
        }
      }
    }
    break;
  }
  }
}

} // namespace wheelforge::lifecycle
