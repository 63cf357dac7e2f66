// Symbols, versions, needs, floors and flags of two files.
#include "orchestrator/compare/file_difference.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace wheelforge::compare {
namespace {

/// Libraries that every glibc system has: needing one more of them asks for nothing new.
bool is_part_of_libc(std::string_view soname) {
  for (const std::string_view stem : {"libc.so", "libm.so", "libdl.so", "libpthread.so", "librt.so", "libutil.so",
                                      "ld-linux", "ld64.so", "libc.musl", "libresolv.so", "libanl.so"}) {
    if (soname.starts_with(stem)) {
      return true;
    }
  }
  return false;
}

std::vector<std::uint64_t> numbers_of(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  for (std::size_t at = text.find_first_of("0123456789"); at < text.size();) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
    numbers.push_back(number);
    at = text.find_first_of("0123456789", static_cast<std::size_t>(end - text.data()));
    if (error != std::errc()) {
      break;
    }
  }
  return numbers;
}

std::string_view word_for(elf::SymbolType type) {
  switch (type) {
  case elf::SymbolType::object:
  case elf::SymbolType::common:
    return "data";
  case elf::SymbolType::tls:
    return "thread-local data";
  case elf::SymbolType::function:
  case elf::SymbolType::gnu_ifunc:
    return "a function";
  default:
    return "without a type";
  }
}

class Comparer {
public:
  Comparer(const Interface& before, const Interface& after, const std::vector<std::string>& own)
      : before_(before), after_(after), own_(own) {}

  FileDifference run() {
    compare_identity();
    compare_symbols();
    compare_versions();
    compare_needs();
    compare_flags();
    FileDifference difference;
    difference.before = before_.path;
    difference.after = after_.path;
    difference.role = std::string(to_string(after_.role));
    std::stable_sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) {
      return a.kind != b.kind ? a.kind < b.kind : a.subject < b.subject;
    });
    difference.changes = std::move(changes_);
    std::map<std::string, SectionSize> sections;
    for (const auto& [name, size] : before_.sections) {
      sections[name].before = size;
    }
    for (const auto& [name, size] : after_.sections) {
      sections[name].after = size;
    }
    for (auto& [name, sizes] : sections) {
      if (sizes.before != sizes.after) {
        difference.sections.push_back({name, sizes.before, sizes.after});
      }
    }
    difference.size_before = before_.size_bytes;
    difference.size_after = after_.size_bytes;
    return difference;
  }

