// What is legal, but worth knowing: run-time libraries, C++ ABI, debug information.
#include "orchestrator/audit/checks.hpp"

#include <array>
#include <map>

namespace wheelforge::audit {
namespace {

struct Runtime {
  std::string_view prefix; ///< of the file name
  std::string_view kind;
};

// Two of one kind in one process have state of their own.
constexpr std::array kRuntimes = {
    Runtime{"libgomp", "OpenMP"},        Runtime{"libomp", "OpenMP"},       Runtime{"libiomp", "OpenMP"},
    Runtime{"libstdc++", "C++"},         Runtime{"libc++", "C++"},          Runtime{"libgcc_s", "unwinder"},
    Runtime{"libunwind", "unwinder"},    Runtime{"libgfortran", "Fortran"}, Runtime{"libjemalloc", "allocator"},
    Runtime{"libtcmalloc", "allocator"},
};

const Runtime* runtime_of(std::string_view file_name) {
  for (const Runtime& runtime : kRuntimes) {
    if (file_name.substr(0, runtime.prefix.size()) == runtime.prefix) {
      const std::string_view rest = file_name.substr(runtime.prefix.size());
      if (!rest.empty() && (rest[0] == '.' || rest[0] == '-' || (rest[0] >= '0' && rest[0] <= '9'))) {
        return &runtime;
      }
    }
  }
  return nullptr;
}

void check_runtimes(const CheckInput& input, Findings& findings) {
  std::map<std::string_view, std::vector<const ElfFacts*>> by_kind;
  for (const ElfFacts& facts : input.scan.elfs) {
    const Runtime* runtime = facts.arch == input.platform.arch ? runtime_of(file_name_of(facts.path)) : nullptr;
    if (runtime != nullptr) {
      by_kind[runtime->kind].push_back(&facts);
    }
  }
  for (const auto& [kind, files] : by_kind) {
    if (files.size() > 1) {
      findings.add("duplicate-runtime", files[1]->path,
                   fmt::format("the wheel brings {} {} run times: {}, {}{}", files.size(), kind, files[0]->path,
                               files[1]->path, files.size() > 2 ? ", …" : ""));
    } else {
      findings.add(
          "duplicate-runtime", Severity::note, files[0]->path,
          fmt::format("the wheel brings a run time of its own ({}); a second one may come with another wheel", kind));
    }
  }
}

/// A program by its headers and its name; libraries may have an interpreter too, to print their version.
bool is_program(const ElfFacts& facts) {
  const bool is_executable = facts.header.type == elf::FileType::executable ||
                             (facts.header.type == elf::FileType::shared && facts.interpreter);
  return is_executable && file_name_of(facts.path).find(".so") == std::string_view::npos;
}

/// Installers set the bit in .data/scripts themselves. Source: pip _internal/operations/install/wheel.py (26.0).
void check_executable_bit(const CheckInput& input, const ElfFacts& facts, Findings& findings) {
  const std::string_view path = facts.path;
  const std::size_t first_slash = path.find('/');
  const bool is_script = first_slash != std::string_view::npos && first_slash >= 5 &&
                         path.substr(first_slash - 5, 5) == ".data" && path.substr(first_slash + 1, 8) == "scripts/";
  const zip::ZipMember* member = input.archive.find(path);
  if (!is_program(facts) || is_script || member == nullptr || member->is_executable()) {
    return;
  }
  findings.add("executable-bit", facts.path, fmt::format("the program has mode {:04o}", member->unix_mode() & 07777U));
}

void check_exported_data(const ElfFacts& facts, Findings& findings) {
  if (facts.exported_data_count == 0 || facts.is_module() || is_program(facts)) {
    return;
  }
  std::string largest;
  for (std::size_t i = 0; i < facts.exported_data.size() && i < 3; ++i) {
    largest +=
        fmt::format("{}{} ({} bytes)", i == 0 ? "" : ", ", facts.exported_data[i].name, facts.exported_data[i].size);
  }
  findings.add("exported-data", facts.path,
               fmt::format("{} variable{} exported, the largest: {}", facts.exported_data_count,
                           facts.exported_data_count == 1 ? " is" : "s are", largest));
}

} // namespace

void check_practice(const CheckInput& input, Findings& findings) {
  check_runtimes(input, findings);
  std::uint64_t debug_bytes = 0;
  std::size_t debug_files = 0;
  for (const ElfFacts& facts : input.scan.elfs) {
    debug_bytes += facts.debug_bytes;
    debug_files += facts.debug_bytes > 0 ? 1 : 0;
    if (facts.arch != input.platform.arch) {
      continue;
    }
    check_executable_bit(input, facts, findings);
    check_exported_data(facts, findings);
    if (facts.unique_symbol_count > 0) {
      findings.add("unique-symbols", facts.path,
                   fmt::format("{} symbols are unique in the process, among them {}", facts.unique_symbol_count,
                               facts.unique_symbols.front()));
    }
    if (!facts.old_cxx_abi_symbols.empty()) {
      findings.add(
          "cxx11-abi-old", facts.path,
          fmt::format("std::string of the old ABI is used, for instance by {}", facts.old_cxx_abi_symbols.front()));
    }
  }
  if (debug_bytes > 0) {
    findings.add("debug-info", "", fmt::format("{} bytes of debug information in {} files", debug_bytes, debug_files));
  }
}

} // namespace wheelforge::audit
