// Toolchains fetched: held against their hashes, unpacked whole or not at all, once.
#include "orchestrator/provision/provision.hpp"

#include "orchestrator/base/sha256.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_process_runner.hpp"
#include "tests/support/zip_builder.hpp"

#include <fstream>

using namespace wheelforge;
using namespace wheelforge::provision;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A ZIP archive of those members.
std::string archive_of(const std::vector<std::pair<std::string, std::string>>& members) {
  support::ZipSpec spec;
  for (const auto& [name, text] : members) {
    spec.entries.emplace_back();
    spec.entries.back().name = name;
    spec.entries.back().data = text;
  }
  const auto bytes = support::build_zip(spec);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A toolchain of one archive, a cache on disk, and a curl that brings what the test says.
struct Place {
  std::unique_ptr<host::FileSystem> files = host::make_file_system();
  host::TempFolder folder = host::TempFolder::create(*files, fs::temp_directory_path(), "wf-provision-").value();
  host::FakeProcessRunner runner;
  host::FakeClock clock;
  std::vector<std::string> said;
  toolchain::Recipe recipe;
  toolchain::LockedToolchain locked;

  explicit Place(const std::string& brought, const std::string& wanted) {
    runner.on({"curl"}, host::FakeProcessRunner::Answer{.meanwhile = [this, brought] {
                const host::Command command = runner.records().back().command;
                const auto output = std::find(command.argv.begin(), command.argv.end(), "--output");
                std::ofstream(*(output + 1), std::ios::binary) << brought;
              }});
    recipe.name = "own";
    recipe.version = toolchain::parse_version("1.0").value();
    recipe.title = "Own 1.0";
    recipe.arches = {tags::Architecture::x86_64};
    recipe.root = "own";
    recipe.probe = "bin/cc";
    recipe.links = {{"lib64", "lib"}, {"bin/cc", "never-over-a-file"}};
    recipe.files = {{"bin/wrapper", "#!/bin/sh\n", true}};
    recipe.digest = std::string(64, 'd');
    locked = {"own", recipe.version, tags::Architecture::x86_64, recipe.digest, {}};
    locked.parts = {{toolchain::PartKind::archive, "own.zip", "1.0", "own.zip", sha256(wanted).hex(), wanted.size(),
                     "https://example.org/own.zip"}};
  }

  [[nodiscard]] Doors doors() {
    return {*files, runner, clock, folder.path(), [this](const std::string& line) { said.push_back(line); }};
  }
  /// What stands in the cache's folder of prefixes, but for lock files.
  [[nodiscard]] std::vector<std::string> prefixes() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path() / "toolchains")) {
      if (entry.path().extension() != ".lock") {
        names.push_back(entry.path().filename().string());
      }
    }
    return names;
  }
};

const std::string kGood = archive_of({{"own/bin/cc", "compiler"}, {"own/lib/a.so", "library"}});

} // namespace

TEST_CASE("a toolchain is unpacked with its links and files, and fetched once") {
  Place place(kGood, kGood);
  CHECK_FALSE(is_fetched(place.doors(), place.locked));
  const auto prefix = fetch_toolchain(place.doors(), place.recipe, place.locked, {});
  REQUIRE(prefix);
  CHECK(place.files->read(*prefix / "own/bin/cc").value() == "compiler");
  CHECK(fs::read_symlink(*prefix / "own/lib64") == "lib");
  CHECK((fs::status(*prefix / "own/bin/wrapper").permissions() & fs::perms::owner_exec) != fs::perms::none);
  CHECK(place.prefixes() == std::vector<std::string>{prefix->filename().string()});
  CHECK_THAT(place.said.front(), ContainsSubstring("to download"));
  CHECK(fetch_toolchain(place.doors(), place.recipe, place.locked, {}).value() == *prefix);
  CHECK(place.runner.records().size() == 1);
}

TEST_CASE("a file with another hash leaves nothing behind") {
  Place place(archive_of({{"own/bin/cc", "another"}}), kGood);
  const auto prefix = fetch_toolchain(place.doors(), place.recipe, place.locked, {});
  REQUIRE_FALSE(prefix);
  CHECK(prefix.error().kind == ErrorKind::invalid_data);
  CHECK_THAT(prefix.error().message, ContainsSubstring("the lock says " + sha256(kGood).hex()));
  CHECK(place.prefixes().empty());
}

TEST_CASE("an archive that would leave its folder, or lacks what the recipe probes for, is refused") {
  const std::string outside = archive_of({{"own/bin/cc", "compiler"}, {"../escaped", "x"}});
  Place escaping(outside, outside);
  REQUIRE_FALSE(fetch_toolchain(escaping.doors(), escaping.recipe, escaping.locked, {}));
  CHECK(escaping.prefixes().empty());
  const std::string empty = archive_of({{"own/readme", "x"}});
  Place lacking(empty, empty);
  lacking.recipe.links.clear();
  const auto prefix = fetch_toolchain(lacking.doors(), lacking.recipe, lacking.locked, {});
  REQUIRE_FALSE(prefix);
  CHECK_THAT(prefix.error().message, ContainsSubstring("has no bin/cc"));
  CHECK(lacking.prefixes().empty());
}

TEST_CASE("a toolchain that another run is fetching is waited for") {
  /// Lets go of the lock when it has been waited for twice.
  class Patience final : public host::Clock {
  public:
    explicit Patience(std::unique_ptr<host::FileLock> lock) : lock_(std::move(lock)) {}
    [[nodiscard]] Wall now() const override { return {}; }
    [[nodiscard]] Steady steady() const override { return {}; }
    [[nodiscard]] bool wait(std::chrono::milliseconds, std::stop_token stop) override {
      if (++waits == 2) {
        lock_.reset();
      }
      return !stop.stop_requested();
    }
    int waits = 0;

  private:
    std::unique_ptr<host::FileLock> lock_;
  };
  Place place(kGood, kGood);
  const std::string lock = prefix_path(place.folder.path(), place.locked).string() + ".lock";
  Patience clock(place.files->try_lock(lock, "process 1").value());
  const Doors doors{*place.files, place.runner, clock, place.folder.path(),
                    [&place](const std::string& line) { place.said.push_back(line); }};
  SECTION("until it is through") {
    CHECK(fetch_toolchain(doors, place.recipe, place.locked, {}));
    CHECK(clock.waits == 2);
    CHECK(std::count_if(place.said.begin(), place.said.end(), [](const std::string& line) {
            return line.find("fetched by another run, waiting for it") != std::string::npos &&
                   line.find("process 1") != std::string::npos;
          }) == 1);
  }
  SECTION("unless the user stops it") {
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = fetch_toolchain(doors, place.recipe, place.locked, stop.get_token());
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().kind == ErrorKind::cancelled);
  }
}

TEST_CASE("a lock of another recipe is not fetched") {
  Place place(kGood, kGood);
  place.recipe.digest = std::string(64, 'e');
  const auto prefix = fetch_toolchain(place.doors(), place.recipe, place.locked, {});
  REQUIRE_FALSE(prefix);
  CHECK_THAT(prefix.error().hint, ContainsSubstring("toolchain lock --update"));
  CHECK(place.runner.records().empty());
}
