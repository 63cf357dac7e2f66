// What pip and APT answer: installation reports, lines of addresses, and options that choose for another machine.
#include "orchestrator/provision/apt.hpp"
#include "orchestrator/provision/pip.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_process_runner.hpp"
#include "tests/support/memory_file_system.hpp"

#include <algorithm>

using namespace wheelforge;
using namespace wheelforge::provision;
using Catch::Matchers::ContainsSubstring;

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

namespace {

/// An APT that answers as the test says when packages are to be resolved.
struct Archive {
  host::MemoryFileSystem files;
  host::FakeProcessRunner runner;

  explicit Archive(host::FakeProcessRunner::Answer update, host::FakeProcessRunner::Answer install = {}) {
    files.files["/usr/share/keyrings/debian-archive-keyring.gpg"] = "keys";
    runner.on({"apt-get", "indextargets"}, {.out = "http://mirror.test/debian/|Debian|bookworm\n"})
        .on({"apt-get", "update"}, std::move(update))
        .on({"apt-get", "install"}, std::move(install));
  }
  [[nodiscard]] Error why() {
    toolchain::Part part;
    part.suite = "bookworm";
    part.components = {"non-free"};
    part.packages = {"nvidia-cuda-toolkit"};
    host::FakeClock clock;
    const Doors doors{files, runner, clock, "/cache", [](const std::string&) {}};
    const auto found = resolve_packages(doors, part, tags::Architecture::x86_64, {});
    return found ? Error{"it resolves", ErrorKind::internal, {}} : found.error();
  }
};

} // namespace

TEST_CASE("packages whose dependencies are unmet are the recipe's affair, with what is unmet") {
  Archive archive({}, {.exit_code = 100,
                       .out = "Reading package lists...\n\nThe following packages have unmet dependencies:\n"
                              " libcuinj64-11.8 : Depends: libcuda1 (>= 520) but it is not installable or\n"
                              "                            libcuda-11.8-1\n"
                              " nvidia-cuda-dev : Depends: libcuda1 (>= 520) but it is not installable\n",
                       .err = "E: Unable to correct problems, you have held broken packages.\n"});
  const Error error = archive.why();
  CHECK(error.kind == ErrorKind::not_found);
  CHECK(error.message ==
        "nvidia-cuda-toolkit of bookworm (non-free) cannot be had from Debian's archive: libcuinj64-11.8 : Depends: "
        "libcuda1 (>= 520) but it is not installable or libcuda-11.8-1, and 1 more with unmet dependencies");
  CHECK_THAT(error.hint, ContainsSubstring("add the components"));
  CHECK(archive.runner.records().back().command.environment.at("LC_ALL") == "C");

  Archive newer({},
                {.exit_code = 100, .err = "E: Unable to satisfy dependencies. Reached two conflicting decisions:\n"});
  CHECK(newer.why().kind == ErrorKind::not_found);
  CHECK_THAT(newer.why().message, ContainsSubstring("Reached two conflicting decisions"));
}

TEST_CASE("what an archive that answers does not have is not there, and one that does not answer may answer later") {
  struct Row {
    const char* err;
    ErrorKind kind;
  };
  const Row row = GENERATE(
      Row{"E: Unable to locate package nvidia-cuda-toolkit\n", ErrorKind::not_found},
      Row{"E: Package 'nvidia-cuda-toolkit' has no installation candidate\n", ErrorKind::not_found},
      Row{"E: Version '1' for 'nvidia-cuda-toolkit' was not found\n", ErrorKind::not_found},
      Row{"E: The repository 'http://mirror.test/debian nosuch Release' does not have a Release file.\n",
          ErrorKind::not_found},
      Row{"E: Failed to fetch http://mirror.test/debian/dists/bookworm/InRelease  Could not connect to mirror.test\n"
          "E: Some index files failed to download. They have been ignored, or old ones used instead.\n",
          ErrorKind::temporary},
      Row{"E: Unable to locate package x\nE: Failed to fetch http://mirror.test/x\n", ErrorKind::temporary},
      Row{"E: The method driver /usr/lib/apt/methods/http died\n", ErrorKind::temporary});
  const bool is_of_update = GENERATE(true, false);
  const host::FakeProcessRunner::Answer answer{.exit_code = 100, .err = row.err};
  Archive archive(is_of_update ? answer : host::FakeProcessRunner::Answer{}, answer);
  const Error error = archive.why();
  CAPTURE(row.err, error.message);
  CHECK(error.kind == row.kind);
  const std::string first(row.err, std::string_view(row.err).find('\n'));
  CHECK_THAT(error.message, ContainsSubstring(first.substr(3)));
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
