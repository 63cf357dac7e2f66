// The failure block: last on the screen, with everything to go on from.
#include "orchestrator/report/failure_text.hpp"

#include <fmt/core.h>

namespace wheelforge::report {
namespace {

std::string block_of(const pipeline::CellReport& cell, const std::string& command, const TextStyle& style) {
  const pipeline::Failure& failure = *cell.failure;
  const std::string head = fmt::format("{} failed{}", cell.id, failure.step.empty() ? "" : " in " + failure.step);
  std::string text = style.color ? fmt::format("\n\x1b[1;31m{}\x1b[0m\n", head) : fmt::format("\n{}\n", head);
  text += fmt::format("  error: {}\n", failure.error.message);
  if (!failure.command.empty()) {
    text += fmt::format("  command: {}\n", failure.command);
  }
  if (!failure.tail.empty()) {
    text += fmt::format("  last lines of {}:\n", failure.step);
    for (const std::string& line : failure.tail) {
      text += fmt::format("    {}\n", line);
    }
  }
  if (!cell.log.empty()) {
    text += fmt::format("  log: {}\n", cell.log);
  }
  if (!failure.error.hint.empty()) {
    text += fmt::format("  hint: {}\n", failure.error.hint);
  }
  text += fmt::format("  reproduce: {} --only {} --shell\n", command, cell.id);
  return text;
}

} // namespace

std::string failure_text(const pipeline::RunReport& report, const TextStyle& style) {
  std::string text;
  for (const pipeline::CellReport& cell : report.cells) {
    if (cell.failure && cell.status != pipeline::CellStatus::ok && cell.status != pipeline::CellStatus::cancelled) {
      text += block_of(cell, report.command, style);
    }
  }
  return text;
}

} // namespace wheelforge::report
