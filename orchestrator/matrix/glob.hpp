// Globs over names: fnmatch's * ? [a-z] [!a-z], and the brace lists {a,b} and ranges {9..15} of shells.
#pragma once

#include "orchestrator/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::matrix {

/// A compiled glob. Case matters, the whole name must match, and no character of a name is special.
class Glob {
public:
  [[nodiscard]] bool matches(std::string_view name) const;

  /// As written.
  [[nodiscard]] const std::string& text() const { return text_; }

private:
  friend Result<Glob> parse_glob(std::string_view text);
  std::string text_;
  std::vector<std::string> alternatives_; ///< without braces
};

/// Fails (kind usage) on an empty glob, an open or unmatched bracket or brace, and on braces that stand for more than
/// 1,000 globs. "{a}" without a comma stands for itself, as in bash.
[[nodiscard]] Result<Glob> parse_glob(std::string_view text);

} // namespace wheelforge::matrix
