// Commands and their ends in words: the command as a person would type it, a failed run as an Error.
#include "orchestrator/host/process_runner.hpp"

#include <algorithm>

namespace wheelforge::host {
namespace {

constexpr std::size_t kShownLines = 10;

bool is_plain(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         std::string_view("_-./:=,+@%").find(letter) != std::string_view::npos;
}

std::string shell_word(std::string_view word) {
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) {
    return std::string(word);
  }
  std::string text = "'";
  for (const char letter : word) {
    if (letter == '\'') {
      text += "'\\''";
    } else {
      text += letter;
    }
  }
  return text += '\'';
}

std::string_view last_lines(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  std::size_t begin = text.size();
  for (std::size_t lines = 0; lines < kShownLines && begin > 0; ++lines) {
    const std::size_t newline = text.rfind('\n', begin - 1);
    begin = newline == std::string_view::npos ? 0 : newline;
  }
  text.remove_prefix(begin);
  return !text.empty() && text.front() == '\n' ? text.substr(1) : text;
}

} // namespace

std::string shell_text(std::span<const std::string> argv) {
  std::string text;
  for (const std::string& word : argv) {
    if (!text.empty()) {
      text += ' ';
    }
    text += shell_word(word);
  }
  return text;
}

Result<ProcessResult> require_success(const Command& command, Result<ProcessResult> result, ErrorKind kind) {
  if (!result || result->ok()) {
    return result;
  }
  const std::string text = shell_text(command.argv);
  if (result->cancelled) {
    return fail(ErrorKind::cancelled, "{} was cancelled", text);
  }
  const std::string_view said = last_lines(result->err.empty() ? result->out : result->err);
  const std::string words = said.empty() ? "it said nothing" : std::string(said);
  if (result->timed_out) {
    return fail(kind, "{} was ended at its time limit of {} s: {}", text,
                std::chrono::duration<double>(command.timeout.value_or(result->duration)).count(), words);
  }
  if (result->signal) {
    return fail(kind, "{} was killed by signal {}: {}", text, *result->signal, words);
  }
  return fail(kind, "{} ended with exit code {}: {}", text, result->exit_code, words);
}

} // namespace wheelforge::host
