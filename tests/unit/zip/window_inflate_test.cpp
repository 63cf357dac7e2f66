// Inflating where memory comes when it is touched: the same bytes as ever, and every way out.
#include "orchestrator/zip/window_inflate.hpp"
#include "tests/support/catch.hpp"

#include <libdeflate.h>

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace wheelforge;
using namespace wheelforge::zip;

namespace {

using End = WindowResult::End;

constexpr std::size_t kPiece = std::size_t{1} << 20U; // of the implementation

/// Long and short matches, and stretches that do not deflate at all.
std::string mixed_bytes(std::size_t size) {
  std::mt19937 random(11);
  std::string bytes;
  while (bytes.size() < size) {
    const auto value = static_cast<unsigned>(random());
    if (value % 64 == 0) {
      for (unsigned i = 0; i < 90'000; ++i) {
        bytes.push_back(static_cast<char>(random()));
      }
    } else if (value % 4 == 0 && bytes.size() > 40'000) {
      bytes.append(bytes.substr(bytes.size() - 1 - value % 32'768, value % 258 + 1));
    } else {
      bytes.append(value % 300 + 1, static_cast<char>(value >> 8U));
    }
  }
  bytes.resize(size);
  return bytes;
}

std::string deflated(const std::string& data, int level) {
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(level);
  std::string packed(libdeflate_deflate_compress_bound(compressor, data.size()), '\0');
  packed.resize(libdeflate_deflate_compress(compressor, data.data(), data.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(compressor);
  return packed;
}

struct Decompressor {
  libdeflate_decompressor* it = libdeflate_alloc_decompressor();
  Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { libdeflate_free_decompressor(it); }
};

std::unique_ptr<ByteSource> source_of(const std::string& bytes) {
  return ByteSource::memory({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()});
}

/// A file that has become shorter: whatever lies behind `end` cannot be read.
class CutSource final : public ByteSource {
public:
  CutSource(const std::string& bytes, std::size_t end) : ByteSource(bytes.size()), bytes_(bytes), end_(end) {}

private:
  Result<std::span<const std::byte>> fetch(std::uint64_t offset, std::size_t size,
                                           std::span<std::byte> /*scratch*/) const override {
    if (offset + size > end_) {
      return fail("it ends at {}", end_);
    }
    return std::span(reinterpret_cast<const std::byte*>(bytes_.data()) + offset, size);
  }
  const std::string& bytes_;
  std::size_t end_;
};

} // namespace

TEST_CASE("a window shows the bytes that libdeflate makes, in order, each once") {
  const std::size_t size = GENERATE(1U, 70'000U, kPiece - 1, kPiece, kPiece + 1, 3 * kPiece + 12'345U, 9 * kPiece);
  const int level = GENERATE(0, 1, 6, 12);
  const std::string data = mixed_bytes(size);
  const std::string packed = "before" + deflated(data, level) + "behind";
  const auto source = source_of(packed);
  Decompressor decompressor;
  std::string seen;
  std::size_t longest = 0;
  const auto result = inflate_in_window(decompressor.it, {*source, 6, packed.size() - 12, size}, [&](auto piece) {
    seen.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    longest = std::max(longest, piece.size());
    return true;
  });
  REQUIRE(result);
  REQUIRE(*result);
  CHECK((*result)->end == End::done);
  CHECK((*result)->sent == size);
  CHECK(seen == data);
  CHECK(longest <= 2 * kPiece);
}

TEST_CASE("a sink that has enough ends it, and the next one begins anew") {
  const std::string data = mixed_bytes(5 * kPiece);
  const std::string packed = deflated(data, 6);
  const auto source = source_of(packed);
  const PackedRange range{*source, 0, packed.size(), data.size()};
  Decompressor decompressor;
  for (int round = 0; round < 3; ++round) {
    std::uint64_t seen = 0;
    const auto stopped = inflate_in_window(decompressor.it, range, [&](auto piece) {
      seen += piece.size();
      return seen < 2 * kPiece;
    });
    REQUIRE(stopped);
    REQUIRE(*stopped);
    CHECK((*stopped)->end == End::stopped);
    CHECK((*stopped)->sent == seen);
    CHECK(seen < data.size());
  }
  const auto whole = inflate_in_window(decompressor.it, range, [](auto /*piece*/) { return true; });
  REQUIRE(whole);
  REQUIRE(*whole);
  CHECK((*whole)->end == End::done);
}

TEST_CASE("sizes that lie and data that ends or is none are told apart") {
  const std::string data = mixed_bytes(3 * kPiece);
  const std::string packed = deflated(data, 6);
  Decompressor decompressor;
  const auto inflate = [&](const std::string& bytes, std::uint64_t size) {
    const auto source = source_of(bytes);
    const auto result =
        inflate_in_window(decompressor.it, {*source, 0, bytes.size(), size}, [](auto /*piece*/) { return true; });
    REQUIRE(result);
    REQUIRE(*result);
    return (*result)->end;
  };
  CHECK(inflate(packed, data.size() - 1) == End::too_much_data);
  CHECK(inflate(packed, data.size() + 1) == End::too_little_data);
  CHECK(inflate(packed, std::uint64_t{1} << 33U) == End::too_little_data);
  CHECK(inflate(packed.substr(0, packed.size() / 2), data.size()) == End::invalid_data);
  CHECK(inflate("\xff" + packed, data.size()) == End::invalid_data);
}

TEST_CASE("what cannot be read is the source's error, with as many bytes as came before") {
  const std::string data = mixed_bytes(6 * kPiece);
  const std::string packed = deflated(data, 0);
  const CutSource source(packed, 3 * kPiece);
  Decompressor decompressor;
  std::uint64_t seen = 0;
  const auto result = inflate_in_window(decompressor.it, {source, 0, packed.size(), data.size()}, [&](auto piece) {
    seen += piece.size();
    return true;
  });
  REQUIRE(result);
  REQUIRE_FALSE(*result);
  CHECK(result->error().message.find("it ends at 3145728") != std::string::npos);
  CHECK(seen <= 3 * kPiece);
}

TEST_CASE("what a sink throws comes out, and a sink cannot open a window itself") {
  const std::string data = mixed_bytes(3 * kPiece);
  const std::string packed = deflated(data, 6);
  const auto source = source_of(packed);
  const PackedRange range{*source, 0, packed.size(), data.size()};
  Decompressor decompressor;
  CHECK_THROWS_WITH(
      inflate_in_window(decompressor.it, range, [](auto /*piece*/) -> bool { throw std::runtime_error("too much"); }),
      "too much");
  bool is_refused = false;
  Decompressor inner;
  const auto outer = inflate_in_window(decompressor.it, range, [&](auto /*piece*/) {
    is_refused = is_refused || !inflate_in_window(inner.it, range, [](auto /*piece*/) { return true; });
    return true;
  });
  REQUIRE(outer);
  CHECK(*outer);
  CHECK(is_refused);
}

TEST_CASE("threads have windows of their own") {
  const std::string data = mixed_bytes(4 * kPiece + 1);
  const std::string packed = deflated(data, 6);
  const auto source = source_of(packed);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      Decompressor decompressor;
      for (int round = 0; round < 5; ++round) {
        std::string seen;
        const auto result =
            inflate_in_window(decompressor.it, {*source, 0, packed.size(), data.size()}, [&](auto piece) {
              seen.append(reinterpret_cast<const char*>(piece.data()), piece.size());
              return true;
            });
        right += static_cast<int>(result && *result && (*result)->end == End::done && seen == data);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(right == 20);
}
