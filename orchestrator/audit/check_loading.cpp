// What a loader does with each file by itself.
#include "orchestrator/audit/checks.hpp"

#include <algorithm>

namespace wheelforge::audit {
namespace {

/// What glibc keeps for libraries that are loaded later: 512 bytes of optional static TLS and 1664 of surplus.
/// Source: glibc sysdeps/nptl/dl-tls_init_tp.c and elf/dl-tls.c (2.32 and later), rtld.optional_static_tls.
constexpr std::uint64_t kStaticTlsRoom = 1664;

std::string_view needed_isa(std::uint32_t bits) {
  if ((bits & elf::kX86IsaV4) != 0) {
    return "x86-64-v4";
  }
  if ((bits & elf::kX86IsaV3) != 0) {
    return "x86-64-v3";
  }
  return (bits & elf::kX86IsaV2) != 0 ? "x86-64-v2" : "";
}

/// Without PT_GNU_STACK the loader takes the architecture's default, which is an executable stack where compilers have
/// always had to say otherwise. Source: glibc sysdeps/*/stackinfo.h, DEFAULT_STACK_PERMS.
bool defaults_to_executable_stack(tags::Architecture arch) {
  switch (arch) {
  case tags::Architecture::aarch64:
  case tags::Architecture::riscv64:
  case tags::Architecture::loongarch64:
    return false;
  default:
    return true;
  }
}

bool has_relr_marker(const ElfFacts& facts) {
  for (const NeededLibrary& library : facts.versions) {
    for (const NeededVersion& version : library.versions) {
      if (version.name == "GLIBC_ABI_DT_RELR") {
        return true;
      }
    }
  }
  return false;
}

void check_stack(const ElfFacts& facts, Libc libc, Findings& findings) {
  const bool is_wanted = facts.stack == elf::StackFlags::executable;
  const bool is_default = facts.stack == elf::StackFlags::missing && defaults_to_executable_stack(*facts.arch);
  if (!is_wanted && !is_default) {
    return;
  }
  const std::string_view how = is_wanted ? "PT_GNU_STACK asks for an executable stack"
                                         : "there is no PT_GNU_STACK, which asks for an executable stack";
  const bool is_library = facts.header.type == elf::FileType::shared && !facts.interpreter;
  const bool fails = is_library && libc == Libc::glibc;
  findings.add("executable-stack", fails ? Severity::error : Severity::warning, facts.path, std::string(how));
}

void check_relr(const ElfFacts& facts, Libc libc, Findings& findings) {
  if (!facts.relocations.has_relr) {
    return;
  }
  const std::string count = fmt::format("{} relocations are packed", facts.relocations.relr_relocations);
  if (libc == Libc::musl) {
    findings.add("relr-musl", facts.path, count);
  } else if (has_relr_marker(facts)) {
    findings.add("relr", facts.path, count);
  } else {
    findings.add("relr-unmarked", facts.path, count + ", and GLIBC_ABI_DT_RELR is not wanted");
  }
}

void check_tls(const ElfFacts& facts, Findings& findings) {
  const bool is_library = facts.header.type == elf::FileType::shared && !facts.interpreter;
  if (!is_library || !facts.static_tls) {
    return;
  }
  const std::uint64_t size = facts.tls ? facts.tls->memory_size : 0;
  findings.add("static-tls", size > kStaticTlsRoom ? Severity::error : Severity::warning, facts.path,
               fmt::format("{} bytes of thread-local data use the initial-exec model; a loader has about {} to give",
                           size, kStaticTlsRoom));
}

void check_alignment(const ElfFacts& facts, Findings& findings) {
  const std::uint64_t page = tags::largest_page_size(*facts.arch);
  if (facts.min_load_alignment != 0 && facts.min_load_alignment < page) {
    findings.add("load-alignment", facts.path,
                 fmt::format("segments are aligned to {} bytes; kernels for {} have pages of up to {}",
                             facts.min_load_alignment, tags::to_string(*facts.arch), page));
  } else if (facts.misaligned_segment) {
    findings.add("load-alignment", facts.path, "p_vaddr and p_offset of a segment differ modulo p_align");
  }
}

void check_isa(const ElfFacts& facts, Findings& findings) {
  if (facts.arch != tags::Architecture::x86_64) {
    return;
  }
  if (const auto level = needed_isa(facts.properties.x86_isa_needed.value_or(0)); !level.empty()) {
    findings.add("isa-level", facts.path, fmt::format("the file is marked as needing {}", level));
  }
}

/// musl knows no STT_GNU_IFUNC; glibc takes it, and files marked as GNU's, since 2.11.
/// Source: musl ldso/dynlink.c, do_relocs and OK_TYPES (1.2.5); glibc NEWS 2.11.
void check_features(const CheckInput& input, const ElfFacts& facts, Libc libc, Findings& findings) {
  if (facts.uses_ifunc && libc == Libc::musl) {
    findings.add("loader-feature", Severity::error, facts.path, "STT_GNU_IFUNC is used, which musl does not have");
    return;
  }
  if (libc != Libc::glibc || (!facts.uses_ifunc && facts.header.osabi != elf::kOsabiGnu)) {
    return;
  }
  const bool is_promised_older =
      input.name &&
      std::any_of(input.name->tags.platforms.begin(), input.name->tags.platforms.end(), [](const auto& tag) {
        return tag.family == tags::PlatformFamily::manylinux && tag.version < tags::LibcVersion{2, 11};
      });
  findings.add("loader-feature", is_promised_older ? Severity::warning : Severity::note, facts.path,
               fmt::format("{}: glibc 2.11 or later is needed",
                           facts.uses_ifunc ? "STT_GNU_IFUNC is used" : "EI_OSABI is GNU's"));
}

/// One finding a wheel: nearly every file of today is so.
void check_hash_tables(const CheckInput& input, Findings& findings) {
  const ElfFacts* first = nullptr;
  std::size_t count = 0;
  for (const ElfFacts& facts : input.scan.elfs) {
    if (facts.arch == input.platform.arch && facts.is_dynamic && facts.has_gnu_hash && !facts.has_sysv_hash) {
      first = first == nullptr ? &facts : first;
      ++count;
    }
  }
  if (first != nullptr) {
    findings.add("loader-feature", first->path,
                 count == 1 ? std::string("the only hash table is GNU's (DT_GNU_HASH): glibc 2.5 or later is needed")
                            : fmt::format("the only hash table is GNU's (DT_GNU_HASH), in {} files: glibc 2.5 or later "
                                          "is needed",
                                          count));
  }
}

} // namespace

void check_loading(const CheckInput& input, Findings& findings) {
  check_hash_tables(input, findings);
  for (const ElfFacts& facts : input.scan.elfs) {
    const bool is_loaded = facts.header.type == elf::FileType::shared || facts.header.type == elf::FileType::executable;
    if (!facts.arch || facts.arch != input.platform.arch || !is_loaded) {
      continue;
    }
    const Libc libc = libc_of(facts).value_or(input.platform.libc.value_or(Libc::glibc));
    if (facts.is_dynamic) {
      check_stack(facts, libc, findings);
      check_relr(facts, libc, findings);
      check_tls(facts, findings);
      check_features(input, facts, libc, findings);
    }
    check_alignment(facts, findings);
    check_isa(facts, findings);
    if (facts.text_relocations) {
      findings.add(
          "text-relocations", facts.path,
          fmt::format("{} relocations write into read-only segments", facts.relocations.in_read_only_segments));
    }
    if (facts.has_writable_code) {
      findings.add("writable-code", facts.path, "a PT_LOAD segment has both PF_W and PF_X");
    }
    if (const auto copies = facts.relocations.count(elf::RelocationKind::copy); copies > 0) {
      findings.add("copy-relocation", facts.path, fmt::format("{} variables of libraries are copied", copies));
    }
  }
}

} // namespace wheelforge::audit
