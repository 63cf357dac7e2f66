// Filters and orders candidates as pip's finder and resolver do.
#include "orchestrator/resolve/resolution.hpp"

#include "orchestrator/resolve/supported_tags.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::resolve {
namespace {

/// A file that passed the link evaluation.
struct Fitting {
  std::size_t index = 0;
  Candidate candidate;
  Version version;
  bool yanked = false;
  std::size_t rank = 0; ///< of a source archive: behind every tag
};

/// Which parts of a tag the target does not know: "abi cp310, platform manylinux_2_28_x86_64".
std::string unknown_parts(const std::string& python, const std::string& abi, const std::string& platform,
                          const TagTable& tags) {
  std::vector<std::string> parts;
  if (!tags.knows_python(python)) {
    parts.push_back("interpreter " + python);
  }
  if (!tags.knows_abi(abi)) {
    parts.push_back("abi " + abi);
  }
  if (!tags.knows_platform(platform)) {
    parts.push_back("platform " + platform);
  }
  return parts.empty() ? fmt::format("combination {}-{}-{}", python, abi, platform)
                       : fmt::format("{}", fmt::join(parts, ", "));
}

/// The same for every tag of a wheel, each said once, sorted.
std::string unknown_parts(const Candidate& candidate, const TagTable& tags) {
  std::vector<std::string> all;
  for (const std::string& python : candidate.pythons) {
    for (const std::string& abi : candidate.abis) {
      for (const std::string& platform : candidate.platforms) {
        all.push_back(unknown_parts(python, abi, platform, tags));
      }
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return fmt::format("{}", fmt::join(all, "; "));
}

class Resolver {
public:
  Resolver(const InstallTarget& target, const TagTable& tags, const std::vector<ReleaseFile>& files,
           const Request& request)
      : target_(target), rules_(target.pip.rules), tags_(tags), files_(files), request_(request),
        project_(wheel::normalize_distribution(request.project)), python_(full_version(target.python)),
        tie_(has_old_resolver() ? Tie::first : rules_.tie) {}

  Resolution run() {
    out_.verdicts.resize(files_.size());
    for (std::size_t i = 0; i < files_.size(); ++i) {
      evaluate(i);
    }
    apply_specifier();
    apply_broken_names();
    apply_yanked();
    pick();
    return std::move(out_);
  }

private:
  bool has_old_resolver() const { return rules_.old_resolver_on_python2 && target_.python.major == 2; }

  /// Older Pythons get pip's pkg_resources back end, for which versions are still compared as texts.
  bool filters_by_value() const {
    return rules_.equal_versions_together && std::pair(target_.python.major, target_.python.minor) >= std::pair(3, 11);
  }

  void refuse(std::size_t index, Reason reason, std::string detail) {
    out_.verdicts[index].reason = reason;
    out_.verdicts[index].detail = std::move(detail);
  }

  /// pip's evaluate_link.
  void evaluate(std::size_t index) {
    const ReleaseFile& file = files_[index];
    Result<Candidate> parsed = parse_candidate(file.name, rules_.names, request_.project);
    if (!parsed) {
      refuse(index, Reason::name, "name: " + parsed.error().message);
      return;
    }
    Candidate& candidate = *parsed;
    if (!project_.empty() && candidate.project != project_) {
      refuse(index, Reason::other_project, "project " + candidate.project);
      return;
    }
    if (candidate.kind == FileKind::wheel) {
      find_best_tag(candidate, out_.verdicts[index]);
      if (!out_.verdicts[index].rank) {
        refuse(index, Reason::tags, unknown_parts(candidate, tags_));
        return;
      }
    } else if (request_.only_binary) {
      refuse(index, Reason::source, "source archive");
      return;
    }
    Result<Version> version = parse_version(candidate.version);
    if (!version) {
      refuse(index, Reason::version, "version " + candidate.version);
      return;
    }
    if (rules_.requires_python && file.requires_python) {
      const Result<SpecifierSet> wanted = SpecifierSet::parse(*file.requires_python);
      if (wanted && !wanted->contains(python_)) { // pip lets a specifier pass that it cannot read
        refuse(index, Reason::requires_python, "Requires-Python");
        return;
      }
    }
    const std::size_t rank = out_.verdicts[index].rank.value_or(tags_.size());
    fitting_.push_back({index, std::move(candidate), *std::move(version), file.yanked, rank});
  }

  void find_best_tag(const Candidate& candidate, Verdict& verdict) const {
    for (const std::string& tag : candidate.tags()) {
      const std::optional<std::size_t> rank = tags_.rank(tag);
      if (rank && (!verdict.rank || *rank < *verdict.rank)) {
        verdict.rank = rank;
        verdict.tag = tag;
      }
    }
  }

  void drop(Reason reason, std::string_view detail, bool (*condition)(const Fitting&)) {
    std::erase_if(fitting_, [&](const Fitting& one) {
      const bool gone = condition(one);
      if (gone) {
        refuse(one.index, reason, std::string(detail));
      }
      return gone;
    });
  }

  /// Pre-releases only where they were asked for or where nothing else is left (PEP 440).
  void apply_specifier() {
    std::vector<Version> inside;
    for (const Fitting& one : fitting_) {
      if (request_.specifier.contains(one.version)) {
        inside.push_back(one.version);
      }
    }
    std::erase_if(fitting_, [&](const Fitting& one) {
      const bool equal = std::find(inside.begin(), inside.end(), one.version) != inside.end();
      const bool outside = !(filters_by_value() ? equal : request_.specifier.contains(one.version));
      if (outside) {
        refuse(one.index, Reason::specifier, "specifier");
      }
      return outside;
    });
    const bool finals =
        std::any_of(fitting_.begin(), fitting_.end(), [](const Fitting& one) { return !one.version.is_prerelease(); });
    const bool wanted = request_.prereleases || request_.specifier.names_prerelease(rules_.prerelease_operators);
    const bool falls_back = request_.specifier.empty() || rules_.prerelease_fallback == PrereleaseFallback::always;
    if (!wanted && (finals || !falls_back)) {
      drop(Reason::prerelease, "pre-release", [](const Fitting& one) { return one.version.is_prerelease(); });
    }
  }

  /// One name that pip cannot sort takes all the others with it.
  void apply_broken_names() {
    const auto broken =
        std::find_if(fitting_.begin(), fitting_.end(), [](const Fitting& one) { return one.candidate.stops_pip; });
    if (broken == fitting_.end()) {
      return;
    }
    const std::string detail = "TypeError on " + files_[broken->index].name;
    for (const Fitting& one : fitting_) {
      refuse(one.index, Reason::stops_pip, detail);
    }
    fitting_.clear();
  }

  void apply_yanked() {
    const bool all = std::all_of(fitting_.begin(), fitting_.end(), [](const Fitting& one) { return one.yanked; });
    const bool needed = all && (rules_.yanked != Yanked::only_pinned || request_.specifier.is_pinned());
    if ((rules_.yanked == Yanked::last_resort || rules_.yanked == Yanked::only_pinned) && !needed) {
      drop(Reason::yanked, "yanked", [](const Fitting& one) { return one.yanked; });
    }
  }

  /// How `a` compares in one part of the key; greater is preferred.
  std::strong_ordering compare(KeyPart part, const Fitting& a, const Fitting& b) const {
    switch (part) {
    case KeyPart::not_yanked:
      return b.yanked <=> a.yanked;
    case KeyPart::binary:
      return !request_.prefer_binary ? std::strong_ordering::equal
                                     : (a.candidate.kind == FileKind::wheel) <=> (b.candidate.kind == FileKind::wheel);
    case KeyPart::version:
      return a.version <=> b.version;
    case KeyPart::tag:
      return b.rank <=> a.rank;
    case KeyPart::build:
      return a.candidate.build <=> b.candidate.build;
    }
    return std::strong_ordering::equal;
  }

  bool is_preferred(const Fitting& a, const Fitting& b) const {
    for (const KeyPart part : rules_.candidate_key) {
      if (const std::strong_ordering order = compare(part, a, b); order != std::strong_ordering::equal) {
        return order == std::strong_ordering::greater;
      }
    }
    return (a.index > b.index) == (tie_ == Tie::last);
  }

  void pick() {
    const auto best = std::max_element(fitting_.begin(), fitting_.end(),
                                       [this](const Fitting& a, const Fitting& b) { return is_preferred(b, a); });
    if (best == fitting_.end()) {
      return;
    }
    if (!request_.specifier.contains(best->version)) { // ===1.0 let 1.0.0 in; the resolver then gives up on it
      for (const Fitting& one : fitting_) {
        refuse(one.index, Reason::specifier, "specifier");
      }
      return;
    }
    out_.picked = best->index;
    for (const Fitting& one : fitting_) {
      if (one.index != best->index) {
        pass_over(one, *best);
      }
    }
  }

  /// Says in which part of the key the one taken was better.
  void pass_over(const Fitting& one, const Fitting& best) {
    for (const KeyPart part : rules_.candidate_key) {
      if (compare(part, one, best) == std::strong_ordering::equal) {
        continue;
      }
      switch (part) {
      case KeyPart::not_yanked:
        return refuse(one.index, Reason::yanked_last, "yanked");
      case KeyPart::binary:
        return refuse(one.index, Reason::binary_first, "source archive");
      case KeyPart::version:
        return refuse(one.index, Reason::older, fmt::format("version {} < {}", one.version.text, best.version.text));
      case KeyPart::tag:
        return refuse(one.index, Reason::worse_tag,
                      one.candidate.kind == FileKind::wheel
                          ? fmt::format("tag {} against {}", one.rank + 1, best.rank + 1)
                          : "source archive");
      case KeyPart::build:
        return refuse(one.index, Reason::lower_build, "build number");
      }
    }
    refuse(one.index, Reason::tie, tie_ == Tie::last ? "listed earlier" : "listed later");
  }

  const InstallTarget& target_;
  const PipRules& rules_;
  const TagTable& tags_;
  const std::vector<ReleaseFile>& files_;
  const Request& request_;
  std::string project_;
  Version python_;
  Tie tie_;
  std::vector<Fitting> fitting_;
  Resolution out_;
};

} // namespace

TagTable::TagTable(std::vector<std::string> tags) : tags_(std::move(tags)) {
  ranks_.reserve(tags_.size());
  std::string_view python;
  std::string_view abi;
  for (std::size_t i = 0; i < tags_.size(); ++i) {
    const std::string_view tag = tags_[i];
    const std::size_t first = tag.find('-');
    const std::size_t second = tag.find('-', first + 1);
    // Tags come in runs of one interpreter and one ABI.
    if (const std::string_view part = tag.substr(0, first); part != python) {
      pythons_.insert(python = part);
    }
    if (const std::string_view part = tag.substr(first + 1, second - first - 1); part != abi) {
      abis_.insert(abi = part);
    }
    platforms_.insert(tag.substr(second + 1));
    ranks_.emplace(tag, i);
  }
}

std::optional<std::size_t> TagTable::rank(std::string_view tag) const {
  const auto found = ranks_.find(tag);
  return found == ranks_.end() ? std::nullopt : std::optional<std::size_t>(found->second);
}

Result<Resolution> resolve(const InstallTarget& target, const std::vector<ReleaseFile>& files, const Request& request) {
  WF_TRY(std::vector<std::string> tags, supported_tags(target));
  return resolve(target, TagTable(std::move(tags)), files, request);
}

Resolution resolve(const InstallTarget& target, const TagTable& tags, const std::vector<ReleaseFile>& files,
                   const Request& request) {
  return Resolver(target, tags, files, request).run();
}

} // namespace wheelforge::resolve
