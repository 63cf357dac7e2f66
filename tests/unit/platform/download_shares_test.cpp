// Claims about the snapshot of download statistics.
#include "orchestrator/platform/download_shares.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::platform;

TEST_CASE("the built-in snapshot says how far manylinux_2_28 reaches") {
  const DownloadShares& shares = known_download_shares();
  CHECK(shares.from == "2026-07-11");
  CHECK(shares.reach_of("x86_64", {2, 28}) == 94.389);
  CHECK(shares.reach_of("aarch64", {2, 17}) == 100.0);
  CHECK(shares.old_pips.back().percent.at("20.3") == 1.033);
}

TEST_CASE("a version that is not listed has the reach of the next newer one") {
  const DownloadShares& shares = known_download_shares();
  CHECK(shares.reach_of("x86_64", {2, 29}) == shares.reach_of("x86_64", {2, 31}));
  CHECK(shares.reach_of("x86_64", {2, 99}) == 0.0);
  CHECK(shares.reach_of("vax", {2, 17}) == std::nullopt);
}

TEST_CASE("broken download shares are refused with what was seen") {
  const auto [text, part] = GENERATE(table<std::string, std::string>(
      {{"", "not JSON"},
       {"[]", "array"},
       {R"({"source":"s"})", "last28 is missing"},
       {R"({"source":"s","last28":{"from":"a","to":"b","downloads":1,"downloads_by_cpu":{},"python_percent":{"3.9":101},
           "reach":{}}})",
        "101"},
       {R"({"source":"s","last28":{"from":"a","to":"b","downloads":1,"downloads_by_cpu":{},"python_percent":{},
           "reach":{"x86_64":{"musl":1}}}})",
        "musl"}}));
  const Result<DownloadShares> parsed = parse_download_shares(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().kind == ErrorKind::invalid_data);
  INFO(parsed.error().message);
  CHECK(parsed.error().message.find(part) != std::string::npos);
}
