// Which compilers a cell of a foreign architecture gets: native ones put into its container, or the image's own,
// emulated.
#pragma once

#include "orchestrator/tags/platform_tag.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::plan {

/// What compiles a cell's code.
enum class Compilers {
  own,      ///< the image's own, at full speed: the machine runs the architecture itself
  native,   ///< cross compilers of this machine's architecture, everything else emulated
  emulated, ///< the image's own under an emulator
};

/// The word in plans and reports: "own", "native", "emulated".
[[nodiscard]] std::string_view to_string(Compilers compilers);

/// What decides about a cell's compilers.
struct CompilerQuestion {
  std::string setting = "auto";                            ///< [cross] compilers
  tags::Architecture machine = tags::Architecture::x86_64; ///< that runs the containers
  tags::PlatformTag platform;                              ///< of the cell, with its architecture
  std::optional<std::string> image_compiler;               ///< "gcc 12.2"; nothing where it is not known
};

/// The answer.
struct CompilerChoice {
  Compilers compilers = Compilers::own;
  std::string release; ///< of `native`: the Debian release with this gcc ("bookworm"); empty: the image's gcc decides
  std::string why;     ///< one sentence; empty for `own`

  bool operator==(const CompilerChoice&) const = default;
};

/// Whether a machine runs programs of an architecture itself: its own, and x86_64 those of i686.
[[nodiscard]] bool runs_natively(tags::Architecture machine, tags::Architecture arch);

/// Chooses. With "native" as the setting the answer is never `emulated`: where there are no such compilers, it fails
/// (kind usage).
[[nodiscard]] Result<CompilerChoice> choose_compilers(const CompilerQuestion& question);

/// The Debian release whose gcc has this major version, for which there is a cross tool set; empty where none has.
[[nodiscard]] std::string release_with_gcc(int major);

/// How many times as long as on a machine of its own a build takes, by rule of thumb (docs/bench/foreign.md).
[[nodiscard]] int usual_slowdown(Compilers compilers);

} // namespace wheelforge::plan
