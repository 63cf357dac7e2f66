// SHA-256 against the published vectors of FIPS 180-4.
#include "orchestrator/base/sha256.hpp"
#include "tests/support/catch.hpp"

using wheelforge::sha256;

TEST_CASE("sha256 of the published vectors") {
  CHECK(sha256("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("sha256 in base64url has 43 digits and no padding") {
  CHECK(sha256("").base64url() == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
}

TEST_CASE("a stream gives the digest of its pieces joined, and can be used again") {
  wheelforge::Sha256Stream stream;
  stream.update("a");
  stream.update("bc");
  CHECK(stream.finish() == sha256("abc"));
  CHECK(stream.finish() == sha256(""));
}

TEST_CASE("a digest in hexadecimal digits is known by their number and kind") {
  const std::string digest = sha256("").hex();
  CHECK(wheelforge::is_sha256_hex(digest));
  CHECK_FALSE(wheelforge::is_sha256_hex(digest.substr(1)));
  CHECK_FALSE(wheelforge::is_sha256_hex("g" + digest.substr(1)));
  CHECK_FALSE(wheelforge::is_sha256_hex("A" + digest.substr(1)));
}
