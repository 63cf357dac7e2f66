// From an audit's report to where libraries come from, what device code is for, and what is wrong.
#include "orchestrator/accelerator/inspection.hpp"

#include "orchestrator/accelerator/expectation_check.hpp"
#include "orchestrator/accelerator/search_path.hpp"
#include "orchestrator/accelerator/size_report.hpp"
#include "orchestrator/toolchain/provider_lookup.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace wheelforge::accelerator {
namespace {

using toolchain::Recipe;

constexpr std::array<std::string_view, 6> kOrigins = {"own", "grafted", "provider", "policy", "driver", "missing"};
constexpr std::array<std::string_view, 3> kOpenMp = {"libgomp", "libiomp5", "libomp"};

/// By soname prefix: which run time does MKL's threading.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kMklLayers = {{
    {"libmkl_intel_thread.so", "Intel OpenMP"},
    {"libmkl_gnu_thread.so", "GNU OpenMP"},
    {"libmkl_tbb_thread.so", "TBB"},
    {"libmkl_sequential.so", "sequential"},
    {"libmkl_rt.so", "chosen when it is loaded (MKL_THREADING_LAYER, Intel OpenMP by default)"},
}};

/// A soname without what auditwheel puts into names of grafted files: libgomp-24e2ab19.so.1.0.0 → libgomp.
std::string plain_stem(std::string_view name) {
  std::string stem(toolchain::stem_of(name.substr(name.rfind('/') + 1)));
  const std::size_t dash = stem.rfind('-');
  const bool is_hash = dash != std::string::npos && stem.size() - dash >= 7 &&
                       stem.find_first_not_of("0123456789abcdef", dash + 1) == std::string::npos;
  return is_hash ? stem.substr(0, dash) : stem;
}

bool is_grafted(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash != std::string_view::npos && path.substr(0, slash).ends_with(".libs");
}

std::string text_of(tags::LibcVersion version) { return fmt::format("{}.{}", version.major, version.minor); }

std::optional<wheel::Metadata> metadata_of(const zip::ZipReader& archive) {
  for (const zip::ZipMember& member : archive.members()) {
    if (member.name.ends_with(".dist-info/METADATA") && std::count(member.name.begin(), member.name.end(), '/') == 1) {
      zip::Inflater inflater;
      if (const auto bytes = inflater.read(archive, member)) {
        auto parsed = wheel::parse_metadata({reinterpret_cast<const char*>(bytes->data()), bytes->size()}); // NOLINT
        return parsed ? std::optional(*std::move(parsed)) : std::nullopt;
      }
    }
  }
  return std::nullopt;
}

/// Builds one Inspection.
class Inspector {
public:
  Inspector(const zip::ZipReader& archive, const audit::AuditReport& report, std::span<const Recipe> recipes,
            const Expectation& expected)
      : archive_(archive), report_(report), expected_(expected), metadata_(metadata_of(archive)) {
    if (metadata_) {
      for (const std::string& requirement : metadata_->requires_dist) {
        const auto names = toolchain::required_names(requirement);
        required_.insert(required_.end(), names.begin(), names.end());
      }
    }
    for (const audit::ElfReport& elf : report.elf_files) {
      by_name_.emplace(elf.path.substr(elf.path.rfind('/') + 1), elf.path);
      if (!elf.soname.empty()) {
        by_name_.emplace(elf.soname, elf.path);
      }
      needed_by_some_.insert(elf.needed.begin(), elf.needed.end());
      if (elf.is_extension) {
        extensions_.insert(elf.path);
      }
    }
    const std::vector<std::string> needed(needed_by_some_.begin(), needed_by_some_.end());
    recipes_ = toolchain::likeliest_first(recipes, needed);
  }

  Inspection run() {
    result_.wheel = report_.wheel;
    for (const audit::ElfReport& elf : report_.elf_files) {
      look_at(elf);
    }
    decide_tag();
    list_run_times();
    result_.size = measure_size(archive_, report_, result_.device);
    check_driver();
    for (Problem& one : check_expectation(archive_, result_, expected_)) {
      add(std::move(one));
    }
    return std::move(result_);
  }

private:
  void problem(std::string code, bool is_error, std::string path, std::string message) {
    add({std::move(code), is_error, std::move(path), std::move(message)});
  }

  void add(Problem one) {
    if (std::find(result_.problems.begin(), result_.problems.end(), one) == result_.problems.end()) {
      result_.problems.push_back(std::move(one));
    }
  }

