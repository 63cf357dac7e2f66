// Signals become a stop_token: the handler only writes a byte, a thread of our own does the rest.
#include "orchestrator/host/signals.hpp"

#include "orchestrator/base/error.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace wheelforge::host {
namespace {

constexpr std::array kWatched = {SIGINT, SIGTERM, SIGHUP};

// What the handler may touch; it lives as long as the one SignalWatch.
std::atomic<int> wake_descriptor{-1};
std::atomic<int> signal_count{0};

extern "C" void on_signal(int number) {
  const int saved_errno = errno;
  if (signal_count.fetch_add(1) >= 2) { // the third does not wait for anyone's last words
    ::_exit(128 + number);
  }
  const auto byte = static_cast<unsigned char>(number);
  [[maybe_unused]] const ssize_t written = ::write(wake_descriptor.load(), &byte, 1);
  errno = saved_errno;
}

} // namespace

struct SignalWatch::State {
  std::array<int, 2> pipe{-1, -1};
  std::array<struct sigaction, kWatched.size()> before{};
  struct sigaction pipe_before {};
  std::stop_source source;
  std::atomic<int> first{0};
  std::mutex mutex; ///< guards last_words
  std::function<void()> last_words;
  std::thread thread;

  void listen() {
    unsigned char number = 0;
    for (;;) {
      const ssize_t count = ::read(pipe[0], &number, 1);
      if (count < 0 && errno == EINTR) {
        continue;
      }
      if (count != 1 || number == 0) {
        return; // the watch ends
      }
      if (first.load() == 0) {
        first.store(number);
        source.request_stop();
        continue;
      }
      const std::scoped_lock lock(mutex);
      if (last_words) {
        last_words();
      }
      ::_exit(128 + number);
    }
  }
};

SignalWatch::SignalWatch(std::function<void()> last_words) : state_(std::make_unique<State>()) {
  WF_CHECK(wake_descriptor.load() == -1);
  WF_CHECK(::pipe2(state_->pipe.data(), O_CLOEXEC) == 0);
  state_->last_words = std::move(last_words);
  wake_descriptor.store(state_->pipe[1]);
  signal_count.store(0);

  sigset_t all;
  sigset_t unblocked;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &unblocked); // so that the listener is never the thread that is interrupted
  state_->thread = std::thread([state = state_.get()] { state->listen(); });
  pthread_sigmask(SIG_SETMASK, &unblocked, nullptr);

  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kWatched.size(); ++i) {
    ::sigaction(kWatched[i], nullptr, &state_->before[i]);
    if (state_->before[i].sa_handler != SIG_IGN) { // nohup stays nohup
      ::sigaction(kWatched[i], &action, nullptr);
    }
  }
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &state_->pipe_before);
}

SignalWatch::~SignalWatch() {
  for (std::size_t i = 0; i < kWatched.size(); ++i) {
    ::sigaction(kWatched[i], &state_->before[i], nullptr);
  }
  ::sigaction(SIGPIPE, &state_->pipe_before, nullptr);
  wake_descriptor.store(-1);
  const unsigned char end = 0;
  WF_CHECK(::write(state_->pipe[1], &end, 1) == 1);
  state_->thread.join();
  ::close(state_->pipe[0]);
  ::close(state_->pipe[1]);
}

std::stop_token SignalWatch::token() const { return state_->source.get_token(); }

int SignalWatch::received() const { return state_->first.load(); }

void SignalWatch::set_last_words(std::function<void()> last_words) {
  const std::scoped_lock lock(state_->mutex);
  state_->last_words = std::move(last_words);
}

} // namespace wheelforge::host
