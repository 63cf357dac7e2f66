// The orders of rpm, dpkg, apk and SemVer, as their own tests and manuals have them.
#include "orchestrator/lifecycle/package_version.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace wheelforge;
using namespace wheelforge::lifecycle;

namespace {

/// Holds every pair of an ascending list against its places.
void check_ascending(VersionScheme scheme, const std::vector<std::string>& versions) {
  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (std::size_t k = 0; k < versions.size(); ++k) {
      INFO(versions[i] << " and " << versions[k]);
      const auto order = compare_versions(scheme, versions[i], versions[k]);
      REQUIRE(order);
      CHECK((*order < 0) == (i < k));
      CHECK((*order == 0) == (i == k));
    }
  }
}

} // namespace

TEST_CASE("rpm's order: tildes before, carets after, numbers before words, releases count") {
  check_ascending(VersionScheme::rpm,
                  {"1.0~rc1-1", "1.0~rc1^git1-1", "1.0-1", "1.0^20160101-1", "1.0^20160102-1", "1.0a-1", "1.0.1-1.el8",
                   "1.0.1-1.el8_6.2", "1.0.1-1.el8_10", "1.0.1-2.el8", "1.0.1^git1-1", "1.1.1k-14.el8_6",
                   "1.1.1k-15.el8_6", "1.1.1k-16.el8_6", "1.1.1l-1.el8", "2.0-1", "10.0-1", "20101122-1"});
}

TEST_CASE("rpm separators only separate, and zeros before a number do not count") {
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{
           {"1.0-1", "1_0-1"}, {"1.00-1", "1.0-1"}, {"2.0.1a-1", "2.0.1.a-1"}, {"1+0-1", "1.0-1"}}) {
    INFO(a << " and " << b);
    CHECK((*compare_versions(VersionScheme::rpm, a, b) == 0));
  }
}

TEST_CASE("an rpm epoch counts where both versions have one, and only there") {
  CHECK((*compare_versions(VersionScheme::rpm, "1:1.0-1", "0:2.0-1") > 0));
  CHECK((*compare_versions(VersionScheme::rpm, "1.1.1k-15.el8_6", "1:1.1.1k-16.el8_6") < 0));
  CHECK((*compare_versions(VersionScheme::rpm, "1.1.1k-18.el8_6", "1:1.1.1k-17.el8_6") > 0));
}

TEST_CASE("dpkg's order: epochs, tildes, letters before other characters, revisions") {
  check_ascending(VersionScheme::dpkg,
                  {"0.9-1", "1.0~beta1~svn1245-1", "1.0~beta1-1", "1.0-1~bpo11+1", "1.0-1", "1.0-1+deb11u1",
                   "1.0-1+deb11u2", "1.0-1+deb11u10", "1.0-2", "1.0a-1", "1.0+dfsg-1", "1.1.1n-0+deb11u5",
                   "1.1.1w-0+deb11u1", "1.2.11-1", "1.10-1", "1:0.1-1", "1:0.2-1", "10:0"});
  CHECK((*compare_versions(VersionScheme::dpkg, "1.0", "0:1.0-0") == 0));
  CHECK((*compare_versions(VersionScheme::dpkg, "1.0-1-2", "1.0-1-10") < 0));
}

TEST_CASE("apk's order: suffixes before and after a release, letters, revisions") {
  check_ascending(VersionScheme::apk,
                  {"1.0_alpha", "1.0_alpha2",      "1.0_beta", "1.0_pre1",  "1.0_rc1",  "1.0_rc2",  "1.0",   "1.0-r1",
                   "1.0-r10",   "1.0_git20240101", "1.0_p1",   "1.0_p2-r1", "1.0a",     "1.0b",     "1.0.1", "1.02",
                   "1.1",       "1.2.3",           "1.2.11",   "1.10",      "3.3.2-r0", "3.3.2-r1", "10"});
}

TEST_CASE("SemVer's order of pre-releases; builds do not count and a v is allowed") {
  check_ascending(VersionScheme::semver,
                  {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
                   "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0", "2.0.0"});
  CHECK((*compare_versions(VersionScheme::semver, "v1.2", "1.2.0+build.5") == 0));
}

TEST_CASE("what is no version of the scheme is said to be none, whichever side it stands on") {
  for (const auto& [scheme, wrong] :
       std::vector<std::pair<VersionScheme, std::string>>{{VersionScheme::rpm, ""},
                                                          {VersionScheme::rpm, "x:1.0-1"},
                                                          {VersionScheme::rpm, "1.0 1"},
                                                          {VersionScheme::dpkg, "a:1"},
                                                          {VersionScheme::dpkg, ""},
                                                          {VersionScheme::dpkg, "-1"},
                                                          {VersionScheme::dpkg, "1:-1"},
                                                          {VersionScheme::apk, "1.0-rc1"},
                                                          {VersionScheme::apk, "1..0"},
                                                          {VersionScheme::apk, "1.0_x1"},
                                                          {VersionScheme::apk, "v1.0"},
                                                          {VersionScheme::semver, "x"},
                                                          {VersionScheme::semver, "1.0.0_1"},
                                                          {VersionScheme::semver, "1.2.3."},
                                                          {VersionScheme::semver, "1.2."},
                                                          {VersionScheme::semver, "1.2.3.-rc1"},
                                                          {VersionScheme::semver, "1.2.3.4"},
                                                          {VersionScheme::semver, "1.0.0-a..b"},
                                                          {VersionScheme::semver, "1.0.0-a."},
                                                          {VersionScheme::semver, "1.0.0-.a"},
                                                          {VersionScheme::pep440, "1.0-x-y"}}) {
    INFO(wrong);
    CHECK_FALSE(compare_versions(scheme, wrong, "1.0"));
    CHECK_FALSE(compare_versions(scheme, "1.0", wrong));
  }
}

TEST_CASE("each ecosystem has its order, with and without a release") {
  CHECK(scheme_of("AlmaLinux:8") == VersionScheme::rpm);
  CHECK(scheme_of("Rocky Linux:9") == VersionScheme::rpm);
  CHECK(scheme_of("Debian") == VersionScheme::dpkg);
  CHECK(scheme_of("Ubuntu:22.04:LTS") == VersionScheme::dpkg);
  CHECK(scheme_of("Alpine:v3.22") == VersionScheme::apk);
  CHECK(scheme_of("PyPI") == VersionScheme::pep440);
  CHECK(scheme_of("crates"
                  ".io") == VersionScheme::semver);
  CHECK_FALSE(scheme_of("Packagist"));
}