  void look_at(const audit::ElfReport& elf) {
    result_.device.merge(elf.device);
    const std::vector<SearchPath> paths = search_paths(elf, archive_, recipes_);
    for (const std::string& soname : elf.needed) {
      result_.needs.push_back(need_of(elf, soname, paths));
    }
    for (const SearchPath& path : paths) {
      if (path.kind == SearchPath::Kind::absolute || path.kind == SearchPath::Kind::escaping ||
          path.kind == SearchPath::Kind::dead) {
        problem(fmt::format("rpath-{}", to_string(path.kind)), false, elf.path,
                fmt::format("the search path has {}", path.written));
      }
    }
    result_.search_paths.insert(result_.search_paths.end(), paths.begin(), paths.end());
  }

  /// Whether importing the wheel can load the file: it is an extension, or some file needs it.
  [[nodiscard]] bool may_be_loaded(const std::string& path, const std::string& soname) const {
    return extensions_.count(path) != 0 || needed_by_some_.count(soname) != 0 ||
           needed_by_some_.count(path.substr(path.rfind('/') + 1)) != 0;
  }

  Need need_of(const audit::ElfReport& elf, const std::string& soname, const std::vector<SearchPath>& paths) {
    Need need{elf.path, soname, Origin::missing, {}, {}, false, false, {}};
    const bool is_system = first_policy(soname).has_value() || soname.rfind("ld-linux", 0) == 0 ||
                           soname.rfind("ld64.so", 0) == 0 || soname.rfind("ld-musl", 0) == 0;
    if (const auto own = by_name_.find(soname); own != by_name_.end()) {
      need.origin = is_grafted(own->second) ? Origin::grafted : Origin::own;
      need.from = own->second;
    } else if (is_system) {
      need.origin = Origin::policy;
      need.from = first_policy(soname).value_or("the loader");
    } else if (toolchain::is_driver_library(recipes_, soname)) {
      need.origin = Origin::driver;
      need.from = "the device's driver";
    } else if (const auto provided = toolchain::find_provided(recipes_, soname, required_)) {
      need.origin = Origin::provider;
      need.from = provided->distribution;
      need.floor = provided->floor;
      need.is_required = provided->is_required;
      need.wanted_path = path_to_folder(elf.path, provided->folder);
      need.is_reached = std::any_of(paths.begin(), paths.end(), [&](const SearchPath& path) {
        return path.kind == SearchPath::Kind::provider && leads_to(elf.path, path.written, provided->folder);
      });
      toolchains_.insert(fmt::format("{} {}", provided->toolchain, provided->version.numbers.front()));
    } else {
      const bool is_loaded = may_be_loaded(elf.path, elf.soname);
      problem("missing-library", is_loaded, elf.path,
              fmt::format("{} is in no file of the wheel, no provider, no policy and no driver{}", soname,
                          is_loaded ? "" : "; but nothing in the wheel needs the file"));
    }
    if (need.origin == Origin::provider && !need.is_required) {
      problem("provider-not-required", false, elf.path,
              fmt::format("{} comes from {}, which METADATA does not require", soname, need.from));
    }
    if (need.origin == Origin::provider && !need.is_reached) {
      problem("provider-not-on-path", false, elf.path,
              fmt::format("no search path leads to {}; wanted {}", soname, need.wanted_path));
    }
    return need;
  }

  [[nodiscard]] std::optional<std::string> first_policy(std::string_view soname) const {
    if (!report_.arch) {
      return std::nullopt;
    }
    const auto policies = audit::PolicyTable::built_in().of(report_.libc.value_or(audit::Libc::glibc), *report_.arch);
    const auto first = policies.first_allowing_library(soname);
    return first ? std::optional(policies.tag(*first).text) : std::nullopt;
  }

