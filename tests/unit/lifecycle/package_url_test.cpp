// Package URLs in their parts, and what they tell of where a package comes from.
#include "orchestrator/lifecycle/component.hpp"
#include "orchestrator/lifecycle/package_url.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <tuple>
#include <vector>

using namespace wheelforge;
using namespace wheelforge::lifecycle;

TEST_CASE("a purl is taken apart and its escapes are resolved") {
  const auto url = parse_package_url("pkg:rpm/almalinux/libstdc%2B%2B@8.5.0-28.el8_10?arch=x86_64&epoch=1#abc");
  REQUIRE(url);
  CHECK(url->type == "rpm");
  CHECK(url->name_space == "almalinux");
  CHECK(url->name == "libstdc++");
  CHECK(url->full_version() == "1:8.5.0-28.el8_10");
  CHECK(url->qualifier("arch") == "x86_64");
  CHECK(url->subpath == "abc");
  CHECK(parse_package_url("pkg:npm/%40scope/name@1.0")->name_space == "@scope");
  CHECK(parse_package_url("pkg:golang/github.com/a/b@v1")->name_space == "github.com/a");
}

TEST_CASE("what is no purl is refused") {
  for (const char* wrong :
       {"", "rpm/x/y@1", "pkg:", "pkg:rpm", "pkg:/x", "pkg:rpm/", "pkg:rpm/a%2/b", "pkg:rpm/a/b@%zz"}) {
    INFO(wrong);
    CHECK_FALSE(parse_package_url(wrong));
  }
}

TEST_CASE("the release of a distribution's package is read from its version or its qualifiers") {
  for (const auto& [purl, ecosystem, distribution] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"pkg:rpm/almalinux/openssl-libs@1.1.1k-15.el8_6", "AlmaLinux:8", "almalinux-8"},
           {"pkg:rpm/rocky/zlib@1.2.11-40.el9", "Rocky Linux:9", "rockylinux-9"},
           {"pkg:rpm/redhat/zlib@1.2.11-40.el9", "Red Hat:9", "rhel-9"},
           {"pkg:rpm/centos/pcre@8.32-17.el7", "", "centos-7"},
           {"pkg:deb/debian/libssl1.1@1.1.1w-0%2Bdeb11u1", "Debian:11", "debian-11"},
           {"pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?distro=debian-12", "Debian:12", "debian-12"},
           {"pkg:deb/debian/zlib1g@1?distro=bookworm", "Debian:12", "debian-12"},
           {"pkg:deb/ubuntu/zlib1g@1?distro=ubuntu-22.04", "Ubuntu:22.04", "ubuntu-22.04"},
           {"pkg:apk/alpine/libcrypto3@3.3.2-r0?distro=alpine-3.20.3", "Alpine:v3.20", "alpine-3.20"},
           {"pkg:cargo/ring@0.17.8",
            "crates"
            ".io",
            ""},
           {"pkg:pypi/pillow@13.0.0", "PyPI", ""},
           {"pkg:generic/openssl@3.5.0", "", ""}}) {
    INFO(purl);
    const PackageBase base = base_of(*parse_package_url(purl), "");
    CHECK(base.ecosystem == ecosystem);
    CHECK(base.distribution == distribution);
    CHECK_FALSE(base.assumed);
  }
}

TEST_CASE("a release that nothing tells is the image's, and said to be assumed") {
  const PackageBase base = base_of(*parse_package_url("pkg:apk/alpine/libxau@1.0.12-r0"), "alpine-3.22");
  CHECK(base == PackageBase{"Alpine:v3.22", "alpine-3.22", true});
  CHECK(base_of(*parse_package_url("pkg:apk/alpine/libxau@1.0.12-r0"), "debian-11") == PackageBase{});
}

TEST_CASE("the source of a binary package is known where names differ") {
  CHECK(source_package(*parse_package_url("pkg:deb/debian/libssl1.1@1.1.1w-0+deb11u1")) == "openssl");
  CHECK(source_package(*parse_package_url("pkg:deb/debian/libgcc-s1@12.2.0-14?distro=debian-12")) == "gcc-12");
  CHECK(source_package(*parse_package_url("pkg:deb/debian/libgcc-s1@14.2.0-19?distro=debian-13")) == "gcc-14");
  CHECK(source_package(*parse_package_url("pkg:apk/alpine/libcrypto3@3.3.2-r0")) == "openssl");
  CHECK(source_package(*parse_package_url("pkg:deb/debian/libx9@1?upstream=x@2")) == "x");
  CHECK(source_package(*parse_package_url("pkg:deb/debian/libnever9@1")).empty());
}
