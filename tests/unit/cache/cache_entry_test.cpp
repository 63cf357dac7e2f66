// Cache entries as bytes.
#include "orchestrator/cache/cache_entry.hpp"
#include "tests/support/catch.hpp"

#include <fmt/core.h>

using namespace wheelforge;
using namespace wheelforge::cache;

namespace {
/// An entry with this JSON and the right digest.
std::string sealed(const std::string& json) {
  return fmt::format("wheelforge-cache-entry 1 {}\n{}", sha256(json).hex(), json);
}

std::string refusal(const std::string& bytes) {
  const auto entry = parse_entry(bytes);
  REQUIRE_FALSE(entry);
  CHECK(entry.error().kind == ErrorKind::invalid_data);
  return entry.error().message;
}
} // namespace

TEST_CASE("an entry comes back as it was written") {
  CacheEntry entry;
  entry.subject = "demo/cp312/build";
  entry.inputs.add("environment", "CFLAGS", "-O2 \"q\"\n");
  entry.files = {{"demo-1.whl", sha256("x"), 1}, {"demo-2.whl", sha256("y"), 18446744073709551615U}};
  entry.facts = {{"policy", "manylinux_2_17"}};
  entry.took = std::chrono::milliseconds(1234);
  CHECK(parse_entry(encode(entry)) == entry);
  CHECK(parse_entry(encode({})) == CacheEntry());
}

TEST_CASE("an entry with the right digest but another shape is refused") {
  CHECK(refusal("") == "cache entry: wanted a first line 'wheelforge-cache-entry 1 SHA256'");
  CHECK(refusal("wheelforge-cache-entry 1 00\n{}") == "cache entry: its 2 bytes do not have the SHA-256 that it gives");
  CHECK(refusal(sealed("{")) == "cache entry: no JSON");
  CHECK(refusal(sealed("[]")) == "cache entry: a field is missing or of another type");
  const std::string head = R"({"subject":"s","took_ms":1,"facts":{},)";
  CHECK(refusal(sealed(head + R"("inputs":[["a","b"]],"files":[]})")) ==
        "cache entry: an input is not [area, name, value]");
  CHECK(refusal(sealed(head + R"("inputs":[],"files":[["n","00",1]]})")) ==
        "cache entry: a file has no plain name or no SHA-256");
  CHECK(refusal(sealed(head + R"("inputs":[],"files":[["n",1,1]]})")) ==
        "cache entry: a file is not [name, sha256, size]");
}

TEST_CASE("a file's name cannot lead out of its folder") {
  for (const char* name : {"", ".", "..", "../x", "a/b", "/etc/passwd"}) {
    CacheEntry entry;
    entry.files = {{name, sha256("x"), 1}};
    CHECK(refusal(encode(entry)) == "cache entry: a file has no plain name or no SHA-256");
  }
}
