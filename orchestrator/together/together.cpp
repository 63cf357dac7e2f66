// The checks of wheels that share a process.
#include "orchestrator/together/together.hpp"

#include "orchestrator/base/dotted_numbers.hpp"
#include "orchestrator/together/clash_list.hpp"
#include "orchestrator/together/import_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace wheelforge::together {
namespace {

/// Source: glibc's rtld.nns and rtld.optional_static_tls, which come to 1664 bytes for libraries loaded later.
constexpr std::uint64_t kStaticTlsRoom = 1664;

class Checker {
public:
  Checker(const std::vector<WheelTraits>& wheels, const loader::Machine& machine)
      : wheels_(wheels), machine_(machine), clashes_(wheels) {}

  std::vector<Clash> run() {
    find_order_clashes(wheels_, machine_, clashes_);
    check_sonames();
    check_runtimes(Runtime::gnu_openmp, Runtime::llvm_openmp);
    check_cxx();
    check_unique();
    check_symbols();
    check_static_tls();
    check_numpy();
    check_stack();
    return clashes_.take();
  }

private:
  /// The same soname with different contents in two wheels.
  void check_sonames() {
    std::map<std::string, std::vector<Place>> by_soname;
    each_file(wheels_, [&](const Place& place) {
      if (!place.file->image.soname.empty() && !place.file->is_extension) {
        by_soname[place.file->image.soname].push_back(place);
      }
    });
    for (const auto& [soname, places] : by_soname) {
      if (!in_several_wheels(places)) {
        continue;
      }
      const loader::ElfImage& first = places.front().file->image;
      const bool differ = std::any_of(places.begin(), places.end(), [&first](const Place& place) {
        return place.file->image.exports != first.exports || place.file->image.versions != first.versions;
      });
      clashes_.add(
          "soname-clash", differ ? Severity::error : Severity::note,
          differ
              ? fmt::format("{} is in several wheels in different versions; whoever is imported first decides", soname)
              : fmt::format("{} is in several wheels with the same interface; one copy serves all", soname),
          places);
    }
  }

  void check_runtimes(Runtime gnu, Runtime llvm) {
    std::vector<Place> gnus;
    std::vector<Place> llvms;
    each_file(wheels_, [&](const Place& place) {
      if (place.file->runtime == gnu) {
        gnus.push_back(place);
      } else if (place.file->runtime == llvm) {
        llvms.push_back(place);
      }
    });
    std::vector<Place> all = gnus;
    all.insert(all.end(), llvms.begin(), llvms.end());
    std::set<std::string> sonames;
    for (const Place& place : all) {
      sonames.insert(place.file->image.soname.empty() ? place.file->image.path : place.file->image.soname);
    }
    if (all.empty() || !in_several_wheels(all) || sonames.size() < 2) {
      return;
    }
    const bool twice_llvm = llvms.size() > 1 && in_several_wheels(llvms);
    clashes_.add(
        "openmp-runtimes", twice_llvm ? Severity::error : Severity::warning,
        twice_llvm
            ? "two copies of the LLVM/Intel OpenMP runtime in one process: the second aborts with OMP: Error #15"
            : "several OpenMP runtimes in one process: each has its own threads, and mixing them can hang or crash",
        all, {sonames.begin(), sonames.end()});
  }

  void check_cxx() {
    std::vector<Place> places;
    std::set<std::string> sonames;
    each_file(wheels_, [&](const Place& place) {
      if (place.file->runtime == Runtime::cxx || place.file->runtime == Runtime::gcc) {
        places.push_back(place);
        sonames.insert(place.file->image.soname);
      }
    });
    if (places.empty()) {
      return;
    }
    const bool needs_system = [&] {
      bool found = false;
      each_file(wheels_, [&](const Place& place) {
        const auto& needed = place.file->image.needed;
        found = found || std::find(needed.begin(), needed.end(), "libstdc++.so.6") != needed.end();
      });
      return found;
    }();
    if (in_several_wheels(places) || needs_system || sonames.size() > 1) {
      clashes_.add("cxx-runtimes", Severity::warning,
                   "several C++ runtimes in one process: exceptions and streams that cross between them can crash",
                   places, {sonames.begin(), sonames.end()});
    }
  }

  /// Unique symbols are one for the whole process, whatever the binding of their library.
  void check_unique() {
    std::unordered_map<std::string_view, std::vector<Place>> by_name;
    each_file(wheels_, [&](const Place& place) {
      for (const std::string& name : place.file->unique) {
        by_name[name].push_back(place);
      }
    });
    std::vector<Place> places;
    std::vector<std::string> names;
    for (const auto& [name, found] : by_name) {
      if (in_several_wheels(found)) {
        names.emplace_back(name);
        places.insert(places.end(), found.begin(), found.end());
      }
    }
    if (names.empty()) {
      return;
    }
    std::sort(names.begin(), names.end());
    std::string message = fmt::format(
        "{} STB_GNU_UNIQUE {} defined in several wheels: all share the first one's data, and none is ever unloaded",
        names.size(), names.size() == 1 ? "symbol is" : "symbols are");
    clashes_.add("unique-symbols", Severity::warning, std::move(message), places, std::move(names));
  }

