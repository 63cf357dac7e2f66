// What each platform tag allows: libraries, symbol versions, forbidden symbols; read from data/policies.txt.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelforge::audit {

/// The C library that a wheel is linked against.
enum class Libc : std::uint8_t { glibc, musl };
/// "glibc" or "musl".
[[nodiscard]] std::string_view to_string(Libc libc);

/// One policy: a platform tag without its architecture.
struct Policy {
  std::string_view name;     ///< "manylinux_2_17"
  tags::LibcVersion version; ///< 2.17
  int priority = 0;          ///< auditwheel's: bigger is wider
  std::string_view alias;    ///< "manylinux2014"; empty where there is none
};

/// A symbol that a policy forbids to the files that need a library.
struct ForbiddenSymbol {
  std::string_view library;
  std::string_view symbol;
  std::size_t first = 0; ///< index of the first policy that forbids it …
  std::size_t last = 0;  ///< … and of the last
};

struct PolicyFamily;

/// The policies of one C library on one architecture, widest (oldest) first. Refers to the PolicyTable it came from.
class ArchPolicies {
public:
  ArchPolicies(const PolicyFamily& family, tags::Architecture architecture);

  [[nodiscard]] tags::Architecture architecture() const { return architecture_; }
  [[nodiscard]] Libc libc() const;
  /// How many policies exist; indexes below are 0 (widest) … size() - 1. May be 0 (musl on ppc64).
  [[nodiscard]] std::size_t size() const { return last_ - first_; }
  [[nodiscard]] const Policy& policy(std::size_t index) const;
  /// The policy's tag on this architecture.
  [[nodiscard]] tags::PlatformTag tag(std::size_t index) const;

  /// True where a file may need this soname without the wheel bringing it.
  [[nodiscard]] bool allows_library(std::size_t index, std::string_view soname) const;
  /// The widest policy that allows the soname; nothing where none does.
  [[nodiscard]] std::optional<std::size_t> first_allowing_library(std::string_view soname) const;
  /// True where the policy has the version ("GLIBC_2.17"), or does not judge versions of that prefix.
  [[nodiscard]] bool allows_version(std::size_t index, std::string_view version) const;
  /// The widest policy that names the version; nothing where none does.
  [[nodiscard]] std::optional<std::size_t> first_naming_version(std::string_view version) const;
  /// True where some policy of this architecture judges versions of this prefix ("GLIBC").
  [[nodiscard]] bool judges_prefix(std::string_view prefix) const;
  /// True where the policy forbids the symbol to files that need the library.
  [[nodiscard]] bool forbids(std::size_t index, std::string_view library, std::string_view symbol) const;

private:
  const PolicyFamily* family_;
  tags::Architecture architecture_;
  std::size_t first_ = 0; ///< into the family's policies
  std::size_t last_ = 0;  ///< behind the last
};

/// All policies of one C library. Indexes are into `policies`.
struct PolicyFamily {
  Libc libc = Libc::glibc;
  std::vector<Policy> policies; ///< widest first
  struct Span {
    std::size_t first = 0;
    std::size_t last = 0; ///< behind the last
  };
  std::unordered_map<std::string_view, Span> architectures;
  std::unordered_map<std::string_view, std::size_t> libraries; ///< soname → first policy
  std::vector<ForbiddenSymbol> forbidden;
  /// By architecture: "GLIBC_2.17" → first policy that has it, and "GLIBC" → first policy that judges the prefix.
  struct Versions {
    std::unordered_map<std::string, std::size_t> first_with;
    std::unordered_map<std::string_view, std::size_t> first_judging;
  };
  std::unordered_map<std::string_view, Versions> versions;
};

/// Every policy known to wheelforge.
class PolicyTable {
public:
  /// The table that was linked into the program. Source: data/policies.txt.
  [[nodiscard]] static const PolicyTable& built_in();
  /// Reads a table; the text must outlive it. Fails (kind invalid_data) with the line that is wrong.
  [[nodiscard]] static Result<PolicyTable> parse(std::string_view text);

  [[nodiscard]] ArchPolicies of(Libc libc, tags::Architecture architecture) const;
  [[nodiscard]] const PolicyFamily& family(Libc libc) const { return libc == Libc::glibc ? glibc_ : musl_; }
  /// True where some policy forbids this symbol in connection with any library.
  [[nodiscard]] bool is_ever_forbidden(std::string_view symbol) const;

private:
  PolicyFamily glibc_;
  PolicyFamily musl_;
  std::unordered_map<std::string_view, bool> forbidden_;
};

/// The part of a version before its first underscore: "GLIBC_2.17" → "GLIBC".
[[nodiscard]] std::string_view version_prefix(std::string_view version);

} // namespace wheelforge::audit
