// Notices that a program has said something, wherever the pieces of its output are cut.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace wheelforge::host {

/// Looks for one text in a stream of pieces.
class TextWatch {
public:
  /// With an empty text nothing is ever noticed.
  explicit TextWatch(std::string text) : text_(std::move(text)) {}

  /// True with the piece that completes the text, the first time.
  bool completes(std::string_view piece) {
    if (is_done_ || text_.empty()) {
      return false;
    }
    seen_ += piece;
    is_done_ = seen_.find(text_) != std::string::npos;
    seen_.erase(0, seen_.size() - std::min(seen_.size(), text_.size() - 1));
    return is_done_;
  }

  [[nodiscard]] bool is_done() const { return is_done_; }

private:
  std::string text_;
  std::string seen_; ///< the end of the stream, as far as it may be the beginning of the text
  bool is_done_ = false;
};

} // namespace wheelforge::host
