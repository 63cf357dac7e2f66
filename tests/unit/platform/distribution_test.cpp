// Claims about the distribution table.
#include "orchestrator/platform/distribution.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::platform;

TEST_CASE("the built-in table knows glibc, Python and pip of Debian 11") {
  const Result<const Distribution*> found = find_distribution(known_distributions(), "debian-11");
  REQUIRE(found);
  CHECK((*found)->libc == Libc::glibc);
  CHECK((*found)->libc_version == tags::LibcVersion{2, 31});
  CHECK((*found)->python == "3.9.2");
  CHECK((*found)->pip == "20.3.4");
  CHECK((*found)->arches.value().size() == 6);
}

TEST_CASE("a distribution is found by version, codename and the start of its name") {
  const auto [asked, id] = GENERATE(table<std::string, std::string>({{"debian-bullseye", "debian-11"},
                                                                     {"debian:11", "debian-11"},
                                                                     {"debian11", "debian-11"},
                                                                     {"Ubuntu-22.04", "ubuntu-22.04"},
                                                                     {"ubuntu-jammy", "ubuntu-22.04"},
                                                                     {"alma-9", "almalinux-9"},
                                                                     {"centos-stream9", "centos-stream9"},
                                                                     {"alpine-3.22", "alpine-3.22"},
                                                                     {"rhel-6", "rhel-6"}}));
  const Result<const Distribution*> found = find_distribution(known_distributions(), asked);
  INFO(asked);
  REQUIRE(found);
  CHECK((*found)->id() == id);
}

TEST_CASE("an unknown distribution is refused with the known ones as hint") {
  const Result<const Distribution*> version = find_distribution(known_distributions(), "debian-99");
  REQUIRE_FALSE(version);
  CHECK(version.error().kind == ErrorKind::not_found);
  CHECK(version.error().message.find("debian-99") != std::string::npos);
  CHECK(version.error().hint.find("debian-12") != std::string::npos);

  const Result<const Distribution*> name = find_distribution(known_distributions(), "plan9-4");
  REQUIRE_FALSE(name);
  CHECK(name.error().hint.find("ubuntu") != std::string::npos);

  CHECK_FALSE(find_distribution(known_distributions(), ""));
  CHECK_FALSE(find_distribution(known_distributions(), "-"));
}

TEST_CASE("two sources of support dates are kept and the later one is the last day") {
  const Result<const Distribution*> found = find_distribution(known_distributions(), "almalinux-8");
  REQUIRE(found);
  CHECK((*found)->support.ends == "2029-05-31");
  CHECK((*found)->support.ends_pep600 == "2029-03-01");
  CHECK(last_day_of_support((*found)->support) == "2029-05-31");
  CHECK(last_day_of_support(SupportWindow{}) == std::nullopt);
}

TEST_CASE("a broken distribution table says which row and which member") {
  CHECK(parse_distributions("{").error().message == "the distribution table is not JSON");
  CHECK(parse_distributions("[]").error().message == "the distribution table has no list \"distros\"");
  const Result<std::vector<Distribution>> wrong =
      parse_distributions(R"({"distros":[{"distro":"d","version":"1","libc":"uclibc","rolling":false}]})");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message == "distribution 0: libc is \"uclibc\", wanted glibc or musl");
  CHECK_FALSE(parse_distributions(R"({"distros":[3]})"));
}
