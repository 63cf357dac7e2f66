// Tries a release on every distribution, Python and pip on paper.
#include "orchestrator/resolve/reach.hpp"

#include "orchestrator/platform/python_release.hpp"
#include "orchestrator/resolve/pip_history.hpp"
#include "orchestrator/resolve/resolution.hpp"
#include "orchestrator/resolve/supported_tags.hpp"
#include "orchestrator/tags/abi_tag.hpp"
#include "orchestrator/tags/platform_tag.hpp"
#include "orchestrator/tags/python_tag.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace wheelforge::resolve {
namespace {

/// The wheels of a release, taken apart.
std::vector<Candidate> wheels_of(const std::vector<ReleaseFile>& files) {
  std::vector<Candidate> out;
  for (const ReleaseFile& file : files) {
    Result<Candidate> candidate = parse_candidate(file.name, Names::loose, "");
    if (candidate && candidate->kind == FileKind::wheel) {
      out.push_back(*std::move(candidate));
    }
  }
  return out;
}

/// Every distinct platform of the wheels whose tag can be read, by its canonical spelling, with how many wheels have
/// it.
std::map<std::string, std::pair<tags::PlatformTag, std::size_t>> platforms_of(const std::vector<Candidate>& wheels) {
  std::map<std::string, std::pair<tags::PlatformTag, std::size_t>> out;
  for (const Candidate& wheel : wheels) {
    std::set<std::string> own;
    for (const std::string& text : wheel.platforms) {
      Result<tags::PlatformTag> tag = tags::parse_platform_tag(text);
      if (tag && own.insert(tag->canonical()).second) {
        out.try_emplace(tag->canonical(), *tag, 0).first->second.second += 1;
      }
    }
  }
  return out;
}

/// "3.12" of an interpreter, without the micro version.
std::string minor_name(const Interpreter& python) {
  Interpreter plain = python;
  plain.micro.reset();
  return to_string(plain);
}

bool older_python(const Interpreter& a, const Interpreter& b) {
  return std::tie(a.major, a.minor, a.free_threaded) < std::tie(b.major, b.minor, b.free_threaded);
}

/// True where the support of a distribution has ended by every source, with all extensions.
bool has_ended(const platform::Distribution& distribution, const std::string& today) {
  const platform::SupportWindow& support = distribution.support;
  const std::optional<std::string> last = std::max(
      {support.ends, support.extended_ends, support.ends_pep600, support.lts_ends_pep600, support.elts_ends_pep600});
  return last && *last < today;
}

/// True for an old image of a distribution that only has one release, the current one.
bool is_old_snapshot(const platform::Distribution& distribution,
                     const std::vector<platform::Distribution>& distributions) {
  const bool has_current = std::any_of(distributions.begin(), distributions.end(), [&](const auto& other) {
    return other.name == distribution.name && other.version == "latest";
  });
  return has_current && !distribution.rolling;
}

class Survey {
public:
  Survey(const std::vector<ReleaseFile>& files, const platform::DownloadShares& shares, const ReachOptions& options)
      : files_(files), shares_(shares), options_(options), wheels_(wheels_of(files)),
        platforms_(platforms_of(wheels_)) {}

  Result<Reach> run(const std::vector<platform::Distribution>& distributions) {
    WF_TRY(const std::vector<const platform::Distribution*> wanted, select(distributions));
    const std::vector<Interpreter> pythons = columns();
    for (const Interpreter& python : pythons) {
      out_.pythons.push_back(minor_name(python));
    }
    for (const std::string& arch : architectures()) {
      WF_TRY(const tags::Architecture known, tags::parse_architecture(arch));
      add_tags(std::string(tags::to_string(known)));
      out_.percent[arch] = share_of(arch);
      for (const platform::Distribution* distribution : wanted) {
        try_distribution(*distribution, arch, pythons);
      }
    }
    add_tags("");
    return std::move(out_);
  }

private:
  Result<std::vector<const platform::Distribution*>> select(const std::vector<platform::Distribution>& distributions) {
    std::vector<const platform::Distribution*> out;
    for (const std::string& id : options_.targets) {
      WF_TRY(const platform::Distribution* found, platform::find_distribution(distributions, id));
      out.push_back(found);
    }
    for (const platform::Distribution& one : distributions) {
      const bool current = !has_ended(one, options_.today) && !is_old_snapshot(one, distributions);
      if (options_.targets.empty() && one.libc_version && (options_.ended || current)) {
        out.push_back(&one);
      }
    }
    return out;
  }

