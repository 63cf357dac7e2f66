// Claims about whom a release reaches.
#include "orchestrator/resolve/reach.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cmath>

using namespace wheelforge;
using namespace wheelforge::resolve;

namespace {

const std::vector<ReleaseFile> kRelease = {{"p-1-cp39-cp39-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"},
                                           {"p-1-cp39-cp39-manylinux_2_28_x86_64.whl"},
                                           {"p-1-cp312-cp312-manylinux_2_28_x86_64.whl"},
                                           {"p-1.tar.gz"}};

ReachOptions options_for(const std::vector<std::string>& targets) {
  ReachOptions out;
  out.today = "2026-11-23";
  out.targets = targets;
  return out;
}

Reach measure(const std::vector<ReleaseFile>& files, const ReachOptions& options) {
  const Result<Reach> reach =
      measure_reach(files, platform::known_distributions(), platform::known_download_shares(), options);
  REQUIRE(reach);
  return *reach;
}

const ReachRow& row(const Reach& reach, const std::string& distribution, const std::string& python, PipOrigin origin) {
  const auto found = std::find_if(reach.rows.begin(), reach.rows.end(), [&](const ReachRow& one) {
    return one.distribution == distribution && one.python == python && one.origin == origin;
  });
  REQUIRE(found != reach.rows.end());
  return *found;
}

} // namespace

TEST_CASE("every distribution gets the wheel that its pip takes, or the source archive") {
  const Reach reach = measure(kRelease, options_for({"rhel-7", "debian-11", "ubuntu-24.04", "alpine-3.22"}));
  CHECK(row(reach, "debian-11", "3.9", PipOrigin::shipped).policy == "manylinux_2_28");
  CHECK(row(reach, "debian-11", "3.9", PipOrigin::shipped).pip == "20.3.4");
  CHECK(row(reach, "rhel-7", "3.9", PipOrigin::newest).policy == "manylinux_2_17");
  CHECK(row(reach, "rhel-7", "3.12", PipOrigin::newest).outcome == Outcome::sdist);
  CHECK(row(reach, "ubuntu-24.04", "3.12", PipOrigin::shipped).file == kRelease[2].name);
  CHECK(row(reach, "alpine-3.22", "3.12", PipOrigin::newest).outcome == Outcome::sdist);
  CHECK(reach.skipped.contains("rhel-7"));
}

TEST_CASE("the share of installs follows the oldest glibc of each Python's wheels") {
  platform::DownloadShares shares;
  shares.reach["x86_64"] = {{{2, 17}, 100.0}, {{2, 28}, 80.0}};
  shares.python_percent = {{"3.9", 50.0}, {"3.12", 30.0}, {"3.13", 20.0}};
  const Result<Reach> reach =
      measure_reach(kRelease, platform::known_distributions(), shares, options_for({"debian-11"}));
  REQUIRE(reach);
  const double expected = 50.0 + 30.0 * 0.8;
  CHECK(std::abs(reach->percent.at("x86_64") - expected) < 1e-9);
  REQUIRE(reach->tags.size() == 2);
  CHECK(reach->tags[0] == TagReach{"x86_64", "manylinux_2_17", 1, 100.0});
  CHECK(reach->tags[1] == TagReach{"x86_64", "manylinux_2_28", 2, 80.0});
}

TEST_CASE("distributions whose support has ended are left out unless asked for") {
  ReachOptions options = options_for({});
  options.pythons = {parse_interpreter("3.12").value()};
  const auto has = [](const Reach& reach, const std::string& id) {
    return std::any_of(reach.rows.begin(), reach.rows.end(),
                       [&](const ReachRow& one) { return one.distribution == id; });
  };
  const Reach current = measure(kRelease, options);
  CHECK(has(current, "debian-12"));
  CHECK_FALSE(has(current, "centos-6"));
  CHECK_FALSE(has(current, "archlinux-20191105"));
  options.ended = true;
  CHECK(has(measure(kRelease, options), "centos-6"));
}

TEST_CASE("dropping a tag takes both its spellings away and shows who loses") {
  const Result<std::vector<ReleaseFile>> changed = apply_change(kRelease, {{"manylinux2014"}, {}});
  REQUIRE(changed);
  CHECK(*changed == std::vector<ReleaseFile>{kRelease[1], kRelease[2], kRelease[3]});
  const ReachOptions options = options_for({"rhel-7", "debian-11"});
  const std::vector<ReachDifference> lost = compare_reach(measure(kRelease, options), measure(*changed, options));
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].before.distribution == "rhel-7");
  CHECK(lost[0].before.python == "3.9");
  CHECK(lost[0].before.outcome == Outcome::wheel);
  CHECK(lost[0].after.outcome == Outcome::sdist);
}

TEST_CASE("a wheel with several tags keeps those that stay") {
  const Result<std::vector<ReleaseFile>> changed =
      apply_change({{"p-1-2-cp39-abi3-manylinux2010_x86_64.manylinux_2_12_x86_64.manylinux_2_28_x86_64.whl"}},
                   {{"manylinux_2_12_x86_64"}, {}});
  REQUIRE(changed);
  CHECK(changed->front().name == "p-1-2-cp39-abi3-manylinux_2_28_x86_64.whl");
}

TEST_CASE("adding a tag brings a wheel for every Python that is bound to a platform") {
  const Result<std::vector<ReleaseFile>> changed = apply_change(kRelease, {{}, {"manylinux_2_34", "musllinux_1_2"}});
  REQUIRE(changed);
  CHECK(changed->size() == kRelease.size() + 4);
  const auto has = [&](const std::string& name) {
    return std::any_of(changed->begin(), changed->end(), [&](const ReleaseFile& file) { return file.name == name; });
  };
  CHECK(has("p-1-cp39-cp39-manylinux_2_34_x86_64.whl"));
  CHECK(has("p-1-cp312-cp312-musllinux_1_2_x86_64.whl"));
}

TEST_CASE("changes that cannot be made are refused with the tag") {
  CHECK(apply_change(kRelease, {{"manylinux_2_31"}, {}}).error().message ==
        "no wheel of the release has the tag manylinux_2_31");
  CHECK(apply_change(kRelease, {{"win_amd64"}, {}}).error().kind == ErrorKind::usage);
  CHECK(apply_change(kRelease, {{}, {"nonsense"}}).error().message.find("\"nonsense\"") != std::string::npos);
}

TEST_CASE("unknown architectures and distributions are refused") {
  ReachOptions options = options_for({"debian-11"});
  options.arches = {"vax"};
  CHECK_FALSE(measure_reach(kRelease, platform::known_distributions(), platform::known_download_shares(), options));
  CHECK_FALSE(measure_reach(kRelease, platform::known_distributions(), platform::known_download_shares(),
                            options_for({"debian-99"})));
}
