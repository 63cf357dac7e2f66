// Progress as plain lines on stderr: one a finished step.
#pragma once

#include "orchestrator/schedule/event.hpp"

namespace wheelforge::cli {

/// An observer for EventStream::subscribe.
class PlainProgress {
public:
  void operator()(const schedule::Event& event);

private:
  std::uint64_t total_groups_ = 0;
  std::uint64_t finished_groups_ = 0;
};

} // namespace wheelforge::cli
