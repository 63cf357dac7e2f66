// What the output streams are: a terminal or not, how wide, and whether colour is wanted.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::host {

/// Reads an environment variable: its value, or nothing.
using EnvironmentReader = std::function<std::optional<std::string>(std::string_view)>;

/// Our own environment variable.
[[nodiscard]] std::optional<std::string> environment_variable(std::string_view name);

/// --color of the command line.
enum class ColorChoice { automatic, always, never };

/// What a stream can show.
struct Terminal {
  bool is_terminal = false;
  int columns = 80; ///< the window's, or COLUMNS, or 80
  int rows = 24;
  bool color = false;
  bool unicode = false; ///< the locale is UTF-8
  bool is_ci = false;   ///< a continuous-integration service runs us (CI, GITHUB_ACTIONS, GITLAB_CI, … is set)

  /// A live area that repaints itself is welcome: a terminal that can move its cursor, and no CI.
  bool can_repaint = false;
};

/// Facts of one of our file descriptors (1 stdout, 2 stderr).
[[nodiscard]] Terminal inspect_terminal(int descriptor, ColorChoice choice = ColorChoice::automatic);

/// The rules behind inspect_terminal, without a terminal: --color, then NO_COLOR (not empty), then CLICOLOR_FORCE or
/// FORCE_COLOR (not empty, not 0), then CLICOLOR=0, then whether it is a terminal whose TERM is not "dumb".
/// Source: https://no-color.org, https://bixense.com/clicolors.
[[nodiscard]] bool wants_color(ColorChoice choice, bool is_terminal, const EnvironmentReader& environment);

/// Whether a continuous-integration service runs us.
[[nodiscard]] bool is_ci(const EnvironmentReader& environment);

} // namespace wheelforge::host
