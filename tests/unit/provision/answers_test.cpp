// What pip and APT answer: installation reports, lines of addresses, and options that choose for another machine.
#include "orchestrator/provision/apt.hpp"
#include "orchestrator/provision/pip.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace wheelforge;
using namespace wheelforge::provision;

TEST_CASE("a line of APT is a package with version, size and hash, and other lines are none") {
  const std::string hash(64, 'a');
  const auto part =
      parse_apt_line("'http://x/pool/l/libz3_4.8-3.1_amd64.deb' libz3-4_1%3a4.8-3.1_amd64.deb 123 SHA256:" + hash);
  REQUIRE(part);
  CHECK(part->name == "libz3-4");
  CHECK(part->version == "1:4.8-3.1");
  CHECK(part->file == "libz3-4_1%3a4.8-3.1_amd64.deb");
  CHECK(part->size_bytes == 123);
  CHECK(part->sha256 == hash);
  for (const char* line : {"", "Reading package lists...", "'http://x/y.deb' y_1_amd64.deb 12 MD5Sum:00",
                           "'http://x/y.deb' y.deb 12 SHA256:00", "'http://x/y.deb' y_1_amd64.deb 1x SHA256:00"}) {
    CHECK_FALSE(parse_apt_line(line));
  }
}

TEST_CASE("Debian's archive is read off the sources where APT has no lists") {
  CHECK(archive_of_source("'http://mirror.test/debian/dists/bookworm/InRelease' mirror.test_debian_InRelease 0 ") ==
        "http://mirror.test/debian");
  CHECK_FALSE(archive_of_source("'http://mirror.test/debian-security/dists/bookworm-security/InRelease' x 0"));
  CHECK_FALSE(archive_of_source("'http://mirror.test/ubuntu/dists/noble/InRelease' x 0"));
  CHECK_FALSE(archive_of_source("http://mirror.test/debian/dists/"));
  CHECK_FALSE(archive_of_source(""));
}

TEST_CASE("pip's report gives each wheel by name, version and hash, in the older spelling too") {
  const auto parts = parse_pip_report(R"({"install": [
    {"metadata": {"name": "mkl", "version": "2026.2.0"}, "download_info": {"url": "https://x/mkl-2026.2.0+a-py3-none-any.whl#f",
     "archive_info": {"hashes": {"sha256": "aa"}}}},
    {"metadata": {"name": "tbb", "version": "1"}, "download_info": {"url": "https://x/tbb-1%2Bb-py3-none-any.whl",
     "archive_info": {"hash": "sha256=bb"}}}]})");
  REQUIRE(parts);
  REQUIRE(parts->size() == 2);
  CHECK(parts->at(0).first.file == "mkl-2026.2.0+a-py3-none-any.whl");
  CHECK(parts->at(0).first.sha256 == "aa");
  CHECK(parts->at(1).first.file == "tbb-1+b-py3-none-any.whl");
  CHECK(parts->at(1).first.sha256 == "bb");
  CHECK_FALSE(parse_pip_report("{}"));
  CHECK_FALSE(parse_pip_report("not JSON"));
  CHECK_FALSE(parse_pip_report(R"({"install": [{"metadata": {"name": "x"}}]})"));
}

TEST_CASE("pip chooses for the cell's architecture, whatever this machine is") {
  const auto options = pip_platform_options(tags::Architecture::aarch64);
  const auto has = [&](const char* word) { return std::find(options.begin(), options.end(), word) != options.end(); };
  CHECK(has("manylinux2014_aarch64"));
  CHECK(has("manylinux_2_17_aarch64"));
  CHECK_FALSE(has("manylinux_2_5_aarch64"));
  CHECK(std::none_of(options.begin(), options.end(),
                     [](const std::string& one) { return one.find("x86_64") != std::string::npos; }));
}
