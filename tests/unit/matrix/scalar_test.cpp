// Small notations: what they read, what they refuse, and that they print what they read.
#include "orchestrator/matrix/scalar.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::matrix;
using std::chrono::seconds;

TEST_CASE("a duration is units in falling order") {
  CHECK(parse_duration("90s") == seconds(90));
  CHECK(parse_duration("30m") == seconds(1800));
  CHECK(parse_duration("1h30m") == seconds(5400));
  CHECK(parse_duration("1000h") == seconds(3600000));
  const auto bad = GENERATE(values<const char*>(
      {"", "30", "m", "30m1h", "1h1h", "-1h", "0s", "1.5h", "30 m", "1001h", "99999999999999999999h", "1h ", "+1h"}));
  INFO(bad);
  CHECK_FALSE(parse_duration(bad));
}

TEST_CASE("a duration is shown as it is read") {
  const auto text = GENERATE(values<const char*>({"1s", "59s", "1m", "1m1s", "1h", "1h1s", "6h", "23h59m59s"}));
  CHECK(show_duration(*parse_duration(text)) == text);
}

TEST_CASE("a size has a binary or a decimal unit") {
  CHECK(parse_size("4GiB") == 4294967296);
  CHECK(parse_size("1.5GiB") == 1610612736);
  CHECK(parse_size("512MiB") == 536870912);
  CHECK(parse_size("4GB") == 4000000000);
  CHECK(show_size(4294967296) == "4GiB");
  CHECK(show_size(1610612736) == "1536MiB");
  CHECK(show_size(4000000000) == "3906250KiB");
  const auto bad = GENERATE(
      values<const char*>({"", "4", "4G", "GiB", "4 GiB", "-4GiB", "0GiB", "1KiB", "1e3GiB", "nanGiB", "99999999TiB"}));
  INFO(bad);
  CHECK_FALSE(parse_size(bad));
}

TEST_CASE("a place to test in is the same image, a distribution, an image, or what the wheel reaches") {
  CHECK(to_string(*parse_test_place("same")) == "same");
  CHECK(parse_test_place("debian-12")->kind == TestPlace::Kind::distribution);
  CHECK(parse_test_place("alpine-3.22")->name == "alpine-3.22");
  CHECK(to_string(*parse_test_place("image:quay.io/a/b:1")) == "image:quay.io/a/b:1");
  CHECK(parse_test_place("reach")->kind == TestPlace::Kind::reach);
  CHECK(to_string(*parse_test_place("reach")) == "reach");
  const auto bad = GENERATE(values<const char*>({"", "debian", "debian-", "-12", "Debian-12", "image:", "image:a b"}));
  INFO(bad);
  CHECK_FALSE(parse_test_place(bad));
}
