// Runs programs over Boost.Process v2: one short event loop per run, on the caller's thread.
#include "orchestrator/host/process_runner.hpp"

#include "orchestrator/host/process_launch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/process/v2/process.hpp>

#include <algorithm>
#include <array>
#include <csignal>

#include <sys/wait.h>

namespace wheelforge::host {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;
using ChildProcess = boost::process::v2::basic_process<asio::io_context::executor_type>;

/// How long output is waited for that a grandchild still holds open after the child itself has ended.
constexpr std::chrono::milliseconds kDrainTime{500};
constexpr std::size_t kPieceBytes = 64U << 10U;
constexpr std::size_t kInputPieceBytes = 256U << 10U;

/// The last bytes of a stream, at most `limit` of them.
class Tail {
public:
  explicit Tail(std::size_t limit) : limit_(limit) {}
  void append(std::string_view bytes) {
    total_ += bytes.size();
    kept_ += bytes.substr(bytes.size() - std::min(bytes.size(), limit_));
    if (kept_.size() > 2 * limit_) { // seldom, so that a long output costs no quadratic time
      kept_.erase(0, kept_.size() - limit_);
    }
  }
  [[nodiscard]] bool truncated() const { return total_ > limit_; }
  std::string take() {
    kept_.erase(0, kept_.size() - std::min(kept_.size(), limit_));
    return std::move(kept_);
  }

private:
  std::size_t limit_;
  std::size_t total_ = 0;
  std::string kept_;
};

/// One of the child's output streams, read here.
struct OutputPipe {
  OutputPipe(asio::io_context& loop, Stream stream, std::size_t capture)
      : descriptor(loop), which(stream), tail(capture), buffer(kPieceBytes) {}
  asio::posix::stream_descriptor descriptor;
  Stream which;
  Tail tail;
  std::vector<char> buffer;
};

/// A write to a pipe whose reader is gone must be an error, not the end of this process: blocks SIGPIPE in this thread
/// and swallows the one that it caused.
class PipeSignalBlock {
public:
  PipeSignalBlock() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~PipeSignalBlock() {
    if (!was_pending_) {
      const timespec at_once{};
      while (sigtimedwait(&pipe_, nullptr, &at_once) == -1 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  PipeSignalBlock(const PipeSignalBlock&) = delete;
  PipeSignalBlock& operator=(const PipeSignalBlock&) = delete;

private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

/// How wait(2) says that a process ended, as a result says it.
void set_end(ProcessResult& result, int status) {
  if (WIFSIGNALED(status)) {
    result.signal = WTERMSIG(status);
    result.exit_code = 128 + WTERMSIG(status);
  } else {
    result.exit_code = WEXITSTATUS(status);
  }
}

/// One run from launch to result.
class Run {
public:
  Run(const Command& command, const OutputSink& sink, std::stop_token stop)
      : command_(command), sink_(sink), stop_(std::move(stop)), out_(loop_, Stream::out, command.capture_bytes),
        err_(loop_, Stream::err, command.capture_bytes), input_(loop_), limit_timer_(loop_), grace_timer_(loop_),
        drain_timer_(loop_) {}

  Result<ProcessResult> execute() {
    const auto began = steady_clock::now();
    if (stop_.stop_requested()) {
      result_.cancelled = true;
      result_.exit_code = 128 + SIGTERM;
      return result_;
    }
    WF_TRY(LaunchedProcess child, launch(command_));
    out_.descriptor.assign(child.out.release());
    err_.descriptor.assign(child.err.release());
    child_.emplace(loop_.get_executor(), child.pid);
    read(out_);
    read(err_);
    start_input(child.in.release());
    child_->async_wait([this](error_code, int) { on_exit(); });
    if (command_.timeout) {
      limit_timer_.expires_after(*command_.timeout);
      limit_timer_.async_wait([this](error_code error) {
        if (!error) {
          end_child(result_.timed_out);
        }
      });
    }
    {
      const std::stop_callback on_stop(stop_, [this] { asio::post(loop_, [this] { end_child(result_.cancelled); }); });
      loop_.run();
    }
    if (input_error_) {
      return tl::unexpected(*std::move(input_error_));
    }
    result_.out_truncated = out_.tail.truncated();
    result_.out = out_.tail.take();
    result_.err = err_.tail.take();
    result_.duration = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
    return std::move(result_);
  }

private:
  void read(OutputPipe& pipe) {
    pipe.descriptor.async_read_some(asio::buffer(pipe.buffer), [this, &pipe](error_code error, std::size_t count) {
      if (count > 0) {
        const std::string_view piece(pipe.buffer.data(), count);
        pipe.tail.append(piece);
        if (sink_) {
          sink_(pipe.which, piece);
        }
      }
      if (error) {
        pipe.descriptor.close(error);
        stop_waiting_for_output();
      } else {
        read(pipe);
      }
    });
  }

  void start_input(int descriptor) {
    if (descriptor < 0) {
      return; // the child reads no pipe of ours
    }
    input_.assign(descriptor);
    if (const auto* text = std::get_if<TextInput>(&command_.input)) {
      write_input(text->bytes, Last::yes);
      return;
    }
    input_buffer_.resize(kInputPieceBytes);
    write_next_piece();
  }

  void write_next_piece() {
    const auto& producer = std::get<ProducedInput>(command_.input).producer;
    Result<std::size_t> filled = producer(input_buffer_);
    if (!filled) {
      input_error_ = std::move(filled).error();
      bool ended_for_the_producer = false;
      end_child(ended_for_the_producer);
      return;
    }
    if (*filled == 0) {
      close_input();
      return;
    }
    write_input(std::string_view(input_buffer_.data(), *filled), Last::no);
  }

  enum class Last { no, yes };
  void write_input(std::string_view bytes, Last last) {
    asio::async_write(input_, asio::buffer(bytes.data(), bytes.size()), [this, last](error_code error, std::size_t) {
      if (error || last == Last::yes) { // an error: the child reads no more, which is its right
        close_input();
      } else {
        write_next_piece();
      }
    });
  }

  void close_input() {
    error_code ignored;
    input_.close(ignored);
  }

  /// Ends the child's process group, politely first; `reason` is set when it was still running.
  void end_child(bool& reason) {
    if (ended_ || ending_) {
      return;
    }
    reason = true;
    ending_ = true;
    close_input();
    ::kill(-child_->id(), SIGTERM);
    grace_timer_.expires_after(command_.grace);
    grace_timer_.async_wait([this](error_code error) {
      if (!error && !ended_) {
        ::kill(-child_->id(), SIGKILL);
      }
    });
  }

  void on_exit() {
    ended_ = true;
    if (ending_) {
      ::kill(-child_->id(), SIGKILL); // what the child left in its group
    }
    set_end(result_, child_->native_exit_code());
    limit_timer_.cancel();
    grace_timer_.cancel();
    close_input();
    if (out_.descriptor.is_open() || err_.descriptor.is_open()) {
      drain_timer_.expires_after(kDrainTime);
      drain_timer_.async_wait([this](error_code error) {
        if (!error) {
          out_.descriptor.close(error);
          err_.descriptor.close(error);
        }
      });
    }
  }

  void stop_waiting_for_output() {
    if (!out_.descriptor.is_open() && !err_.descriptor.is_open()) {
      drain_timer_.cancel();
    }
  }

  const Command& command_;
  const OutputSink& sink_;
  std::stop_token stop_;
  asio::io_context loop_{1};
  std::optional<ChildProcess> child_;
  OutputPipe out_;
  OutputPipe err_;
  asio::posix::stream_descriptor input_;
  std::vector<char> input_buffer_;
  std::optional<Error> input_error_;
  asio::steady_timer limit_timer_;
  asio::steady_timer grace_timer_;
  asio::steady_timer drain_timer_;
  bool ending_ = false;
  bool ended_ = false;
  ProcessResult result_;
};

class SystemProcessRunner final : public ProcessRunner {
public:
  Result<ProcessResult> run(const Command& command, const OutputSink& sink, std::stop_token stop) override {
    const PipeSignalBlock no_sigpipe;
    try {
      Run run(command, sink, std::move(stop));
      return run.execute();
    } catch (const std::exception& thrown) { // Asio's way to say that the machine is out of descriptors, or the sink's
      return fail(ErrorKind::internal, "running {}: {}", shell_text(command.argv), thrown.what());
    }
  }

  Result<ProcessResult> run_interactive(const Command& command) override {
    const auto began = steady_clock::now();
    try {
      WF_TRY(const LaunchedProcess child, launch_in_foreground(command));
      ProcessResult result;
      int status = 0;
      while (::waitpid(child.pid, &status, 0) == -1 && errno == EINTR) {
      }
      set_end(result, status);
      result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
      return result;
    } catch (const std::exception& thrown) {
      return fail(ErrorKind::internal, "running {}: {}", shell_text(command.argv), thrown.what());
    }
  }
};

} // namespace

std::unique_ptr<ProcessRunner> make_process_runner() { return std::make_unique<SystemProcessRunner>(); }

} // namespace wheelforge::host
