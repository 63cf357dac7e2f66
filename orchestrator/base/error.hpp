// What every function that can fail returns: a value, or an Error that says what was seen, what was wanted and what to
// do.
#pragma once

#include <fmt/core.h>
#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace wheelforge {

/// What a failure means for the caller: who has to act, and therefore the exit code (docs/manual/exit-codes.md).
enum class ErrorKind {
  failed,             ///< the operation failed; nothing more is known
  usage,              ///< the command line or a configuration file is wrong
  not_found,          ///< a named thing (file, image, cell) does not exist
  invalid_data,       ///< bytes from outside break their format
  engine_unavailable, ///< no container engine answers
  temporary,          ///< infrastructure failed; the same call may succeed later
  disk_full,          ///< no space left where something had to be written
  cancelled,          ///< the user asked to stop
  internal,           ///< a fault of wheelforge itself
};

/// A failure as a value. `message` is one lower-case sentence with the value seen and the value wanted.
struct Error {
  std::string message;
  ErrorKind kind = ErrorKind::failed;
  std::string hint; ///< what to do about it; empty where nothing useful can be said

  bool operator==(const Error&) const = default;
};

/// A value or an Error. Functions that return it are [[nodiscard]].
template <class T>
using Result = tl::expected<T, Error>;

/// An Error of a kind, ready to be returned from a function that returns Result.
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{fmt::format(format, std::forward<Args>(args)...), kind, {}});
}

/// An Error of kind `failed`.
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{fmt::format(format, std::forward<Args>(args)...), ErrorKind::failed, {}});
}

/// The same error with "context: " put before its message; kind and hint are kept.
[[nodiscard]] Error with_context(Error error, std::string_view context);

/// The same error with a hint.
[[nodiscard]] tl::unexpected<Error> with_hint(tl::unexpected<Error> error, std::string hint);

/// The short name of a kind as it stands in reports: "usage", "temporary", …
[[nodiscard]] std::string_view to_string(ErrorKind kind);

/// Reports a broken invariant of ours and aborts; behind WF_CHECK.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

} // namespace wheelforge

#define WF_CONCAT_INNER(a, b) a##b
#define WF_CONCAT(a, b) WF_CONCAT_INNER(a, b)

/// WF_TRY(auto x, f()): x is f()'s value, or the enclosing function returns f()'s error.
#define WF_TRY(declaration, expression)                                                                                \
  auto WF_CONCAT(wf_try_, __LINE__) = (expression);                                                                    \
  if (!WF_CONCAT(wf_try_, __LINE__)) {                                                                                 \
    return tl::unexpected(std::move(WF_CONCAT(wf_try_, __LINE__)).error());                                            \
  }                                                                                                                    \
  declaration = *std::move(WF_CONCAT(wf_try_, __LINE__))

/// WF_TRY with one line of context put before the error's message.
#define WF_TRY_CONTEXT(declaration, expression, context)                                                               \
  auto WF_CONCAT(wf_try_, __LINE__) = (expression);                                                                    \
  if (!WF_CONCAT(wf_try_, __LINE__)) {                                                                                 \
    return tl::unexpected(::wheelforge::with_context(std::move(WF_CONCAT(wf_try_, __LINE__)).error(), (context)));     \
  }                                                                                                                    \
  declaration = *std::move(WF_CONCAT(wf_try_, __LINE__))

/// For a Result<void>: returns its error from the enclosing function, or goes on.
#define WF_TRY_VOID(expression)                                                                                        \
  do {                                                                                                                 \
    auto wf_try_void = (expression);                                                                                   \
    if (!wf_try_void) {                                                                                                \
      return tl::unexpected(std::move(wf_try_void).error());                                                           \
    }                                                                                                                  \
  } while (false)

/// An invariant of ours: never a check of input.
#define WF_CHECK(condition)                                                                                            \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      ::wheelforge::check_failed(#condition, __FILE__, __LINE__);                                                      \
    }                                                                                                                  \
  } while (false)
