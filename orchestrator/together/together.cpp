// The checks of wheels that share a process.
#include "orchestrator/together/together.hpp"

#include "orchestrator/audit/elf_facts.hpp"
#include "orchestrator/base/dotted_numbers.hpp"
#include "orchestrator/loader/prediction.hpp"

#include <fmt/ranges.h>

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
      : wheels_(wheels), machine_(machine) {}

  std::vector<Clash> run() {
    check_orders();
    check_sonames();
    check_runtimes(Runtime::gnu_openmp, Runtime::llvm_openmp);
    check_cxx();
    check_unique();
    check_symbols();
    check_static_tls();
    check_numpy();
    check_stack();
    std::stable_sort(clashes_.begin(), clashes_.end(), [](const Clash& a, const Clash& b) {
      return a.severity != b.severity ? a.severity > b.severity : a.code < b.code;
    });
    return std::move(clashes_);
  }

private:
  struct Place {
    std::size_t wheel;
    const FileTraits* file;
  };

  void add(std::string code, Severity severity, std::string message, const std::vector<Place>& places,
           std::vector<std::string> details = {}) {
    Clash clash{std::move(code), severity, std::move(message), {}, {}, std::move(details)};
    std::set<std::string> names;
    std::set<std::string> files;
    for (const Place& place : places) {
      names.insert(wheels_[place.wheel].name);
      if (place.file != nullptr) {
        files.insert(place.file->image.path);
      }
    }
    clash.wheels.assign(names.begin(), names.end());
    clash.files.assign(files.begin(), files.end());
    clash.files.resize(std::min(clash.files.size(), kMaxFiles));
    clash.details.resize(std::min(clash.details.size(), kMaxDetails));
    clashes_.push_back(std::move(clash));
  }

  template <class Take>
  void each_file(Take take) const {
    for (std::size_t wheel = 0; wheel < wheels_.size(); ++wheel) {
      for (const FileTraits& file : wheels_[wheel].files) {
        take(Place{wheel, &file});
      }
    }
  }

  static bool in_several_wheels(const std::vector<Place>& places) {
    return std::any_of(places.begin(), places.end(),
                       [&](const Place& place) { return place.wheel != places.front().wheel; });
  }

  /// Imports every pair of wheels in both orders on paper.
  void check_orders() {
    for (std::size_t first = 0; first < wheels_.size(); ++first) {
      for (std::size_t second = first + 1; second < wheels_.size(); ++second) {
        check_order(first, second);
        check_order(second, first);
      }
    }
  }

  void check_order(std::size_t first, std::size_t second) {
    std::vector<loader::ElfImage> images;
    std::map<std::string, Place> by_path;
    each_file([&](const Place& place) {
      if (by_path.emplace(place.file->image.path, place).second) {
        images.push_back(place.file->image);
      }
    });
    const loader::WheelImages all = loader::WheelImages::of(std::move(images));
    std::vector<std::size_t> owner;
    for (const loader::ElfImage& image : all.all()) {
      owner.push_back(by_path.at(image.path).wheel);
    }
    const auto order_of = [&](std::size_t wheel) {
      std::vector<std::size_t> order;
      for (std::size_t i = 0; i < all.all().size(); ++i) {
        if (owner[i] == wheel && by_path.at(all.all()[i].path).file->is_extension) {
          order.push_back(i);
        }
      }
      return order;
    };
    const loader::Interpreter interpreter;
    const std::vector<std::size_t> alone = order_of(second);
    std::vector<std::size_t> both = order_of(first);
    both.insert(both.end(), alone.begin(), alone.end());
    const loader::TogetherLoads apart = loader::load_in_order(all, alone, owner, machine_, interpreter);
    const loader::TogetherLoads joined = loader::load_in_order(all, both, owner, machine_, interpreter);
    std::vector<Place> places;
    std::vector<std::string> sentences;
    for (const std::size_t image : alone) {
      const auto found = joined.failing.find(image);
      if (found != joined.failing.end() && apart.failing.count(image) == 0) {
        places.push_back(by_path.at(all.all()[image].path));
        sentences.push_back(found->second);
      }
    }
    if (!places.empty()) {
      places.push_back({first, nullptr});
      std::string message = fmt::format("imported after {}, {} file{} of {} no longer load{}",
                                        wheels_[first].distribution, sentences.size(), sentences.size() == 1 ? "" : "s",
                                        wheels_[second].distribution, sentences.size() == 1 ? "s" : "");
      add("import-order", Severity::error, std::move(message), places, std::move(sentences));
    }
    note_borrowed(first, second, all, apart, joined, by_path);
  }

  void note_borrowed(std::size_t first, std::size_t second, const loader::WheelImages& all,
                     const loader::TogetherLoads& apart, const loader::TogetherLoads& joined,
                     const std::map<std::string, Place>& by_path) {
    std::vector<Place> places;
    std::set<std::string> details;
    for (const loader::Borrowed& borrowed : joined.borrowed) {
      const Place user = by_path.at(all.all()[borrowed.user].path);
      const Place given = by_path.at(all.all()[borrowed.given].path);
      const bool is_new = std::find(apart.borrowed.begin(), apart.borrowed.end(), borrowed) == apart.borrowed.end();
      if (user.wheel == second && given.wheel == first && is_new && has_another(first, borrowed.soname)) {
        places.push_back(user);
        places.push_back(given);
        details.insert(fmt::format("{} gets {} as {}", user.file->image.path, given.file->image.path, borrowed.soname));
      }
    }
    if (!places.empty()) {
      add("borrowed-library", Severity::error,
          fmt::format(
              "imported after {}, files of {} get its libraries instead of their own, because the soname is the same",
              wheels_[first].distribution, wheels_[second].distribution),
          places, {details.begin(), details.end()});
    }
  }

  /// True where a wheel beside that one brings the soname.
  [[nodiscard]] bool has_another(std::size_t wheel, std::string_view soname) const {
    bool found = false;
    each_file(
        [&](const Place& place) { found = found || (place.wheel != wheel && place.file->image.soname == soname); });
    return found;
  }

  /// The same soname with different contents in two wheels.
  void check_sonames() {
    std::map<std::string, std::vector<Place>> by_soname;
    each_file([&](const Place& place) {
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
      add("soname-clash", differ ? Severity::error : Severity::note,
          differ
              ? fmt::format("{} is in several wheels in different versions; whoever is imported first decides", soname)
              : fmt::format("{} is in several wheels with the same interface; one copy serves all", soname),
          places);
    }
  }

  void check_runtimes(Runtime gnu, Runtime llvm) {
    std::vector<Place> gnus;
    std::vector<Place> llvms;
    each_file([&](const Place& place) {
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
    add("openmp-runtimes", twice_llvm ? Severity::error : Severity::warning,
        twice_llvm
            ? "two copies of the LLVM/Intel OpenMP runtime in one process: the second aborts with OMP: Error #15"
            : "several OpenMP runtimes in one process: each has its own threads, and mixing them can hang or crash",
        all, {sonames.begin(), sonames.end()});
  }

  void check_cxx() {
    std::vector<Place> places;
    std::set<std::string> sonames;
    each_file([&](const Place& place) {
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
      each_file([&](const Place& place) {
        const auto& needed = place.file->image.needed;
        found = found || std::find(needed.begin(), needed.end(), "libstdc++.so.6") != needed.end();
      });
      return found;
    }();
    if (in_several_wheels(places) || needs_system || sonames.size() > 1) {
      add("cxx-runtimes", Severity::warning,
          "several C++ runtimes in one process: exceptions and streams that cross between them can crash", places,
          {sonames.begin(), sonames.end()});
    }
  }

  /// Unique symbols are one for the whole process, whatever the binding of their library.
  void check_unique() {
    std::unordered_map<std::string_view, std::vector<Place>> by_name;
    each_file([&](const Place& place) {
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
    add("unique-symbols", Severity::warning,
        fmt::format(
            "{} STB_GNU_UNIQUE symbols are defined in several wheels: all share the first one's data, and none is "
            "ever unloaded",
            names.size()),
        places, std::move(names));
  }

  /// Names that two wheels define: with RTLD_GLOBAL the first one wins for both.
  void check_symbols() {
    std::unordered_map<std::string_view, std::vector<Place>> by_name;
    each_file([&](const Place& place) {
      for (const std::string& name : place.file->strong) {
        by_name[name].push_back(place);
      }
    });
    std::map<std::pair<std::size_t, std::size_t>, std::vector<std::string>> pairs;
    std::map<std::pair<std::size_t, std::size_t>, std::vector<Place>> places;
    for (const auto& [name, found] : by_name) {
      if (!in_several_wheels(found)) {
        continue;
      }
      std::set<std::size_t> owners;
      for (const Place& place : found) {
        owners.insert(place.wheel);
      }
      const std::pair key{*owners.begin(), *std::next(owners.begin())};
      pairs[key].emplace_back(name);
      places[key].insert(places[key].end(), found.begin(), found.end());
    }
    for (auto& [key, names] : pairs) {
      std::sort(names.begin(), names.end());
      std::vector<std::string> culprits;
      for (const std::size_t wheel : {key.first, key.second}) {
        for (const std::string& path : wheels_[wheel].global_loads) {
          culprits.push_back(path);
        }
      }
      const std::size_t count = names.size();
      add("symbol-clash", culprits.empty() ? Severity::note : Severity::warning,
          culprits.empty()
              ? fmt::format(
                    "{} names are defined in both; harmless while both are loaded with RTLD_LOCAL, as Python does",
                    count)
              : fmt::format(
                    "{} names are defined in both, and {} loads libraries with RTLD_GLOBAL: the first definition "
                    "wins for all",
                    count, culprits.front()),
          places[key], std::move(names));
    }
  }

  void check_static_tls() {
    std::uint64_t total = 0;
    std::vector<Place> places;
    std::vector<std::string> details;
    each_file([&](const Place& place) {
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
    add("static-tls", too_much ? Severity::error : Severity::note,
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
    each_file([&](const Place& place) {
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
      add("numpy-api", Severity::error,
          fmt::format("modules compiled for NumPy 1.x cannot be imported with NumPy {}", numpy->version), old_ones);
    } else if (!old_ones.empty() && has_new_only && version.empty()) {
      add("numpy-api", Severity::warning,
          "some modules were compiled for NumPy 1.x and do not run with 2.x, which the others may bring", old_ones);
    }
    if (!too_new.empty()) {
      add("numpy-api", Severity::error, fmt::format("modules want a newer C API than NumPy {} has", numpy->version),
          too_new, std::move(details));
    }
  }

  void check_stack() {
    std::vector<Place> places;
    each_file([&](const Place& place) {
      if (place.file->image.executable_stack && place.file->image.is_dynamic && !place.file->image.has_interpreter) {
        places.push_back(place);
      }
    });
    if (places.empty() || machine_.libc != platform::Libc::glibc) {
      return;
    }
    const bool refused = machine_.libc_version >= tags::LibcVersion{2, 41};
    add("executable-stack", refused ? Severity::error : Severity::warning,
        refused
            ? fmt::format("glibc {}.{} refuses libraries that want an executable stack", machine_.libc_version.major,
                          machine_.libc_version.minor)
            : "a library makes the stacks of all threads executable, for every other wheel too; glibc 2.41 refuses it",
        places);
  }

  const std::vector<WheelTraits>& wheels_;
  const loader::Machine& machine_;
  std::vector<Clash> clashes_;
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
