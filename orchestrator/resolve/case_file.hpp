// Questions in files: cases of files to choose from, and rows of environments to list the tags of.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/resolve/install_target.hpp"
#include "orchestrator/resolve/resolution.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::resolve {

/// Where pip runs, as a case or a row writes it.
struct TargetText {
  std::string pip;
  std::string python;
  platform::Libc libc = platform::Libc::glibc;
  std::string libc_version;
  std::string machine;
  std::optional<int> bits; ///< 32 or 64; absent: default_bits
  std::optional<std::string> manylinux_module;

  bool operator==(const TargetText&) const = default;
};

/// One case: which of these files does that pip take?
struct ResolveCase {
  TargetText target;
  std::vector<ReleaseFile> files;
  Request request;
};

/// Reads a JSON list of cases, or an object with the list "cases"; each case has pip, python, glibc (or musl), machine
/// and files, and may have bits, yanked, requires_python, manylinux_module, project, specifier, prefer_binary and
/// only_binary. Other members are ignored. Fails (kind invalid_data) naming the case, the member, the value seen and
/// what was wanted.
[[nodiscard]] Result<std::vector<ResolveCase>> parse_cases(std::string_view json);

/// Reads a JSON object with columns, rows and manylinux_modules; the columns pip, python, glibc and machine must be
/// there, manylinux_module (an index) and bits may be. Fails in the same way.
[[nodiscard]] Result<std::vector<TargetText>> parse_tag_rows(std::string_view json);

/// Makes targets from their texts; modules and pips that come again are read once.
class TargetFactory {
public:
  /// Fails (kind usage or invalid_data) on unknown pips, Pythons and machines, and on modules that do not run.
  [[nodiscard]] Result<InstallTarget> make(const TargetText& text);

private:
  std::map<std::string, ManylinuxModule> modules_;
  std::map<std::string, Pip> pips_;
};

} // namespace wheelforge::resolve