  std::vector<std::string> architectures() const {
    std::set<std::string> found(options_.arches.begin(), options_.arches.end());
    if (found.empty()) {
      for (const auto& [text, tag] : platforms_) {
        if (tag.first.arch) {
          found.insert(std::string(tags::to_string(*tag.first.arch)));
        }
      }
    }
    if (found.empty()) {
      found = {"aarch64", "x86_64"};
    }
    return {found.begin(), found.end()};
  }

  /// The Pythons that are still supported, and those that a wheel is made for.
  std::vector<Interpreter> columns() const {
    if (!options_.pythons.empty()) {
      return options_.pythons;
    }
    std::vector<Interpreter> out;
    const auto add = [&out](const Interpreter& python) {
      if (std::find(out.begin(), out.end(), python) == out.end()) {
        out.push_back(python);
      }
    };
    for (const platform::PythonRelease& release : platform::known_python_releases()) {
      if (release.ends >= options_.today && release.released <= options_.today) {
        add({release.major, release.minor, std::nullopt, false, false});
      }
    }
    for (const Candidate& wheel : wheels_) {
      for (const std::string& text : wheel.pythons) {
        const Result<tags::PythonTag> tag = tags::parse_python_tag(text);
        const bool stable = std::any_of(wheel.abis.begin(), wheel.abis.end(), [](const std::string& abi) {
          return tags::AbiTag{abi}.is_stable() || abi == "none";
        });
        if (!tag || !tag->is_cpython() || !tag->minor || stable || (tag->major != 2 && tag->major != 3)) {
          continue;
        }
        for (const std::string& abi : wheel.abis) {
          add({tag->major, *tag->minor, std::nullopt, tags::AbiTag{abi}.is_free_threaded(), false});
        }
      }
    }
    std::sort(out.begin(), out.end(), older_python);
    return out;
  }

  /// The tags of one architecture, widest first; "" for "any".
  void add_tags(const std::string& arch) {
    std::vector<std::pair<tags::PlatformTag, std::size_t>> found;
    for (const auto& [text, tag] : platforms_) {
      const std::string of = tag.first.arch ? std::string(tags::to_string(*tag.first.arch)) : "";
      if (of == arch) {
        found.push_back(tag);
      }
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [tag, wheels] : found) {
      const bool glibc = tag.family == tags::PlatformFamily::manylinux;
      out_.tags.push_back(
          {arch, tag.policy_name(), wheels, glibc ? shares_.reach_of(arch, tag.version) : std::optional<double>()});
    }
  }

  /// The newest pip that starts on a Python; nullptr where none is known.
  const Pip* newest_pip(const Interpreter& python) {
    const auto [found, is_new] = newest_pips_.try_emplace(to_string(python), nullptr);
    if (is_new) {
      const Version version = full_version(python);
      for (const Pip& pip : known_pips()) {
        found->second = pip.runs_on(version) ? &pip : found->second;
      }
    }
    return found->second;
  }

  /// The place of the oldest known pip with the same rules.
  std::size_t rules_of(const Pip& pip) {
    const auto [found, is_new] = rules_.try_emplace(pip.version.text, 0);
    if (is_new) {
      const std::vector<Pip>& known = known_pips();
      const auto same =
          std::find_if(known.begin(), known.end(), [&](const Pip& one) { return one.rules == pip.rules; });
      found->second = static_cast<std::size_t>(same - known.begin());
    }
    return found->second;
  }

  /// What a pip takes: the same for the same rules, Python and machine, and looked for once.
  const Resolution& resolve_on(const InstallTarget& target) {
    const std::string key =
        fmt::format("{} {} {} {} {}", rules_of(target.pip), to_string(target.python), target.machine.name,
                    platform::to_string(target.machine.libc), target.machine.libc_version);
    auto found = resolutions_.find(key);
    if (found == resolutions_.end()) {
      Result<std::vector<std::string>> tags = supported_tags(target);
      found = resolutions_
                  .emplace(key, tags ? resolve(target, TagTable(*std::move(tags)), files_, Request()) : Resolution())
                  .first;
    }
    return found->second;
  }

  /// Fills in what an install ends with.
  void finish(const InstallTarget& target, ReachRow row) {
    row.python = minor_name(target.python);
    row.pip = target.pip.version.text;
    const Resolution& resolution = resolve_on(target);
    if (resolution.picked) {
      const Verdict& verdict = resolution.verdicts[*resolution.picked];
      row.file = files_[*resolution.picked].name;
      row.outcome = verdict.tag ? Outcome::wheel : Outcome::sdist;
      if (verdict.tag) {
        const Result<tags::PlatformTag> tag =
            tags::parse_platform_tag(verdict.tag->substr(verdict.tag->rfind('-') + 1));
        row.policy = tag ? tag->policy_name() : "";
      }
    }
    out_.rows.push_back(std::move(row));
  }

