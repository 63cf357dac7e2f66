// A process runner that starts nothing: a script of answers by command, and a record of what was asked.
#pragma once

#include "orchestrator/host/process_runner.hpp"

#include <deque>
#include <mutex>

namespace wheelforge::host {

/// Answers each command by the first rule whose words all stand in its argv, in that order. A command without a rule is
/// an error of kind `internal` that shows it. May be used from several threads.
class FakeProcessRunner final : public ProcessRunner {
public:
  /// What a command does.
  struct Answer {
    int exit_code = 0;
    std::string out{};
    std::string err{};
    std::chrono::milliseconds duration{0}; ///< logical; longer than the command's timeout = timed out
    std::optional<Error> error{};          ///< run() fails with it instead
    std::function<void()> meanwhile{};     ///< called while it "runs": request a stop, change another answer
    bool waits_for_stop = false;           ///< runs until a stop is requested (which `meanwhile` may do)
  };

  /// One command that was run, with the bytes it got on stdin.
  struct Record {
    Command command;
    std::string input;
    [[nodiscard]] std::string text() const { return shell_text(command.argv); }
  };

  /// Adds a rule: the answer for commands whose argv has these words in this order. Several answers are given one after
  /// another, the last one for ever.
  FakeProcessRunner& on(std::vector<std::string> words, std::deque<Answer> answers) {
    const std::scoped_lock lock(mutex_);
    rules_.push_back({std::move(words), std::move(answers)});
    return *this;
  }
  FakeProcessRunner& on(std::vector<std::string> words, Answer answer) {
    return on(std::move(words), std::deque<Answer>{std::move(answer)});
  }

  /// All commands so far.
  [[nodiscard]] std::vector<Record> records() const {
    const std::scoped_lock lock(mutex_);
    return records_;
  }
  /// Their texts, one a line.
  [[nodiscard]] std::string transcript() const {
    std::string text;
    for (const Record& record : records()) {
      text += record.text() + "\n";
    }
    return text;
  }

  [[nodiscard]] Result<ProcessResult> run(const Command& command, const OutputSink& sink,
                                          std::stop_token stop) override {
    Record record{command, {}};
    WF_TRY(record.input, read_input(command.input));
    const auto answer = answer_for(std::move(record));
    if (!answer) {
      return fail(ErrorKind::internal, "no rule for: {}", shell_text(command.argv));
    }
    if (answer->meanwhile) {
      answer->meanwhile();
    }
    if (answer->error) {
      return tl::unexpected(*answer->error);
    }
    ProcessResult result{answer->exit_code, std::nullopt, false, stop.stop_requested(), answer->out, answer->err};
    WF_CHECK(!answer->waits_for_stop || result.cancelled);
    result.timed_out = !result.cancelled && command.timeout && answer->duration > *command.timeout;
    result.duration = result.timed_out ? *command.timeout : answer->duration;
    if (sink && !result.cancelled) {
      for (const auto& [stream, bytes] : {std::pair(Stream::out, answer->out), std::pair(Stream::err, answer->err)}) {
        if (!bytes.empty()) {
          sink(stream, bytes);
        }
      }
    }
    return result;
  }

  [[nodiscard]] Result<ProcessResult> run_interactive(const Command& command) override { return run(command, {}, {}); }

private:
  struct Rule {
    std::vector<std::string> words;
    std::deque<Answer> answers;
  };

  static Result<std::string> read_input(const Input& input) {
    if (const auto* text = std::get_if<TextInput>(&input)) {
      return text->bytes;
    }
    std::string bytes;
    if (const auto* produced = std::get_if<ProducedInput>(&input)) {
      std::vector<char> buffer(4096);
      for (;;) {
        WF_TRY(const std::size_t count, produced->producer(buffer));
        if (count == 0) {
          break;
        }
        bytes.append(buffer.data(), count);
      }
    }
    return bytes;
  }

  static bool matches(const Rule& rule, const std::vector<std::string>& argv) {
    auto word = rule.words.begin();
    for (const std::string& each : argv) {
      if (word != rule.words.end() && each == *word) {
        ++word;
      }
    }
    return word == rule.words.end();
  }

  std::optional<Answer> answer_for(Record record) {
    const std::scoped_lock lock(mutex_);
    records_.push_back(std::move(record));
    for (Rule& rule : rules_) {
      if (matches(rule, records_.back().command.argv)) {
        const Answer answer = rule.answers.front();
        if (rule.answers.size() > 1) {
          rule.answers.pop_front();
        }
        return answer;
      }
    }
    return std::nullopt;
  }

  mutable std::mutex mutex_;
  std::vector<Rule> rules_;
  std::vector<Record> records_;
};

} // namespace wheelforge::host
