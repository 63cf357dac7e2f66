// The few functions behind Error: context, hints, names, and the end of a broken invariant.
#include "orchestrator/base/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace wheelforge {

Error with_context(Error error, std::string_view context) {
  error.message.insert(0, ": ").insert(0, context);
  return error;
}

tl::unexpected<Error> with_hint(tl::unexpected<Error> error, std::string hint) {
  error.value().hint = std::move(hint);
  return error;
}

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::failed:
    return "failed";
  case ErrorKind::usage:
    return "usage";
  case ErrorKind::not_found:
    return "not-found";
  case ErrorKind::invalid_data:
    return "invalid-data";
  case ErrorKind::engine_unavailable:
    return "engine-unavailable";
  case ErrorKind::temporary:
    return "temporary";
  case ErrorKind::disk_full:
    return "disk-full";
  case ErrorKind::cancelled:
    return "cancelled";
  case ErrorKind::internal:
    return "internal";
  }
  return "internal";
}

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "wheelforge: internal error: %s does not hold (%s:%d)\n", condition, file, line);
  std::abort();
}

} // namespace wheelforge