  void try_distribution(const platform::Distribution& distribution, const std::string& arch,
                        const std::vector<Interpreter>& pythons) {
    const Result<Machine> machine = machine_of(distribution, arch);
    if (!machine) {
      return; // it does not exist on this architecture
    }
    const ReachRow row{distribution.id(), arch, {}, {}, PipOrigin::shipped, Outcome::nothing, {}, {}};
    if (const Result<InstallTarget> own = shipped_target(distribution, *machine)) {
      finish(*own, row);
    } else {
      out_.skipped[distribution.id()] = own.error().message;
    }
    for (const Interpreter& python : pythons) {
      if (const Pip* pip = newest_pip(python); pip != nullptr) {
        ReachRow newest = row;
        newest.origin = PipOrigin::newest;
        finish({*pip, python, *machine}, std::move(newest));
      }
    }
  }

  static Result<InstallTarget> shipped_target(const platform::Distribution& distribution, const Machine& machine) {
    if (!distribution.python || !distribution.pip) {
      return fail("no source says which {} it ships", distribution.python ? "pip" : "Python");
    }
    WF_TRY(const Interpreter python, parse_interpreter(*distribution.python));
    WF_TRY(const Pip pip, find_pip(*distribution.pip));
    return InstallTarget{pip, python, machine};
  }

  /// Sum over Pythons of their share times the reach of the oldest glibc on which they get a wheel.
  double share_of(const std::string& arch) {
    std::set<tags::LibcVersion> glibcs = {{2, 5}, {2, 17}};
    for (const auto& [text, tag] : platforms_) {
      if (tag.first.family == tags::PlatformFamily::manylinux) {
        glibcs.insert(tag.first.version);
      }
    }
    double sum = 0;
    double total = 0;
    for (const auto& [name, percent] : shares_.python_percent) {
      const Result<Interpreter> python = parse_interpreter(name);
      const Pip* pip = python ? newest_pip(*python) : nullptr;
      total += percent;
      for (const tags::LibcVersion glibc : glibcs) {
        if (pip == nullptr) {
          break;
        }
        InstallTarget target{*pip, *python, {}};
        target.machine.name = arch;
        target.machine.bits = arch == "i686" || arch == "armv7l" ? Bits::b32 : Bits::b64;
        target.machine.libc_version = fmt::format("{}.{}", glibc.major, glibc.minor);
        const Resolution& resolution = resolve_on(target);
        if (resolution.picked && resolution.verdicts[*resolution.picked].tag) {
          sum += percent * shares_.reach_of(arch, glibc).value_or(0) / 100;
          break;
        }
      }
    }
    return total == 0 ? 0 : 100 * sum / total;
  }

  const std::vector<ReleaseFile>& files_;
  const platform::DownloadShares& shares_;
  const ReachOptions& options_;
  std::vector<Candidate> wheels_;
  std::map<std::string, std::pair<tags::PlatformTag, std::size_t>> platforms_;
  std::map<std::string, const Pip*> newest_pips_; ///< by Python
  std::map<std::string, std::size_t> rules_;      ///< by the version of pip
  std::map<std::string, Resolution> resolutions_;
  Reach out_;
};

} // namespace

std::string_view to_string(Outcome outcome) {
  return outcome == Outcome::wheel ? "wheel" : outcome == Outcome::sdist ? "sdist" : "nothing";
}

Result<Reach> measure_reach(const std::vector<ReleaseFile>& files,
                            const std::vector<platform::Distribution>& distributions,
                            const platform::DownloadShares& shares, const ReachOptions& options) {
  return Survey(files, shares, options).run(distributions);
}

std::vector<ReachDifference> compare_reach(const Reach& before, const Reach& after) {
  const auto key = [](const ReachRow& row) {
    return std::tie(row.distribution, row.arch, row.python, row.pip, row.origin);
  };
  std::vector<ReachDifference> out;
  for (const ReachRow& old : before.rows) {
    const auto now =
        std::find_if(after.rows.begin(), after.rows.end(), [&](const ReachRow& row) { return key(row) == key(old); });
    if (now != after.rows.end() && (now->outcome != old.outcome || now->file != old.file)) {
      out.push_back({old, *now});
    }
  }
  return out;
}

} // namespace wheelforge::resolve