private:
  void add(ChangeKind kind, bool breaking, std::string subject, std::string before, std::string after,
           std::string_view reason) {
    changes_.push_back({kind, breaking, std::move(subject), std::move(before), std::move(after), std::string(reason)});
  }

  void compare_identity() {
    if (before_.machine != after_.machine) {
      add(ChangeKind::machine_changed, true, "", before_.machine, after_.machine, "the file runs on other machines");
    }
    if (before_.soname != after_.soname) {
      const bool matters = before_.role == Role::library && !before_.soname.empty();
      add(ChangeKind::soname_changed, matters, "", before_.soname, after_.soname,
          matters ? "programs linked against the old one ask for the old soname"
                  : "nothing outside of the wheel asks for it by soname");
    }
  }

  /// Whether someone may miss an exported symbol, and the reason.
  [[nodiscard]] std::pair<bool, std::string_view> who_misses(const SymbolKey& key) const {
    switch (before_.role) {
    case Role::extension:
      if (key.name.starts_with("PyInit_")) {
        return {true, "Python finds the module by this entry point"};
      }
      return {false, "Python loads the extension by its entry point and uses no other symbol"};
    case Role::grafted:
      return {false, "the library is the wheel's own copy; only the wheel's files use it"};
    case Role::program:
      return {false, "a program's symbols are for its own plugins"};
    default:
      return {true, "programs that use the symbol no longer load"};
    }
  }

  void compare_symbols() {
    for (const auto& [key, facts] : before_.exports) {
      const auto found = after_.exports.find(key);
      if (found == after_.exports.end()) {
        symbol_is_gone(key, facts);
        continue;
      }
      compare_symbol(key, facts, found->second);
    }
    for (const auto& [key, facts] : after_.exports) {
      if (before_.exports.count(key) == 0) {
        add(ChangeKind::symbol_added, false, to_string(key), "", std::string(word_for(facts.type)),
            "nothing that exists uses it");
      }
    }
  }

  void symbol_is_gone(const SymbolKey& key, const SymbolFacts& facts) {
    auto [breaking, reason] = who_misses(key);
    // A reference without a version takes the symbol under any version that is not hidden; a reference with a version
    // takes one without any.
    const auto same_name = [&](const auto& entry) {
      return entry.first.name == key.name && (key.version.empty() ? !entry.second.hidden : entry.first.version.empty());
    };
    const auto first = after_.exports.lower_bound({key.name, ""});
    const bool is_answered = std::any_of(first, after_.exports.upper_bound({key.name, "\x7f"}), same_name) &&
                             (key.version.empty() || after_.versions.empty());
    if (breaking && is_answered) {
      breaking = false;
      reason = "references without this version are answered by another one";
    }
    add(ChangeKind::symbol_removed, breaking, to_string(key), std::string(word_for(facts.type)), "", reason);
  }

  void compare_symbol(const SymbolKey& key, const SymbolFacts& before, const SymbolFacts& after) {
    const auto [misses, why] = who_misses(key);
    if (!before.hidden && after.hidden) {
      add(ChangeKind::symbol_hidden, false, to_string(key), "", "",
          "what is linked keeps working; new links take another version");
    }
    if (word_for(before.type) != word_for(after.type)) {
      add(ChangeKind::symbol_type_changed, misses, to_string(key), std::string(word_for(before.type)),
          std::string(word_for(after.type)), misses ? "who uses it as what it was misreads it" : why);
    } else if ((before.type == elf::SymbolType::object || before.type == elf::SymbolType::tls) &&
               before.size != after.size) {
      const bool breaks = misses && before.size != 0;
      add(ChangeKind::data_size_changed, breaks, to_string(key), std::to_string(before.size),
          std::to_string(after.size),
          breaks ? "programs with a copy relocation reserved the old size, and others index by the old layout" : why);
    }
  }

  void compare_versions() {
    for (const std::string& version : before_.versions) {
      if (after_.versions.count(version) == 0) {
        const bool matters = before_.role == Role::library && !after_.versions.empty();
        add(ChangeKind::version_removed, matters, version, version, "",
            matters ? "the loader refuses files that want this version"
                    : "nothing outside of the wheel wants it, or the new file has no versions, which satisfies all");
      }
    }
    for (const std::string& version : after_.versions) {
      if (before_.versions.count(version) == 0) {
        add(ChangeKind::version_added, false, version, "", version, "nothing that exists wants it");
      }
    }
  }

  void compare_needs() {
    for (const std::string& soname : after_.needed) {
      if (std::find(before_.needed.begin(), before_.needed.end(), soname) == before_.needed.end()) {
        const bool is_own = std::find(own_.begin(), own_.end(), soname) != own_.end();
        const bool is_libc = is_part_of_libc(soname);
        add(ChangeKind::need_added, !is_own && !is_libc, soname, "", soname,
            is_own    ? "it comes along"
            : is_libc ? "it is part of the C library"
                      : "machines without this library no longer load the file");
      }
    }
    for (const std::string& soname : before_.needed) {
      if (std::find(after_.needed.begin(), after_.needed.end(), soname) == after_.needed.end()) {
        add(ChangeKind::need_removed, false, soname, soname, "", "less is wanted of the machine");
      }
    }
    const auto before = floors_of(before_.wants);
    const auto after = floors_of(after_.wants);
    for (const auto& [family, version] : after) {
      const auto old = before.find(family);
      if (old == before.end() || is_older_version(old->second, version)) {
        add(ChangeKind::floor_raised, true, family, old == before.end() ? "" : old->second, version,
            "machines whose libraries are older no longer load the file");
      }
    }
    for (const auto& [family, version] : before) {
      const auto now = after.find(family);
      if (now == after.end() || is_older_version(now->second, version)) {
        add(ChangeKind::floor_lowered, false, family, version, now == after.end() ? "" : now->second,
            "older machines load the file too");
      }
    }
    compare_wanted(after);
  }

  void compare_wanted(const std::map<std::string, std::string>& floors) {
    for (const auto& [library, versions] : after_.wants) {
      const auto old = before_.wants.find(library);
      for (const std::string& version : versions) {
        const bool is_new = old == before_.wants.end() || old->second.count(version) == 0;
        const auto floor = floors.find(std::string(version.substr(0, version.find('_'))));
        if (is_new && (floor == floors.end() || floor->second != version)) {
          add(ChangeKind::version_wanted, false, fmt::format("{} of {}", version, library), "", version,
              "it is not newer than what the file wants anyway");
        }
      }
    }
  }

  void compare_flags() {
    if (!before_.has_relr && after_.has_relr) {
      add(ChangeKind::relr_added, true, "DT_RELR", "", "DT_RELR",
          "loaders before glibc 2.36 and musl 1.2.4 do not know these relocations");
    }
    for (const std::string& kind : after_.relocation_kinds) {
      if (before_.relocation_kinds.count(kind) == 0) {
        add(ChangeKind::relocation_kind_added, false, kind, "", kind, "every loader since glibc 2.10 knows it");
      }
    }
    if (before_.has_sysv_hash && !after_.has_sysv_hash) {
      add(ChangeKind::sysv_hash_removed, false, "DT_HASH", "DT_HASH", "",
          "loaders since glibc 2.5 use DT_GNU_HASH; tools that read DT_HASH themselves find no symbols");
    }
    if (after_.isa_level > std::max(before_.isa_level, std::uint32_t{1})) {
      add(ChangeKind::isa_raised, true, "x86-64", fmt::format("x86-64-v{}", std::max(before_.isa_level, 1U)),
          fmt::format("x86-64-v{}", after_.isa_level), "older processors refuse the file");
    }
    if (!before_.executable_stack && after_.executable_stack) {
      add(ChangeKind::executable_stack_added, true, "PT_GNU_STACK", "", "executable",
          "glibc 2.41 refuses to load libraries that want an executable stack");
    }
    if (!before_.static_tls && after_.static_tls) {
      add(ChangeKind::static_tls_added, false, "DF_STATIC_TLS", "", "static",
          "loading it late can fail where the room for static thread-local data is used up");
    }
  }

  const Interface& before_;
  const Interface& after_;
  const std::vector<std::string>& own_;
  std::vector<Change> changes_;
};

} // namespace