  void decide_tag() {
    std::optional<tags::LibcVersion> own;
    std::string own_reason = "no file asks for more";
    for (const audit::ElfReport& elf : report_.elf_files) {
      if (!elf.floor || elf.floor->version.rfind("GLIBC_", 0) != 0) {
        continue;
      }
      const auto parsed = toolchain::parse_version(elf.floor->version.substr(6));
      if (parsed && parsed->numbers.size() >= 2) {
        const tags::LibcVersion version{parsed->numbers[0], parsed->numbers[1]};
        if (!own || *own < version) {
          own = version;
          own_reason = fmt::format("{} needs {}", elf.path, elf.floor->version);
        }
      }
    }
    const Need* highest = nullptr;
    for (const Need& need : result_.needs) {
      if (need.origin == Origin::provider && need.floor && (highest == nullptr || *highest->floor < *need.floor)) {
        highest = &need;
      }
    }
    const bool has_missing = std::any_of(result_.problems.begin(), result_.problems.end(), [](const Problem& one) {
      return one.code == "missing-library" && one.is_error;
    });
    const auto kept = tags::parse_platform_tag(report_.tag);
    result_.tag = report_.tag;
    result_.tag_reason = own_reason;
    if (!report_.arch || report_.libc == audit::Libc::musl) {
      return;
    }
    if (has_missing) {
      result_.tag_reason = "a library is missing";
      return;
    }
    // Where the audit stops at libraries that providers bring, its floor is that of the files alone.
    tags::LibcVersion floor = tags::first_glibc(*report_.arch);
    if (kept && kept->family == tags::PlatformFamily::manylinux) {
      floor = kept->version;
      if ((!own || *own < floor) && !report_.why_not.empty() && !report_.why_not.front().obstacles.empty()) {
        const audit::Obstacle& obstacle = report_.why_not.front().obstacles.front();
        result_.tag_reason = fmt::format("{} needs {} of {}", obstacle.path, obstacle.version, obstacle.library);
      }
    } else if (own) {
      floor = std::max(floor, *own);
    }
    if (highest != nullptr && floor <= *highest->floor) {
      floor = *highest->floor;
      result_.tag_reason = fmt::format("{} (for {}) installs from glibc {} on", highest->from, highest->soname,
                                       text_of(*highest->floor));
    }
    if (const Recipe* recipe = expected_.recipe; recipe != nullptr && floor < recipe->wheel_glibc) {
      floor = recipe->wheel_glibc;
      result_.tag_reason = fmt::format("the run time of {} needs glibc {}", recipe->title, text_of(floor));
    }
    result_.tag = tags::manylinux(floor, *report_.arch).text;
  }

  void list_run_times() {
    std::set<std::string> run_times;
    std::set<std::string> layers;
    const auto look = [&](const std::string& name) {
      const std::string stem = plain_stem(name);
      if (std::find(kOpenMp.begin(), kOpenMp.end(), stem) != kOpenMp.end()) {
        run_times.insert(stem);
      }
      for (const auto& [prefix, run_time] : kMklLayers) {
        if (name.substr(name.rfind('/') + 1).rfind(prefix, 0) == 0) {
          layers.insert(fmt::format("MKL: {} ({})", run_time, name.substr(name.rfind('/') + 1)));
        }
      }
    };
    for (const Need& need : result_.needs) {
      look(need.soname);
    }
    for (const audit::ElfReport& elf : report_.elf_files) {
      look(elf.path);
    }
    result_.openmp_runtimes.assign(run_times.begin(), run_times.end());
    result_.threading_layers.assign(layers.begin(), layers.end());
    result_.toolchains.assign(toolchains_.begin(), toolchains_.end());
    if (run_times.size() > 1) {
      problem("two-openmp", true, "",
              fmt::format("the wheel loads {} OpenMP run times in one process: {}", run_times.size(),
                          fmt::join(run_times, ", ")));
    }
  }

  void check_driver() {
    for (const audit::ElfReport& elf : report_.elf_files) {
      const std::string name = elf.path.substr(elf.path.rfind('/') + 1);
      const std::string without_hash = plain_stem(name) + name.substr(std::min(name.find(".so"), name.size()));
      if (toolchain::is_driver_library(recipes_, without_hash) ||
          (!elf.soname.empty() && toolchain::is_driver_library(recipes_, elf.soname))) {
        problem("driver-bundled", true, elf.path,
                "a library of the device's driver is in the wheel: it fits one driver");
      }
    }
  }

  const zip::ZipReader& archive_;
  const audit::AuditReport& report_;
  std::vector<Recipe> recipes_; ///< the likeliest first
  const Expectation& expected_;
  std::optional<wheel::Metadata> metadata_;
  std::vector<std::string> required_;
  std::map<std::string, std::string> by_name_; ///< soname or file name → path
  std::set<std::string> needed_by_some_;       ///< sonames
  std::set<std::string> extensions_;           ///< paths
  std::set<std::string> toolchains_;
  Inspection result_;
};

} // namespace

std::string_view to_string(Origin origin) { return kOrigins.at(static_cast<std::size_t>(origin)); }

Result<Inspection> inspect(const zip::ZipReader& archive, const audit::AuditReport& report,
                           std::span<const Recipe> recipes, const Expectation& expected) {
  return Inspector(archive, report, recipes, expected).run();
}

} // namespace wheelforge::accelerator