  /// Names that several wheels define, by the wheels that do: with RTLD_GLOBAL the first one wins for all.
  void check_symbols() {
    std::unordered_map<std::string_view, std::vector<Place>> by_name;
    each_file(wheels_, [&](const Place& place) {
      for (const std::string& name : place.file->strong) {
        by_name[name].push_back(place);
      }
    });
    struct Shared {
      std::vector<std::string> names;
      std::vector<Place> places;
    };
    std::map<std::set<std::size_t>, Shared> by_owners;
    for (const auto& [name, found] : by_name) {
      if (!in_several_wheels(found)) {
        continue;
      }
      std::set<std::size_t> owners;
      for (const Place& place : found) {
        owners.insert(place.wheel);
      }
      Shared& shared = by_owners[owners];
      shared.names.emplace_back(name);
      shared.places.insert(shared.places.end(), found.begin(), found.end());
    }
    for (auto& [owners, shared] : by_owners) {
      std::sort(shared.names.begin(), shared.names.end());
      std::vector<std::string> culprits;
      for (const std::size_t wheel : owners) {
        culprits.insert(culprits.end(), wheels_[wheel].global_loads.begin(), wheels_[wheel].global_loads.end());
      }
      const std::string defined =
          fmt::format("{} {} defined in {}", shared.names.size(), shared.names.size() == 1 ? "name is" : "names are",
                      owners.size() == 2 ? "both" : fmt::format("all {} wheels", owners.size()));
      clashes_.add("symbol-clash", culprits.empty() ? Severity::note : Severity::warning,
                   culprits.empty()
                       ? defined + "; harmless while they are loaded with RTLD_LOCAL, as Python does"
                       : fmt::format("{}, and {} loads libraries with RTLD_GLOBAL: the first definition wins for all",
                                     defined, culprits.front()),
                   shared.places, std::move(shared.names));
    }
  }

  void check_static_tls() {
    std::uint64_t total = 0;
    std::vector<Place> places;
    std::vector<std::string> details;
    each_file(wheels_, [&](const Place& place) {
      const loader::TlsNeed& tls = place.file->image.tls;
      if (tls.is_static && tls.size > 0) {
        total += (tls.size + tls.alignment - 1) / tls.alignment * tls.alignment;
        places.push_back(place);
        details.push_back(fmt::format("{}: {} bytes", place.file->image.path, tls.size));
      }
    });
    if (places.empty()) {
      return;
    }
    const bool too_much = total > kStaticTlsRoom;
    clashes_.add(
        "static-tls", too_much ? Severity::error : Severity::note,
        fmt::format(
            "libraries with static thread-local data need {} bytes together; a loader has {} for those that are "
            "loaded late{}",
            total, kStaticTlsRoom,
            too_much ? ": the last ones fail with \"cannot allocate memory in static TLS block\"" : ""),
        places, std::move(details));
  }

  void check_numpy() {
    const auto numpy = std::find_if(wheels_.begin(), wheels_.end(),
                                    [](const WheelTraits& wheel) { return wheel.distribution == "numpy"; });
    std::vector<Place> old_ones;
    std::vector<Place> too_new;
    std::vector<std::string> details;
    const std::vector<int> version = numpy == wheels_.end() ? std::vector<int>() : dotted_numbers(numpy->version);
    bool has_new_only = false;
    each_file(wheels_, [&](const Place& place) {
      const NumpyUse& use = place.file->numpy;
      if (!use.uses || wheels_[place.wheel].distribution == "numpy") {
        return;
      }
      has_new_only = has_new_only || use.built_for_2;
      if (!use.built_for_2) {
        old_ones.push_back(place);
      }
      if (!version.empty() && !use.oldest_runtime.empty() && version < dotted_numbers(use.oldest_runtime)) {
        too_new.push_back(place);
        details.push_back(fmt::format("{} wants NumPy {} or later", place.file->image.path, use.oldest_runtime));
      }
    });
    if (!old_ones.empty() && !version.empty() && version[0] >= 2) {
      old_ones.push_back({static_cast<std::size_t>(numpy - wheels_.begin()), nullptr});
      clashes_.add("numpy-api", Severity::error,
                   fmt::format("modules compiled for NumPy 1.x cannot be imported with NumPy {}", numpy->version),
                   old_ones);
    } else if (!old_ones.empty() && has_new_only && version.empty()) {
      clashes_.add("numpy-api", Severity::warning,
                   "some modules were compiled for NumPy 1.x and do not run with 2.x, which the others may bring",
                   old_ones);
    }
    if (!too_new.empty()) {
      clashes_.add("numpy-api", Severity::error,
                   fmt::format("modules want a newer C API than NumPy {} has", numpy->version), too_new,
                   std::move(details));
    }
  }

  void check_stack() {
    std::vector<Place> places;
    each_file(wheels_, [&](const Place& place) {
      if (place.file->image.executable_stack && place.file->image.is_dynamic && !place.file->image.has_interpreter) {
        places.push_back(place);
      }
    });
    if (places.empty() || machine_.libc != platform::Libc::glibc) {
      return;
    }
    const bool refused = machine_.libc_version >= tags::LibcVersion{2, 41};
    clashes_.add(
        "executable-stack", refused ? Severity::error : Severity::warning,
        refused
            ? fmt::format("glibc {}.{} refuses libraries that want an executable stack", machine_.libc_version.major,
                          machine_.libc_version.minor)
            : "a library makes the stacks of all threads executable, for every other wheel too; glibc 2.41 refuses it",
        places);
  }

  const std::vector<WheelTraits>& wheels_;
  const loader::Machine& machine_;
  ClashList clashes_;
};

} // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
  case Severity::error:
    return "error";
  case Severity::warning:
    return "warning";
  default:
    return "note";
  }
}

std::vector<Clash> find_clashes(const std::vector<WheelTraits>& wheels, const loader::Machine& machine) {
  return Checker(wheels, machine).run();
}

} // namespace wheelforge::together
