// OSV's advisories: what is read, what is refused, and which versions a range holds.
#include "orchestrator/lifecycle/advisory.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace wheelforge;
using namespace wheelforge::lifecycle;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string advisory(const std::string& more) {
  return R"({"id": "TEST-1", "modified": "2026-01-02T03:04:05Z")" + more + "}";
}

AffectedPackage package(const std::string& ecosystem, const std::string& events,
                        const std::string& type = "ECOSYSTEM") {
  const auto read = parse_advisories(advisory(R"(, "affected": [{"package": {"ecosystem": ")" + ecosystem +
                                              R"(", "name": "p"}, "ranges": [{"type": ")" + type + R"(", "events": )" +
                                              events + "}]}]"));
  REQUIRE(read);
  return read->front().affected.front();
}

} // namespace

TEST_CASE("an advisory's names, severity and packages are read") {
  const auto read = parse_advisories(R"({"id": "ALSA-1", "modified": "2026-06-17T09:39:53Z",
    "summary": "Important: openssl security update", "related": ["CVE-2", "CVE-1"], "aliases": ["CVE-1"],
    "affected": [{"package": {"ecosystem": "AlmaLinux:8", "name": "openssl-libs"},
                  "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1:1.1.1k-16.el8_6"}]}]}]})");
  REQUIRE(read);
  REQUIRE(read->size() == 1);
  const Advisory& one = read->front();
  CHECK(one.aliases == std::vector<std::string>{"CVE-1", "CVE-2"});
  CHECK(one.severity == Severity::high);
  CHECK(one.affected.front().name == "openssl-libs");
  CHECK(one.affected.front().ranges.front().events.back() == RangeEvent{EventKind::fixed, "1:1.1.1k-16.el8_6"});
}

TEST_CASE("lists of advisories and answers of a query are read too") {
  CHECK(parse_advisories("[" + advisory("") + "," + advisory("") + "]")->size() == 2);
  CHECK(parse_advisories("{\"vulns\": [" + advisory("") + "]}")->size() == 1);
  CHECK(parse_advisories("[]")->empty());
}

TEST_CASE("a scored severity is the worst that is said") {
  const auto read = parse_advisories(advisory(
      R"(, "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}], "database_specific": {"severity": "MODERATE"})"));
  CHECK(read->front().severity == Severity::high);
}

TEST_CASE("what breaks the schema is named with the advisory and the member") {
  for (const auto& [json, wanted] : std::vector<std::pair<std::string, std::string>>{
           {"{\"id\": \"X\", \"modi", "not JSON"},
           {"7", "wanted an object"},
           {"{\"modified\": \"2026-01-02T03:04:05Z\"}", "id is missing"},
           {"{\"id\": \"X\"}", "advisory X: modified is missing"},
           {"{\"id\": \"X\", \"modified\": \"yesterday\"}", "modified is \"yesterday\""},
           {"{\"id\": \"X\", \"modified\": \"2026-99-01T00:00:00Z\"}", "modified is \"2026-99-01T00:00:00Z\""},
           {"{\"id\": \"X\", \"modified\": \"2026-02-30T00:00:00Z\"}", "wanted a time such as"},
           {"{\"id\": \"X\", \"modified\": \"2026-02-03T24:00:00Z\"}", "wanted a time such as"},
           {advisory(", \"affected\": {}"), "affected is {}"},
           {advisory(", \"affected\": [{\"package\": {\"ecosystem\": \"Debian\"}}]"), "name is missing"},
           {advisory(", \"affected\": [{\"ranges\": [{\"type\": \"TIME\", \"events\": [{}]}]}]"), "ranges.type"},
           {advisory(", \"affected\": [{\"ranges\": [{\"type\": \"GIT\"}]}]"), "ranges.events"},
           {advisory(", \"affected\": [{\"ranges\": [{\"type\": \"GIT\", \"events\": [{\"a\": \"b\"}]}]}]"),
            "one of introduced"},
           {advisory(", \"aliases\": [1]"), "aliases"},
           {"{\"vulns\": 1}", "vulns is 1"}}) {
    INFO(json);
    const auto read = parse_advisories(json);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::invalid_data);
    CHECK_THAT(read.error().message, ContainsSubstring(wanted));
  }
}

TEST_CASE("a version is affected from where it was introduced until it is fixed") {
  const AffectedPackage one = package("AlmaLinux:8", R"([{"introduced": "0"}, {"fixed": "1:1.1.1k-16.el8_6"}])");
  CHECK(is_affected(one, "1.1.1k-15.el8_6") == AffectedVerdict{Affected::yes, "1:1.1.1k-16.el8_6", ""});
  CHECK(is_affected(one, "1.1.1k-16.el8_6").affected == Affected::no);
  CHECK(is_affected(one, "1:1.1.1k-15.el8_6").affected == Affected::yes);
}

TEST_CASE("events count by their versions and not by their places") {
  const AffectedPackage one =
      package("PyPI", R"([{"fixed": "2.0.3"}, {"introduced": "2.0"}, {"fixed": "1.5"}, {"introduced": "1.0"}])");
  for (const auto& [version, affected] : std::vector<std::pair<std::string, Affected>>{{"0.9", Affected::no},
                                                                                       {"1.0", Affected::yes},
                                                                                       {"1.4.9", Affected::yes},
                                                                                       {"1.5", Affected::no},
                                                                                       {"1.9", Affected::no},
                                                                                       {"2.0", Affected::yes},
                                                                                       {"2.0.3", Affected::no}}) {
    INFO(version);
    CHECK(is_affected(one, version).affected == affected);
  }
  CHECK(is_affected(one, "1.2").fixed == "1.5");
}

TEST_CASE("last_affected includes its version, and a limit ends what is spoken of") {
  const AffectedPackage last = package("PyPI", R"([{"introduced": "1.0"}, {"last_affected": "1.3"}])");
  CHECK(is_affected(last, "1.3").affected == Affected::yes);
  CHECK(is_affected(last, "1.3.1").affected == Affected::no);
  CHECK(is_affected(last, "1.3").fixed.empty());
  const AffectedPackage limited = package("PyPI", R"([{"introduced": "1.0"}, {"limit": "2.0"}])");
  CHECK(is_affected(limited, "1.9").affected == Affected::yes);
  CHECK(is_affected(limited, "2.0").affected == Affected::no);
}

TEST_CASE("nothing is concluded from commits alone, from unknown orders and from what is no version") {
  CHECK(is_affected(package("GIT", R"([{"introduced": "0"}, {"fixed": "abc"}])", "GIT"), "1.0").affected ==
        Affected::undecided);
  CHECK(is_affected(package("Packagist", R"([{"introduced": "0"}, {"fixed": "2"}])"), "1.0").affected ==
        Affected::undecided);
  const AffectedVerdict strange = is_affected(package("PyPI", R"([{"introduced": "0"}, {"fixed": "2"}])"), "1.x.y");
  CHECK(strange.affected == Affected::undecided);
  CHECK_THAT(strange.reason, ContainsSubstring("1.x.y"));
}

TEST_CASE("listed versions are affected whatever the ranges say") {
  AffectedPackage one = package("Packagist", R"([{"introduced": "9"}])");
  one.versions = {"1.0", "1.1"};
  CHECK(is_affected(one, "1.1").affected == Affected::yes);
  CHECK(is_affected(one, "1.2").affected == Affected::no);
}
