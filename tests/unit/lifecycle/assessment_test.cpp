// Vulnerable, none known, or not known and why: never clean by silence.
#include "orchestrator/lifecycle/assessment.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace wheelforge;
using namespace wheelforge::lifecycle;
using Catch::Matchers::ContainsSubstring;

namespace {

const Date kToday = *parse_date("2026-11-25");

std::string advisory(const std::string& id, const std::string& ecosystem, const std::string& name,
                     const std::string& fixed, const std::string& more = "") {
  return R"({"id": ")" + id + R"(", "modified": "2026-06-17T09:39:53Z", "summary": "Important: x")" + more +
         R"(, "affected": [{"package": {"ecosystem": ")" + ecosystem + R"(", "name": ")" + name +
         R"("}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": ")" + fixed + R"("}]}]}]})";
}

AdvisoryDatabase database(const std::vector<std::string>& texts) {
  AdvisoryDatabase out;
  std::vector<Advisory> advisories;
  for (const std::string& text : texts) {
    auto read = parse_advisories(text);
    REQUIRE(read);
    advisories.push_back(read->front());
  }
  out.add({"test", "", "", 0, ""}, std::move(advisories));
  return out;
}

Component component(const std::string& purl) {
  const auto url = parse_package_url(purl);
  REQUIRE(url);
  Component out;
  out.name = url->name;
  out.version = url->full_version();
  out.purl = purl;
  out.source = source_package(*url);
  out.base = base_of(*url, "");
  out.means = Means::bill;
  return out;
}

Assessment assessed(const std::string& purl, const AdvisoryDatabase& with) {
  return assess(component(purl), with, platform::known_distributions(), kToday);
}

} // namespace

TEST_CASE("an unfixed package is vulnerable with every advisory, a fixed one has none") {
  const auto with = database({advisory("ALSA-1", "AlmaLinux:8", "openssl-libs", "1:1.1.1k-16.el8_6"),
                              advisory("ALSA-2", "AlmaLinux:8", "openssl-libs", "1:1.1.1k-17.el8_6"),
                              advisory("ALSA-3", "AlmaLinux:9", "openssl-libs", "9:9-9.el9")});
  const Assessment old = assessed("pkg:rpm/almalinux/openssl-libs@1.1.1k-15.el8_6", with);
  CHECK(old.state == VulnerabilityState::vulnerable);
  REQUIRE(old.vulnerabilities.size() == 2);
  CHECK(old.vulnerabilities[0].id == "ALSA-1");
  CHECK(old.vulnerabilities[0].severity == Severity::high);
  CHECK(assessed("pkg:rpm/almalinux/openssl-libs@1.1.1k-16.el8_6", with).vulnerabilities.size() == 1);
  const Assessment fresh = assessed("pkg:rpm/almalinux/openssl-libs@1.1.1k-18.el8_6", with);
  CHECK(fresh == Assessment{VulnerabilityState::none_known, "", {}});
}

TEST_CASE("a package of a base out of support is unknown, and what is known of it is still said") {
  const Assessment silent = assessed("pkg:rpm/centos/pcre@8.32-17.el7", database({}));
  CHECK(silent.state == VulnerabilityState::unknown);
  CHECK(silent.reason == "its base centos-7 is out of support since 2024-06-30");

  const auto with = database({advisory("DSA-1", "Debian:10", "openssl", "1.1.1n-0+deb10u7")});
  const Assessment fixed = assessed("pkg:deb/debian/libssl1.1@1.1.1n-0+deb10u8?distro=debian-10", with);
  CHECK(fixed.state == VulnerabilityState::unknown);
  CHECK_THAT(fixed.reason, ContainsSubstring("out of support since 2024-06-30"));
  const Assessment old = assessed("pkg:deb/debian/libssl1.1@1.1.1n-0+deb10u1?distro=debian-10", with);
  CHECK(old.state == VulnerabilityState::vulnerable);
  CHECK_THAT(old.reason, ContainsSubstring("out of support"));
}

TEST_CASE("without a database that speaks of the base nothing is clean") {
  const auto with = database({advisory("ALSA-3", "AlmaLinux:9", "openssl-libs", "9:9-9.el9")});
  const Assessment none = assessed("pkg:rpm/almalinux/openssl-libs@1.1.1k-15.el8_6", with);
  CHECK(none.state == VulnerabilityState::unknown);
  CHECK(none.reason == "no database of advisories for AlmaLinux:8 was given");
}

TEST_CASE("Debian's advisories are found by the source package") {
  const auto with = database({advisory("DSA-1", "Debian:12", "openssl", "3.0.20-1~deb12u1")});
  CHECK(assessed("pkg:deb/debian/libssl3@3.0.19-1~deb12u1?distro=debian-12", with).state ==
        VulnerabilityState::vulnerable);
  CHECK(assessed("pkg:deb/debian/libssl3@3.0.20-1~deb12u1?distro=debian-12", with).state ==
        VulnerabilityState::none_known);
  const Assessment unheard = assessed("pkg:deb/debian/libnever9@1.0-1?distro=debian-12", with);
  CHECK(unheard.state == VulnerabilityState::unknown);
  CHECK_THAT(unheard.reason, ContainsSubstring("source packages"));
}

TEST_CASE("a version that cannot be compared is unknown") {
  const auto with = database({advisory("ALSA-1", "AlmaLinux:8", "x", "1-1.el8")});
  const Assessment strange = assessed("pkg:rpm/almalinux/x@1 0.el8", with);
  CHECK(strange.state == VulnerabilityState::unknown);
  CHECK_THAT(strange.reason, ContainsSubstring("ALSA-1 cannot be decided"));
}

TEST_CASE("withdrawn advisories are against nothing, but their feed speaks of the base") {
  const auto with =
      database({advisory("ALSA-1", "AlmaLinux:8", "x", "2-1.el8", R"(, "withdrawn": "2026-07-01T00:00:00Z")")});
  CHECK(assessed("pkg:rpm/almalinux/x@1-1.el8", with).state == VulnerabilityState::none_known);
}

TEST_CASE("what belongs to no package is unknown unless a database lists upstream releases") {
  Component built;
  built.name = "openssl";
  built.version = "3.0.1";
  built.means = Means::version_string;
  const auto& distributions = platform::known_distributions();
  CHECK(assess(built, database({}), distributions, kToday).state == VulnerabilityState::unknown);
  const auto with = database({advisory("OSV-1", "OSS-Fuzz", "openssl", "3.0.2")});
  CHECK(assess(built, with, distributions, kToday).state == VulnerabilityState::vulnerable);
  built.version = "3.0.2";
  CHECK(assess(built, with, distributions, kToday).state == VulnerabilityState::none_known);
  built.means = Means::file_name;
  CHECK(assess(built, with, distributions, kToday).state == VulnerabilityState::unknown);
}

TEST_CASE("ecosystems are compared by their release") {
  CHECK(normalized_ecosystem("Ubuntu:22.04:LTS") == "Ubuntu:22.04");
  CHECK(normalized_ecosystem("Ubuntu:Pro:FIPS:16.04:LTS") == "Ubuntu:16.04");
  CHECK(normalized_ecosystem("Red Hat:enterprise_linux:8::baseos") == "Red Hat:8");
  CHECK(normalized_ecosystem("Red Hat:rhel_aus:8.4::appstream") == "Red Hat:rhel_aus:8.4::appstream");
  CHECK(normalized_ecosystem("Debian:11") == "Debian:11");
}
