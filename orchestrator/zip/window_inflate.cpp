// SIGSEGV as the call for more memory: two address ranges, the handler, and the way out of it.
#include "orchestrator/zip/window_inflate.hpp"

#include <libdeflate.h>

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <exception>
#include <mutex>
#include <utility>

namespace wheelforge::zip {
namespace {

/// Memory that comes at a time. Large enough that faults cost nothing, small enough to stay in the processor's cache.
constexpr std::uint64_t kPiece = std::uint64_t{1} << 20U;
/// How far behind the first touch of a piece bytes may still be unwritten: a stored block (64 KiB), whose first bytes
/// memcpy may write last, and a match with the decoder's own overhang.
constexpr std::uint64_t kUnsettled = std::uint64_t{128} << 10U;
/// How far back a match reaches.
constexpr std::uint64_t kHistory = std::uint64_t{32} << 10U;
static_assert(kUnsettled + kHistory < kPiece, "the piece before the newest one holds all that is still needed");

/// Addresses without memory, but for the newest two pieces. They are touched in order.
class LazyRange {
public:
  explicit LazyRange(std::uint64_t size) : size_((size + kPiece - 1) / kPiece * kPiece) {
    void* const got = size_ < size ? MAP_FAILED
                                   : ::mmap(nullptr, static_cast<std::size_t>(size_), PROT_NONE,
                                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    base_ = got == MAP_FAILED ? nullptr : static_cast<std::byte*>(got);
  }
  ~LazyRange() {
    if (base_ != nullptr) {
      ::munmap(base_, static_cast<std::size_t>(size_));
    }
  }
  LazyRange(const LazyRange&) = delete;
  LazyRange& operator=(const LazyRange&) = delete;

  [[nodiscard]] bool is_there() const { return base_ != nullptr; }
  [[nodiscard]] std::byte* base() const { return base_; }
  [[nodiscard]] std::uint64_t opened() const { return opened_; }
  /// Whether an address is in the part that has no memory yet.
  [[nodiscard]] bool awaits(const void* address) const {
    const auto* const at = static_cast<const std::byte*>(address);
    return base_ != nullptr && at >= base_ + opened_ && at < base_ + size_;
  }
  /// Gives the next piece memory: that of the last piece but one, where there is one. False: there is none to be had.
  bool open_next() {
    std::byte* const next = base_ + opened_;
    if (opened_ >= 2 * kPiece) {
      std::byte* const old = next - 2 * kPiece;
      // The old addresses stay ours, or another thread's memory might come to stand there.
      if (::mremap(old, kPiece, kPiece, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, next) != MAP_FAILED) {
        opened_ += kPiece;
        return true;
      }
      ::madvise(old, kPiece, MADV_DONTNEED); // a kernel before 5.7
    }
    if (::mprotect(next, kPiece, PROT_READ | PROT_WRITE) != 0) {
      return false;
    }
    opened_ += kPiece;
    return true;
  }

private:
  std::uint64_t size_;
  std::byte* base_ = nullptr;
  std::uint64_t opened_ = 0;
};

/// How the decoder was left.
enum Exit : int { kNotLeft = 0, kStopped, kFailed };

/// One inflation: what the fault handler serves.
class Window {
public:
  Window(const PackedRange& range, const WindowSink& sink)
      : range_(range), sink_(sink), input_(range.packed_size), output_(range.size) {}

  [[nodiscard]] bool is_there() const { return input_.is_there() && output_.is_there(); }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::optional<Error> take_error() { return std::exchange(error_, std::nullopt); }
  void rethrow() {
    if (thrown_) {
      std::rethrow_exception(std::exchange(thrown_, nullptr));
    }
  }

  /// Runs the decoder. No object with a destructor may live in here: a fault may leave it by a jump.
  Exit decode(libdeflate_decompressor* decompressor, libdeflate_result& result, std::size_t& made);
  /// Shows what is finished up to there.
  bool show_until(std::uint64_t end);
  /// Serves a fault at the address. False: it is none of ours.
  bool serve(const void* address);

private:
  bool open_output();
  bool open_input();

