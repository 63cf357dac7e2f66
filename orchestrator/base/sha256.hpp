// SHA-256 (FIPS 180-4) as a value, over OpenSSL.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace wheelforge {

/// A finished SHA-256 digest: 32 bytes.
struct Sha256 {
  std::array<std::uint8_t, 32> bytes{};

  bool operator==(const Sha256&) const = default;
  auto operator<=>(const Sha256&) const = default;

  /// 64 lower-case hexadecimal digits.
  [[nodiscard]] std::string hex() const;
  /// URL-safe base64 without padding, as RECORD writes it. Source: PEP 427 §The .dist-info directory.
  [[nodiscard]] std::string base64url() const;
};

/// True for what Sha256::hex() gives: 64 lower-case hexadecimal digits.
[[nodiscard]] bool is_sha256_hex(std::string_view text);

/// Digest of one block of bytes.
[[nodiscard]] Sha256 sha256(std::span<const std::byte> bytes);
/// Digest of a text's bytes.
[[nodiscard]] Sha256 sha256(std::string_view text);

/// Digest of bytes that arrive in pieces.
class Sha256Stream {
public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  Sha256Stream& operator=(Sha256Stream&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);
  /// The digest of all bytes so far; the stream starts afresh afterwards.
  [[nodiscard]] Sha256 finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace wheelforge
