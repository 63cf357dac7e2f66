// From file names, hashes, bills and strings to components.
#include "orchestrator/lifecycle/component.hpp"
#include "orchestrator/lifecycle/graft_name.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>

using namespace wheelforge;
using namespace wheelforge::lifecycle;

namespace {

WheelEvidence wheel(std::vector<LibraryEvidence> libraries) {
  WheelEvidence out;
  out.file = "x-1.0-cp312-cp312-manylinux_2_28_x86_64.whl";
  out.project = "x";
  out.version = "1.0";
  out.libraries = std::move(libraries);
  return out;
}

const Component* find(const std::vector<Component>& components, const std::string& name) {
  const auto found = std::find_if(components.begin(), components.end(),
                                  [&](const Component& component) { return component.name == name; });
  return found == components.end() ? nullptr : &*found;
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

const std::string kSsl = "x.libs/libssl-81259c47.so.1.1.1k";

} // namespace

TEST_CASE("a grafted file's name gives back the original one, its hash and its version") {
  CHECK(parse_graft_name("libssl-81259c47.so.1.1.1k") == GraftName{"libssl", "81259c47", "libssl.so.1.1.1k", "1.1.1k"});
  CHECK(parse_graft_name("libopenblasp-r0-59ffcd50.3.15.so")->original == "libopenblasp-r0.3.15.so");
  CHECK(parse_graft_name("libpcre2-8-516f4c9d.so.0.7.1")->base == "libpcre2-8");
  CHECK_FALSE(parse_graft_name("libssl.so.1.1.1k"));
  CHECK_FALSE(parse_graft_name("libx-81259C47.so.1"));
  CHECK_FALSE(parse_graft_name("-81259c47.so"));
  CHECK(version_in_name("libz.so.1.2.11") == "1.2.11");
  CHECK(version_in_name("libfoo.so").empty());
}

TEST_CASE("a bill names the package of the file whose path has the digest") {
  WheelEvidence one = wheel({{kSsl, "", "", "", {}}, {"x.libs/libother-00000000.so.1", "", "", "", {}}});
  const std::string digest = path_digests("libssl.so.1.1.1k").front();
  one.bills = {
      {"x-1.0.dist-info/sboms/auditwheel.cdx.json",
       {"CycloneDX 1.4",
        {{"openssl-libs", "1.1.1k-15.el8_6", "pkg:rpm/almalinux/openssl-libs@1.1.1k-15.el8_6", digest, {}, {}}}},
       ""}};
  const auto components = identify_components(one, {}, "");
  const Component* ssl = find(components, "openssl-libs");
  REQUIRE(ssl != nullptr);
  CHECK(ssl->files == std::vector<std::string>{kSsl});
  CHECK(ssl->means == Means::bill);
  CHECK(ssl->base.ecosystem == "AlmaLinux:8");
  REQUIRE(find(components, "libother") != nullptr);
  CHECK(find(components, "libother")->means == Means::file_name);
}

TEST_CASE("without a bill the hash in the name, then the build-id, then strings tell") {
  const KnownGrafts known({{"81259c47", "libssl.so.1.1.1k", "pkg:rpm/almalinux/openssl-libs@1.1.1k-15.el8_6", "aa11"}});
  CHECK(find(identify_components(wheel({{kSsl, "", "", "", {}}}), known, ""), "openssl-libs")->means == Means::hash);
  const std::string renamed = "x.libs/libssl-00000000.so.1.1.1k";
  CHECK(find(identify_components(wheel({{renamed, "", "aa11", "", {}}}), known, ""), "openssl-libs")->means ==
        Means::build_id);
  const auto said = identify_components(wheel({{renamed, "", "", "", {{"openssl", "1.1.1k"}}}}), known, "");
  CHECK(find(said, "openssl")->means == Means::version_string);
  CHECK(find(said, "openssl")->base.ecosystem.empty());
}

TEST_CASE("another file with the same hash is not taken for the known one") {
  const KnownGrafts known({{"81259c47", "libcrypto.so.1.1.1k", "pkg:rpm/almalinux/openssl-libs@1", ""}});
  CHECK(find(identify_components(wheel({{kSsl, "", "", "", {}}}), known, ""), "openssl-libs") == nullptr);
}

TEST_CASE("a file's own package note names its package") {
  const auto components = identify_components(
      wheel({{kSsl,
              "",
              "",
              R"({"type":"rpm","name":"openssl","version":"3.0.7-6.fc37","osCpe":"cpe:/o:fedoraproject:fedora:37"})",
              {}}}),
      {}, "");
  REQUIRE(find(components, "openssl") != nullptr);
  CHECK(find(components, "openssl")->means == Means::package_note);
  CHECK(find(components, "openssl")->base.distribution == "fedora-37");
}

TEST_CASE("strings in the project's own files tell of what is linked into them") {
  const auto components = identify_components(wheel({{"x/_rust.abi3.so", "", "", "", {{"openssl", "4.0.3"}}}}), {}, "");
  REQUIRE(find(components, "openssl") != nullptr);
  CHECK(find(components, "openssl")->files.front() == "x/_rust.abi3.so");
}

TEST_CASE("the project itself is the first component") {
  const auto components = identify_components(wheel({}), {}, "");
  REQUIRE(components.size() == 1);
  CHECK(components[0].purl == "pkg:pypi/x@1.0");
}

TEST_CASE("a wheel with a bill teaches the hashes of its grafts") {
  WheelEvidence one = wheel({{kSsl, "", "aa11", "", {}}});
  one.bills = {{"b",
                {"",
                 {{"openssl-libs",
                   "1",
                   "pkg:rpm/almalinux/openssl-libs@1-1.el8#x",
                   path_digests("libssl.so.1.1.1k")[2],
                   {},
                   {}}}},
                ""}};
  const auto rows = learn_grafts(one);
  REQUIRE(rows.size() == 1);
  CHECK(to_line(rows[0]) == "81259c47\tlibssl.so.1.1.1k\tpkg:rpm/almalinux/openssl-libs@1-1.el8\taa11\n");
  CHECK(parse_known_grafts("# comment\n" + to_line(rows[0]))->rows() == rows);
}

TEST_CASE("a table of known grafts says which of its lines is wrong") {
  for (const char* wrong : {"81259c47\tx.so\tpkg:rpm/a/b@1", "8125\tx.so\tpkg:rpm/a/b@1\t-", "81259c47\tx.so\tb\t-",
                            "81259c47\tx.so\tpkg:rpm/a/b@1\tzz"}) {
    INFO(wrong);
    const auto rows = parse_known_grafts(std::string("# a\n") + wrong + "\n");
    REQUIRE_FALSE(rows);
    CHECK(rows.error().message.find("line 2") != std::string::npos);
  }
}

TEST_CASE("version strings are found, and look-alikes are not") {
  const auto& marks = known_version_marks();
  const auto found = [&](const std::string& text, const char* file) {
    return find_versions(bytes_of(text), file, marks);
  };
  CHECK(found("xxOpenSSL 1.1.1k  FIPS 25 Mar 2021", "libcrypto.so") ==
        std::vector<FoundVersion>{{"openssl", "1.1.1k"}});
  CHECK(found("OpenSSL 3.5.8 9 Jun 2026", "a.so") == std::vector<FoundVersion>{{"openssl", "3.5.8"}});
  CHECK(found("OpenSSL 1.1.1 or newer is needed", "a.so").empty());
  CHECK(found("deflate 1.2.11 Copyright 1995 inflate 1.2.11 Copyright", "libz.so") ==
        std::vector<FoundVersion>{{"zlib", "1.2.11"}});
  CHECK(found(std::string("\0", 1) + "5.8.4" + std::string("\0", 1), "liblzma.so.5") ==
        std::vector<FoundVersion>{{"xz", "5.8.4"}});
  CHECK(found(std::string("\0", 1) + "5.8.4" + std::string("\0", 1), "libother.so").empty());
  CHECK(found("libcurl/8", "a.so").empty());
  CHECK(found("libcurl/8.12.1", "a.so") == std::vector<FoundVersion>{{"curl", "8.12.1"}});
}

TEST_CASE("a table of version marks says which of its lines is wrong") {
  CHECK_FALSE(parse_version_marks("a|b|c"));
  CHECK_FALSE(parse_version_marks("a||c|d"));
  CHECK(parse_version_marks("# x\na|b||\n")->front() == VersionMark{"a", "b", "", ""});
}
