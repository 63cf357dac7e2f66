// images.lock: reading, printing and changing it.
#include "orchestrator/image/lock.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"

#include <string>

using namespace wheelforge;
using namespace wheelforge::image;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string digest_of(char digit) { return "sha256:" + std::string(64, digit); }

const std::string kGolden = WF_SOURCE_DIR "/tests/golden/image/images.lock";

std::string entry(const std::string& lines) { return "version = 1\n[[image]]\n" + lines; }

const std::string kName = "name = \"quay.io/pypa/x\"\n";
const std::string kTag = "tag = \"1\"\n";
const std::string kDigest = "digest = \"" + digest_of('a') + "\"\n";

} // namespace

TEST_CASE("a lock is printed sorted by name, each image once, and reads back the same") {
  ImageLock lock;
  lock.put({"quay.io/pypa/musllinux_1_2_x86_64", "2026.08.15-1", digest_of('c'), {}});
  lock.put({"quay.io/pypa/manylinux_2_28_x86_64", "2026.06.28-1", digest_of('a'), {}});
  lock.put({"quay.io/pypa/manylinux_2_28_x86_64", "2026.08.15-1", digest_of('b'), {"cp39", "cp314t"}});
  const std::string text = print_lock(lock);
  support::check_golden(kGolden, text);
  CHECK(parse_lock(text, "images.lock") == lock);
  CHECK(lock.find("quay.io/pypa/manylinux_2_28_x86_64")->digest == digest_of('b'));
  CHECK(lock.find("quay.io/pypa/manylinux_2_28") == nullptr);
}

TEST_CASE("an empty lock is a lock") { CHECK(parse_lock("version = 1\n", "images.lock") == ImageLock{}); }

TEST_CASE("a lock with a fault is refused with its place") {
  struct Row {
    std::string text;
    std::string message;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"version = 2\n", "images.lock:1:11: error: version is 2, wanted 1"},
      {"", "version is missing, wanted 1"},
      {"version = ", "images.lock:1:"},
      {"version = 1\nimages = []\n", "unknown key \"images\""},
      {"version = 1\nimage = 3\n", "wanted tables [[image]]"},
      {entry(kName + kTag), "images.lock:2:1: error: digest is missing"},
      {entry(kName + kDigest), "tag is missing"},
      {entry(kTag + kDigest), "name is missing"},
      {entry(kName + kTag + "digest = \"latest\"\n"), "images.lock:5:10: error: digest is \"latest\""},
      {entry("name = \"quay.io/pypa/x:1\"\n" + kTag + kDigest), "without tag and digest"},
      {entry(kName + "tag = \"a b\"\n" + kDigest), "tag is \"a b\""},
      {entry(kName + "tag = 1\n" + kDigest), "tag is an integer, wanted a string"},
      {entry(kName + kTag + kDigest + "pythons = [\"3.12\"]\n"), "pythons has \"3.12\""},
      {entry(kName + kTag + kDigest + "[[image]]\n" + kName + kTag + kDigest), "stands here twice"},
  }));
  const auto lock = parse_lock(row.text, "images.lock");
  REQUIRE_FALSE(lock.has_value());
  CHECK(lock.error().kind == ErrorKind::usage);
  CHECK_THAT(lock.error().message, ContainsSubstring(row.message));
}