  const PackedRange& range_;
  const WindowSink& sink_;
  LazyRange input_;
  LazyRange output_;
  std::uint64_t sent_ = 0;
  std::optional<Error> error_;
  std::exception_ptr thrown_;
  sigjmp_buf way_out_{};
};

thread_local Window* active_window = nullptr;
struct sigaction action_before {};

/// Another's fault: whoever was asked before, once; then the default, which ends the program as without us.
void pass_on(int signal, siginfo_t* info, void* context) {
  static std::atomic_flag has_passed_on = ATOMIC_FLAG_INIT;
  const bool is_first = !has_passed_on.test_and_set();
  if (is_first && (action_before.sa_flags & SA_SIGINFO) != 0 && action_before.sa_sigaction != nullptr) {
    action_before.sa_sigaction(signal, info, context);
  } else if (is_first && action_before.sa_handler != SIG_DFL && action_before.sa_handler != SIG_IGN) {
    action_before.sa_handler(signal);
  } else {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    ::sigaction(signal, &standard, nullptr); // the fault comes again when we return
  }
}

/// Faults in the decoder are synchronous, and it holds no lock: whatever is allowed outside is allowed in here.
void on_fault(int signal, siginfo_t* info, void* context) {
  const int error_before = errno;
  Window* const window = active_window;
  if (window == nullptr || !window->serve(info->si_addr)) {
    pass_on(signal, info, context);
  }
  errno = error_before;
}

/// Others may have taken the signal since the last time.
bool install_handler() {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  struct sigaction now {};
  if (::sigaction(SIGSEGV, nullptr, &now) != 0) {
    return false;
  }
  if ((now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == on_fault) {
    return true;
  }
  action_before = now;
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO; // on the thread's own stack: the sink may need some
  ::sigemptyset(&action.sa_mask);
  return ::sigaction(SIGSEGV, &action, nullptr) == 0;
}

Exit Window::decode(libdeflate_decompressor* decompressor, libdeflate_result& result, std::size_t& made) {
  active_window = this;
  const int left = sigsetjmp(way_out_, 1);
  if (left == kNotLeft) {
    result = libdeflate_deflate_decompress(decompressor, input_.base(), static_cast<std::size_t>(range_.packed_size),
                                           output_.base(), static_cast<std::size_t>(range_.size), &made);
  }
  active_window = nullptr;
  return static_cast<Exit>(left);
}

bool Window::serve(const void* address) {
  const bool is_output = output_.awaits(address);
  if (!is_output && !input_.awaits(address)) {
    return false;
  }
  int why = kNotLeft;
  try {
    while (why == kNotLeft && (is_output ? output_ : input_).awaits(address)) {
      if (is_output && !show_until(output_.opened() - std::min(output_.opened(), kUnsettled))) {
        why = kStopped;
      } else if (!(is_output ? output_.open_next() : open_input())) {
        why = kFailed;
      }
    }
  } catch (...) { // nothing may be thrown through the decoder
    thrown_ = std::current_exception();
    why = kFailed;
  }
  if (why != kNotLeft) {
    siglongjmp(way_out_, why);
  }
  return true;
}

bool Window::open_input() {
  const std::uint64_t from = input_.opened();
  if (!input_.open_next()) {
    return false;
  }
  const std::uint64_t wanted = std::min(kPiece, range_.packed_size - from);
  const std::span<std::byte> room(input_.base() + from, static_cast<std::size_t>(wanted));
  auto bytes = range_.source.read(range_.offset + from, wanted, room);
  if (!bytes) {
    error_ = std::move(bytes).error();
    return false;
  }
  if (bytes->data() != room.data()) { // a source in memory gives its own
    std::copy(bytes->begin(), bytes->end(), room.begin());
  }
  return true;
}

bool Window::show_until(std::uint64_t end) {
  if (end <= sent_) {
    return true;
  }
  const std::span<const std::byte> bytes(output_.base() + sent_, static_cast<std::size_t>(end - sent_));
  sent_ = end;
  return sink_(bytes);
}

} // namespace

std::optional<Result<WindowResult>> inflate_in_window(libdeflate_decompressor* decompressor, const PackedRange& range,
                                                      const WindowSink& sink) {
  if (active_window != nullptr || range.size == 0 || range.packed_size == 0 || !install_handler()) {
    return std::nullopt;
  }
  Window window(range, sink);
  if (!window.is_there()) {
    return std::nullopt;
  }
  libdeflate_result result = LIBDEFLATE_SUCCESS;
  std::size_t made = 0;
  const Exit left = window.decode(decompressor, result, made);
  window.rethrow();
  using End = WindowResult::End;
  if (left == kFailed) {
    auto error = window.take_error();
    return tl::unexpected(error ? *std::move(error)
                                : fail("{} bytes of memory could not be had for inflating", kPiece).value());
  }
  if (left == kStopped) {
    return WindowResult{End::stopped, window.sent()};
  }
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
    return WindowResult{End::too_much_data, window.sent()};
  }
  if (result != LIBDEFLATE_SUCCESS) {
    return WindowResult{End::invalid_data, window.sent()};
  }
  const bool wants_more = window.show_until(made);
  if (made != range.size) {
    return WindowResult{End::too_little_data, window.sent()};
  }
  return WindowResult{wants_more ? End::done : End::stopped, window.sent()};
}

} // namespace wheelforge::zip
