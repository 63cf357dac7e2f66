// The files against the tags: machines, libcs, purelib; and the file name's claims against the verdict.
#include "orchestrator/audit/checks.hpp"

#include <algorithm>

namespace wheelforge::audit {
namespace {

bool is_loadable(const ElfFacts& facts) {
  return facts.header.type == elf::FileType::shared || facts.header.type == elf::FileType::executable;
}

void check_purelib(std::string_view path, bool root_is_purelib, Findings& findings) {
  const std::size_t data = path.find(".data/");
  const bool is_data = data != std::string_view::npos && path.find('/') == data + 5;
  if (is_data && path.substr(data + 6, 8) == "purelib/") {
    findings.add("elf-in-purelib", std::string(path), "the file is in the folder purelib");
  } else if (!is_data && root_is_purelib) {
    findings.add("elf-in-purelib", Severity::warning, std::string(path), "WHEEL says Root-Is-Purelib: true");
  }
}

void check_machine(const CheckInput& input, const ElfFacts& facts, Findings& findings) {
  if (facts.arch == input.platform.arch || !is_loadable(facts)) {
    return;
  }
  const std::string machine = elf::machine_name(facts.header.machine);
  findings.add("foreign-architecture", facts.is_module() ? Severity::error : Severity::warning, facts.path,
               fmt::format("the file is for {}{}, the wheel for {}", machine,
                           facts.header.elf_class == elf::ElfClass::elf32 ? " (32-bit)" : "",
                           input.platform.arch ? tags::to_string(*input.platform.arch) : "no known architecture"));
}

/// True where the tag's promise covers the verdict's platform.
bool covers(const tags::PlatformTag& claim, const tags::PlatformTag& tag) {
  return tags::same_platform(claim, tag) || tags::is_wider(tag, claim);
}

} // namespace

void check_contents(const CheckInput& input, Findings& findings) {
  const bool root_is_purelib = input.scan.wheel_file.value && input.scan.wheel_file.value->root_is_purelib;
  for (const ElfFacts& facts : input.scan.elfs) {
    check_machine(input, facts, findings);
    check_purelib(facts.path, root_is_purelib, findings);
    for (const elf::ElfAnomaly& anomaly : facts.anomalies) {
      if (anomaly.kind == elf::ElfAnomalyKind::segments || anomaly.kind == elf::ElfAnomalyKind::dynamic) {
        const bool is_debug_companion = anomaly.kind == elf::ElfAnomalyKind::dynamic && !facts.is_dynamic;
        findings.add("broken-elf", is_debug_companion ? Severity::note : Severity::warning, facts.path,
                     fmt::format("{}: {}", elf::to_string(anomaly.kind), anomaly.detail));
      }
    }
    const auto libc = libc_of(facts);
    if (facts.arch && facts.arch == input.platform.arch && libc && input.platform.libc &&
        *libc != *input.platform.libc) {
      findings.add(
          "mixed-libc", facts.path,
          fmt::format("the file needs {}, the wheel is for {}", to_string(*libc), to_string(*input.platform.libc)));
    }
    if (facts.section_state == elf::SectionState::absent && facts.is_dynamic) {
      findings.add("no-section-headers", facts.path, "the file has no section headers");
    }
  }
  for (const BrokenElf& broken : input.scan.broken_elfs) {
    findings.add("broken-elf", broken.path, broken.reason);
  }
}

void check_claims(const CheckInput& input, const Verdict& verdict, Findings& findings) {
  if (!input.name) {
    return;
  }
  const bool is_promise =
      verdict.tag.family == tags::PlatformFamily::manylinux || verdict.tag.family == tags::PlatformFamily::musllinux;
  const bool any_libc = is_promise && !input.platform.has_glibc && !input.platform.has_musl;
  bool some_fits_exactly = false;
  for (const tags::PlatformTag& claim : input.name->tags.platforms) {
    if (claim.family == tags::PlatformFamily::any) {
      findings.add("claim-any-with-elf", "", "the file name says any platform, but ELF files are inside");
      continue;
    }
    if (claim.family == tags::PlatformFamily::other) {
      findings.add("claim-undefined", "", fmt::format("the tag {} is for another system than Linux", claim.text));
      continue;
    }
    if (claim.family == tags::PlatformFamily::linux) {
      findings.add("claim-linux", "",
                   fmt::format("the tag {} names no libc; the audit gives {}", claim.text, verdict.tag.text));
      continue;
    }
    if (!tags::is_defined(claim)) {
      findings.add("claim-undefined", "", fmt::format("no specification defines the tag {}", claim.text));
    }
    const bool is_other_libc_but_fits =
        any_libc && claim.family != verdict.tag.family && claim.arch == input.platform.arch;
    if (!covers(claim, verdict.tag) && !is_other_libc_but_fits) {
      findings.add("claim-too-wide", "",
                   fmt::format("the file name promises {}, the content keeps {}", claim.text, verdict.tag.text));
    }
    some_fits_exactly = some_fits_exactly || tags::same_platform(claim, verdict.tag) ||
                        tags::is_wider(claim, verdict.tag) || is_other_libc_but_fits;
  }
  if (!some_fits_exactly && is_promise) {
    findings.add("claim-could-be-wider", "", fmt::format("the content would keep {}", verdict.tag.text));
  }
  if (is_promise && verdict.nearest_policy != verdict.tag.text) {
    findings.add("no-policy", "",
                 fmt::format("{} has no policy of auditwheel's; the nearest wider one is {}", verdict.tag.text,
                             verdict.nearest_policy.empty() ? "none" : verdict.nearest_policy));
  }
}

} // namespace wheelforge::audit
