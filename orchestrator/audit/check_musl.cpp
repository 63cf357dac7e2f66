// What files for musl want of it: it has no symbol versions, so the symbols themselves tell its release.
#include "orchestrator/audit/checks.hpp"
#include "orchestrator/audit/known_names.hpp"

#include <algorithm>

namespace wheelforge::audit {

void check_musl(const CheckInput& input, const Verdict& verdict, const std::vector<std::uint64_t>& wheel_exports,
                Findings& findings) {
  if (input.platform.libc != Libc::musl) {
    return;
  }
  for (const ElfFacts& facts : input.scan.elfs) {
    if (facts.arch != input.platform.arch || libc_of(facts).value_or(Libc::musl) != Libc::musl) {
      continue;
    }
    for (const UndefinedSymbol& symbol : facts.undefined) {
      const std::string_view release = musl_release_of(symbol.name);
      // musllinux_1_2 promises 1.2.0; what is older or as old is the verdict's concern.
      if (symbol.weak || release <= "1.2.0" ||
          std::binary_search(wheel_exports.begin(), wheel_exports.end(), symbol_hash(symbol.name))) {
        continue;
      }
      findings.add("musl-release", facts.path,
                   fmt::format("{} is in musl since {}; musllinux_1_2 promises 1.2.0 and later", symbol.name, release));
    }
  }
  if (verdict.tag.family == tags::PlatformFamily::musllinux && verdict.tag.version < tags::LibcVersion{1, 2}) {
    findings.add("musl-floor", "", fmt::format("nothing in the wheel contradicts {}", verdict.tag.text));
  }
}

} // namespace wheelforge::audit
