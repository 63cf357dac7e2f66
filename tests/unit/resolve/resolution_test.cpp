// Claims about the choice among files.
#include "orchestrator/resolve/resolution.hpp"

#include "orchestrator/resolve/case_file.hpp"
#include "orchestrator/resolve/supported_tags.hpp"

#include "tests/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>

using namespace wheelforge;
using namespace wheelforge::resolve;

namespace {

std::string read_golden(const std::string& name) {
  std::ifstream file(std::string(WF_SOURCE_DIR) + "/tests/golden/resolve/" + name);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

InstallTarget target_of(const std::string& pip, const std::string& python, const std::string& glibc,
                        const std::string& machine = "x86_64") {
  TargetFactory factory;
  Result<InstallTarget> target = factory.make({pip, python, platform::Libc::glibc, glibc, machine, {}, {}});
  REQUIRE(target);
  return *target;
}

Resolution choose(const InstallTarget& target, const std::vector<ReleaseFile>& files, const Request& request = {}) {
  Result<Resolution> resolution = resolve::resolve(target, files, request);
  REQUIRE(resolution);
  return *resolution;
}

std::string picked(const InstallTarget& target, const std::vector<ReleaseFile>& files, const Request& request = {}) {
  const Resolution resolution = choose(target, files, request);
  return resolution.picked ? files[*resolution.picked].name : "nothing";
}

Request asking(const std::string& specifier) {
  Request out;
  out.specifier = SpecifierSet::parse(specifier).value();
  return out;
}

} // namespace

TEST_CASE("the files picked and refused equal those of real pips in every recorded case") {
  const std::string name = GENERATE("pip_picks.json", "pip_picks_directed.json");
  const std::string text = read_golden(name);
  const Result<std::vector<ResolveCase>> cases = parse_cases(text);
  REQUIRE(cases);
  const nlohmann::json expected = nlohmann::json::parse(text)["cases"];
  REQUIRE(cases->size() == (name == "pip_picks.json" ? 240 : 73));
  TargetFactory factory;
  for (std::size_t i = 0; i < cases->size(); ++i) {
    const ResolveCase& one = (*cases)[i];
    const Result<InstallTarget> target = factory.make(one.target);
    REQUIRE(target);
    const Resolution resolution = choose(*target, one.files, one.request);
    const nlohmann::json& wanted = expected[i];
    INFO(wanted.dump());
    CHECK((resolution.picked ? nlohmann::json(one.files[*resolution.picked].name) : nlohmann::json()) ==
          wanted["picked"]);
    nlohmann::json refused = nlohmann::json::object();
    for (std::size_t k = 0; k < one.files.size(); ++k) {
      if (is_refusal(resolution.verdicts[k].reason)) {
        refused[one.files[k].name] = resolution.verdicts[k].detail;
      }
    }
    CHECK(refused == wanted["model_refused"]);
  }
}

TEST_CASE("on RHEL 6 pip 19.0 takes manylinux2010 and refuses 2014, and pip 18.1 takes manylinux1") {
  const std::vector<ReleaseFile> files = {{"pkg-1.0-cp27-cp27mu-manylinux1_x86_64.whl"},
                                          {"pkg-1.0-cp27-cp27mu-manylinux2010_x86_64.whl"},
                                          {"pkg-1.0-cp27-cp27mu-manylinux2014_x86_64.whl"}};
  const Result<const platform::Distribution*> rhel6 =
      platform::find_distribution(platform::known_distributions(), "rhel-6");
  REQUIRE(rhel6);
  const Result<Machine> machine = machine_of(**rhel6, "x86_64");
  REQUIRE(machine);
  InstallTarget target{find_pip("19.0").value(), parse_interpreter("2.7").value(), *machine};

  const Resolution with_190 = choose(target, files);
  CHECK(with_190.picked == 1);
  CHECK(with_190.verdicts[0].reason == Reason::worse_tag);
  CHECK(with_190.verdicts[2].reason == Reason::tags);
  CHECK(with_190.verdicts[2].detail == "platform manylinux2014_x86_64");

  target.pip = find_pip("18.1").value();
  const Resolution with_181 = choose(target, files);
  CHECK(with_181.picked == 0);
  CHECK(with_181.verdicts[1].detail == "platform manylinux2010_x86_64");
  CHECK(with_181.verdicts[2].detail == "platform manylinux2014_x86_64");
}

TEST_CASE("a newer source archive beats an older wheel unless binaries are preferred or required") {
  const InstallTarget target = target_of("25.3", "3.11", "2.36");
  const std::vector<ReleaseFile> files = {{"pkg-1.0-py3-none-any.whl"}, {"pkg-1.1.tar.gz"}, {"pkg-1.0.zip"}};
  CHECK(picked(target, files) == "pkg-1.1.tar.gz");
  Request request;
  request.prefer_binary = true;
  CHECK(picked(target, files, request) == "pkg-1.0-py3-none-any.whl");
  CHECK(choose(target, files, request).verdicts[1].reason == Reason::binary_first);
  CHECK(picked(target_of("10.0.1", "3.6", "2.36"), files, request) == "pkg-1.1.tar.gz");
  request = {};
  request.only_binary = true;
  CHECK(choose(target, files, request).verdicts[1].reason == Reason::source);
  CHECK(choose(target, files).verdicts[2].reason == Reason::older);
}

TEST_CASE("a wheel is preferred to a source archive of the same version") {
  const std::vector<ReleaseFile> files = {{"my.pkg-1.0.tar.gz"}, {"my_pkg-1.0-py3-none-any.whl"}};
  Request request;
  request.project = "My-Pkg";
  const Resolution resolution = choose(target_of("26.2", "3.11", "2.36"), files, request);
  CHECK(resolution.picked == 1);
  CHECK(resolution.verdicts[0].reason == Reason::worse_tag);
}

TEST_CASE("yanked files are treated as each era of pip does") {
  const std::vector<ReleaseFile> files = {{"pkg-2.0-py3-none-any.whl", true}, {"pkg-1.0-py3-none-any.whl"}};
  const std::vector<ReleaseFile> only = {{"pkg-2.0-py3-none-any.whl", true}};
  const auto [pip, from_both, from_only] = GENERATE(
      table<std::string, std::string, std::string>({{"19.1.1", "pkg-2.0-py3-none-any.whl", "pkg-2.0-py3-none-any.whl"},
                                                    {"19.2", "pkg-1.0-py3-none-any.whl", "pkg-2.0-py3-none-any.whl"},
                                                    {"20.3.2", "pkg-1.0-py3-none-any.whl", "pkg-2.0-py3-none-any.whl"},
                                                    {"22.0", "pkg-1.0-py3-none-any.whl", "nothing"}}));
  const InstallTarget target = target_of(pip, "3.8", "2.31");
  INFO("pip " << pip);
  CHECK(picked(target, files) == from_both);
  CHECK(picked(target, only) == from_only);
  CHECK(picked(target, only, asking("==2.0")) == "pkg-2.0-py3-none-any.whl");
}

TEST_CASE("pre-releases are taken only where nothing else fits or where they are asked for") {
  const InstallTarget target = target_of("25.3", "3.11", "2.36");
  const std::vector<ReleaseFile> files = {{"pkg-2.0rc1-py3-none-any.whl"}, {"pkg-1.0-py3-none-any.whl"}};
  CHECK(picked(target, files) == "pkg-1.0-py3-none-any.whl");
  CHECK(choose(target, files).verdicts[0].reason == Reason::prerelease);
  CHECK(picked(target, {files[0]}) == "pkg-2.0rc1-py3-none-any.whl");
  CHECK(picked(target, files, asking(">=2.0rc0")) == "pkg-2.0rc1-py3-none-any.whl");
  Request request;
  request.prereleases = true;
  CHECK(picked(target, files, request) == "pkg-2.0rc1-py3-none-any.whl");
}

TEST_CASE("with a specifier pre-releases are the last resort only since pip 26.0") {
  const std::vector<ReleaseFile> files = {{"pkg-2.0rc1-py3-none-any.whl"}};
  CHECK(picked(target_of("25.3", "3.11", "2.36"), files, asking("!=1.0")) == "nothing");
  CHECK(picked(target_of("26.0", "3.11", "2.36"), files, asking("!=1.0")) == files[0].name);
  CHECK(picked(target_of("24.3", "3.11", "2.36"), files, asking(">1.0rc1")) == "nothing");
  CHECK(picked(target_of("25.0", "3.11", "2.36"), files, asking(">1.0rc1")) == files[0].name);
}

TEST_CASE("since pip 26.0 on Python 3.11 === lets other spellings in, and pip gives up where one of them is best") {
  const std::vector<ReleaseFile> files = {{"pkg-1.0-py3-none-any.whl"}, {"pkg-1.0.0-cp313-none-any.whl"}};
  CHECK(picked(target_of("25.3", "3.13", "2.36"), files, asking("===1.0")) == files[0].name);
  CHECK(picked(target_of("26.0", "3.10", "2.36"), {files[0], {"pkg-1.0.0-cp310-none-any.whl"}}, asking("===1.0")) ==
        files[0].name);
  CHECK(picked(target_of("26.0", "3.13", "2.36"), files, asking("===1.0")) == "nothing");
  CHECK(picked(target_of("26.0", "3.13", "2.36"), files, asking("===1.0.0")) == files[1].name);
  CHECK(picked(target_of("26.0", "3.13", "2.36"), {files[1]}, asking("===1.0")) == "nothing");
}

TEST_CASE("Requires-Python counts since pip 9 and what cannot be read is let pass") {
  const std::vector<ReleaseFile> files = {{"pkg-2.0-py3-none-any.whl", false, ">=3.7"}, {"pkg-1.0-py3-none-any.whl"}};
  CHECK(picked(target_of("8.1.2", "3.6", "2.31"), files) == "pkg-2.0-py3-none-any.whl");
  CHECK(picked(target_of("9.0.1", "3.6", "2.31"), files) == "pkg-1.0-py3-none-any.whl");
  CHECK(picked(target_of("9.0.1", "3.6", "2.31"), {{"pkg-2.0-py3-none-any.whl", false, "nonsense"}}) ==
        "pkg-2.0-py3-none-any.whl");
}

TEST_CASE("names that pip does not read are refused with the reason") {
  const InstallTarget target = target_of("25.3", "3.11", "2.36");
  const std::vector<ReleaseFile> files = {{"pkg-1.0-py3-none-any.exe"},    {"pkg-1.0-py3-any.whl"},
                                          {"pkg-1.0-x1-py3-none-any.whl"}, {"my__pkg-1.0-py3-none-any.whl"},
                                          {"pkg-1.0_1-py3-none-any.whl"},  {"pkg-one-py3-none-any.whl"},
                                          {"other-1.0-py3-none-any.whl"}};
  Request request;
  request.project = "pkg";
  const Resolution resolution = choose(target, files, request);
  CHECK_FALSE(resolution.picked);
  for (std::size_t i = 0; i < 6; ++i) {
    INFO(files[i].name);
    CHECK(resolution.verdicts[i].reason == Reason::name);
  }
  CHECK(resolution.verdicts[6].reason == Reason::other_project);
  CHECK(picked(target_of("25.0.1", "3.11", "2.36"), {files[4]}, request) == files[4].name);
  CHECK(choose(target_of("25.2", "3.11", "2.36"), {files[5]}, request).verdicts[0].reason == Reason::version);
}

TEST_CASE("pip 25.1 and 25.2 stop at a name without a build number that only the old pattern takes") {
  const std::vector<ReleaseFile> files = {{"pkg-1.0_1-py3-none-any.whl"}, {"pkg-2.0-py3-none-any.whl"}};
  for (const std::string pip : {"25.1", "25.2"}) {
    const Resolution stopped = choose(target_of(pip, "3.11", "2.36"), files, asking(""));
    CHECK_FALSE(stopped.picked);
    CHECK(stopped.verdicts[1].reason == Reason::stops_pip);
    CHECK(stopped.verdicts[1].detail == "TypeError on pkg-1.0_1-py3-none-any.whl");
    CHECK(picked(target_of(pip, "3.11", "2.36"), files, asking(">=2")) == files[1].name);
  }
  CHECK(picked(target_of("25.0.1", "3.11", "2.36"), files, asking("")) == files[1].name);
  CHECK(picked(target_of("25.3", "3.11", "2.36"), files, asking("")) == files[1].name);
}

TEST_CASE("equal candidates go to the last listed since pip 20.3 and to the first before") {
  const std::vector<ReleaseFile> files = {{"pkg-1.0-py3-none-any.whl"}, {"pkg-1.0.0-py3-none-any.whl"}};
  CHECK(picked(target_of("20.2.4", "3.8", "2.31"), files) == files[0].name);
  CHECK(picked(target_of("20.3", "3.8", "2.31"), files) == files[1].name);
  CHECK(choose(target_of("20.3", "3.8", "2.31"), files).verdicts[0].reason == Reason::tie);
}

TEST_CASE("on Python 2 pip 20.3 still resolves as before") {
  const std::vector<ReleaseFile> files = {{"pkg-1.0-py2-none-any.whl"}, {"pkg-1.0.0-py2-none-any.whl"}};
  CHECK(picked(target_of("20.3.4", "2.7", "2.31"), files) == files[0].name);
}

TEST_CASE("from no files nothing is picked") { CHECK(picked(target_of("26.3", "3.12", "2.36"), {}) == "nothing"); }
