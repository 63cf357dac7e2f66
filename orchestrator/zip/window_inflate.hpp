// Inflates with libdeflate in bounded memory: what it writes to and reads from comes when it is first touched.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/zip/byte_source.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

struct libdeflate_decompressor;

namespace wheelforge::zip {

/// Where the packed bytes stand, and how many bytes they become.
struct PackedRange {
  const ByteSource& source;
  std::uint64_t offset;
  std::uint64_t packed_size;
  std::uint64_t size;
};

/// What came of inflating in a window.
struct WindowResult {
  enum class End : std::uint8_t { done, stopped, invalid_data, too_much_data, too_little_data };
  End end = End::done;
  std::uint64_t sent = 0; ///< bytes the sink was shown
};

/// Takes the next bytes, valid during the call; false: it has enough.
using WindowSink = std::function<bool(std::span<const std::byte>)>;

/// Inflates the range with libdeflate, which can only write to one block that holds all of the output, and is three
/// times as fast as a decoder that can stop anywhere. The block's addresses are reserved without memory. Each time the
/// decoder first touches the next piece, the processor faults; the handler shows the sink what is finished, moves the
/// memory of a piece that nobody needs any more to where it is wanted, and lets the decoder go on. The same goes for
/// the input. Memory: a few MiB, whatever the sizes (docs/adr/0008-large-members-by-page-faults.md).
///
/// Nothing where it cannot be done (no address space, a sink that inflates in a window itself): use another way. Fails
/// as the source does. One at a time on a thread, any number of threads.
[[nodiscard]] std::optional<Result<WindowResult>> inflate_in_window(libdeflate_decompressor* decompressor,
                                                                    const PackedRange& range, const WindowSink& sink);

} // namespace wheelforge::zip
