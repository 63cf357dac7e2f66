// toolchains.lock: which files, by hash, each toolchain of a project is made of.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/architecture.hpp"
#include "orchestrator/toolchain/recipe.hpp"
#include "orchestrator/toolchain/version.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::toolchain {

/// One file of a toolchain.
struct LockedPart {
  PartKind kind = PartKind::pypi; ///< never image_has
  std::string name;               ///< the distribution or package
  std::string version;
  std::string file;             ///< its file name: a wheel, a .deb, the last part of an address
  std::string sha256;           ///< 64 lower-case hexadecimal digits
  std::uint64_t size_bytes = 0; ///< 0: not known
  std::string from;             ///< deb: "bookworm main"; archive: its address; empty for wheels

  bool operator==(const LockedPart&) const = default;
};

/// One toolchain for one architecture.
struct LockedToolchain {
  std::string name;
  Version version;
  tags::Architecture arch = tags::Architecture::x86_64;
  std::string recipe;            ///< SHA-256 of the recipe's file when it was locked
  std::vector<LockedPart> parts; ///< sorted by name; empty where the image has the toolchain

  bool operator==(const LockedToolchain&) const = default;

  [[nodiscard]] std::string id() const { return name + "-" + version.text(); }
  /// What is downloaded, as far as it is known.
  [[nodiscard]] std::uint64_t download_bytes() const;
  /// 16 hexadecimal digits that change with any byte of the parts and of the recipe: the prefix's name in the cache.
  [[nodiscard]] std::string digest() const;
};

/// A whole lock; sorted by name, version and architecture, each once.
struct ToolchainLock {
  std::vector<LockedToolchain> toolchains;

  bool operator==(const ToolchainLock&) const = default;

  /// The entry; nullptr where there is none.
  [[nodiscard]] const LockedToolchain* find(std::string_view name, const Version& version,
                                            tags::Architecture arch) const;
  /// Puts the entry in its place, over an older one.
  void put(LockedToolchain toolchain);
};

/// Reads a lock. `file` is for messages. Fails (kind usage) with file:line:column on broken TOML, on a version that is
/// not 1, on unknown keys, missing values, hashes that are none and on toolchains that stand twice.
[[nodiscard]] Result<ToolchainLock> parse_lock(std::string_view text, std::string_view file);

/// The lock as a TOML file; parse_lock reads it back. The same lock gives the same bytes.
[[nodiscard]] std::string print_lock(const ToolchainLock& lock);

} // namespace wheelforge::toolchain
