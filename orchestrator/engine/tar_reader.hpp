// Reads a tar stream that a container wrote, piece by piece, and trusts nothing in it.
#pragma once

#include "orchestrator/base/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wheelforge::engine {

/// One regular file of the stream, its name relative and without "..".
struct TarFile {
  std::string path;
  std::uint64_t size_bytes = 0;
  bool executable = false;
};

/// Who receives the files: begin, any number of bytes, end, for each.
struct TarVisitor {
  std::function<Result<void>(const TarFile&)> begin;
  std::function<Result<void>(std::string_view)> bytes;
  std::function<Result<void>()> end;
};

/// Takes a tar stream (ustar, pax, GNU long names) in pieces of any size. Folders are passed over; a link, device,
/// fifo, absolute name or ".." is refused (invalid_data), as are members larger than `limit_bytes` in sum.
class TarReader {
public:
  TarReader(TarVisitor visitor, std::uint64_t limit_bytes);
  ~TarReader();
  TarReader(TarReader&&) noexcept;

  [[nodiscard]] Result<void> feed(std::string_view bytes);
  /// Says whether the stream was whole.
  [[nodiscard]] Result<void> finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace wheelforge::engine