bool is_older_version(std::string_view first, std::string_view second) {
  return numbers_of(first) < numbers_of(second);
}

std::map<std::string, std::string> floors_of(const std::map<std::string, std::set<std::string>>& wants) {
  std::map<std::string, std::string> floors;
  for (const auto& [library, versions] : wants) {
    for (const std::string& version : versions) {
      if (numbers_of(version).empty()) {
        continue; // GLIBC_PRIVATE and the like have no order
      }
      std::string& floor = floors[version.substr(0, version.find('_'))];
      if (floor.empty() || is_older_version(floor, version)) {
        floor = version;
      }
    }
  }
  return floors;
}

FileDifference difference_of(const Interface& before, const Interface& after, const std::vector<std::string>& own) {
  return Comparer(before, after, own).run();
}

FileDifference removed_file(const Interface& before) {
  FileDifference difference;
  difference.before = before.path;
  difference.role = std::string(to_string(before.role));
  const bool matters = before.role != Role::grafted;
  difference.changes.push_back(
      {ChangeKind::file_removed, matters, before.path, before.path, "",
       matters ? "who imports, links or runs it no longer finds it" : "only the wheel's files used it"});
  difference.size_before = before.size_bytes;
  return difference;
}

FileDifference added_file(const Interface& after) {
  FileDifference difference;
  difference.after = after.path;
  difference.role = std::string(to_string(after.role));
  difference.changes.push_back(
      {ChangeKind::file_added, false, after.path, "", after.path, "nothing that exists uses it"});
  difference.size_after = after.size_bytes;
  return difference;
}

} // namespace wheelforge::compare
