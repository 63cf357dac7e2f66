// Claims about how pip reads file names.
#include "orchestrator/resolve/candidate.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::resolve;

TEST_CASE("a wheel's name is taken apart") {
  const Result<Candidate> one =
      parse_candidate("My_Pkg-1.0-2b-cp36.cp37-abi3-manylinux_2_5_x86_64.manylinux1_x86_64.whl", Names::loose, "");
  REQUIRE(one);
  CHECK(one->kind == FileKind::wheel);
  CHECK(one->project == "my-pkg");
  CHECK(one->version == "1.0");
  CHECK(one->build == BuildNumber{"2", "b", true});
  CHECK(one->tags() == std::vector<std::string>{"cp36-abi3-manylinux1_x86_64", "cp36-abi3-manylinux_2_5_x86_64",
                                                "cp37-abi3-manylinux1_x86_64", "cp37-abi3-manylinux_2_5_x86_64"});
}

TEST_CASE("build numbers are ordered by value and then by text, and none is first") {
  const BuildNumber none;
  const BuildNumber nine{"9", "", true};
  const BuildNumber ten{"10", "", true};
  const BuildNumber ten_a{"10", "a", true};
  CHECK(none < nine);
  CHECK(nine < ten);
  CHECK(ten < ten_a);
  CHECK(parse_candidate("p-1-010-py3-none-any.whl", Names::loose, "")->build == ten);
}

TEST_CASE("a source archive's version begins where the project's name ends") {
  const Result<Candidate> known = parse_candidate("my-pkg-1.0-1.tar.gz", Names::loose, "My.Pkg");
  REQUIRE(known);
  CHECK(known->kind == FileKind::sdist);
  CHECK(known->version == "1.0-1");
  const Result<Candidate> guessed = parse_candidate("my-pkg-1.0.zip", Names::loose, "");
  REQUIRE(guessed);
  CHECK(guessed->project == "my-pkg");
  CHECK(guessed->version == "1.0");
  CHECK_FALSE(parse_candidate("other-1.0.zip", Names::loose, "my-pkg"));
  CHECK_FALSE(parse_candidate("pkg.tar.gz", Names::loose, ""));
}

TEST_CASE("names that stand for too many tags are refused") {
  std::string many = "cp1";
  for (int i = 0; i < 100; ++i) {
    many += ".cp" + std::to_string(i);
  }
  CHECK_FALSE(parse_candidate("p-1-" + many + "-" + many + "-any.whl", Names::loose, ""));
  CHECK(parse_candidate("p-1-" + many + "-none-any.whl", Names::loose, ""));
}

TEST_CASE("tags in upper case are others to the first pips, and the same to the later") {
  const std::string name = "p-1-CP37-Abi3-LINUX_x86_64.whl";
  CHECK(parse_candidate(name, Names::exact, "")->tags() == std::vector<std::string>{"CP37-Abi3-LINUX_x86_64"});
  for (const Names names : {Names::loose, Names::tolerant, Names::strict}) {
    CHECK(parse_candidate(name, names, "")->tags() == std::vector<std::string>{"cp37-abi3-linux_x86_64"});
  }
}

TEST_CASE("the strict rules refuse what the loose ones let pass") {
  const std::string name = GENERATE("my__pkg-1-py3-none-any.whl", "p-1_1-py3-none-any.whl", "p-1-3-none-any.whl",
                                    "p-1-py3-none-.whl", "p~-1-py3-none-any.whl");
  INFO(name);
  CHECK(parse_candidate(name, Names::loose, ""));
  CHECK_FALSE(parse_candidate(name, Names::strict, ""));
  CHECK(parse_candidate(name, Names::tolerant, "")->stops_pip);
}

TEST_CASE("a build number keeps a name that is not spelled as specified from stopping pip 25.1") {
  CHECK_FALSE(parse_candidate("my__pkg-1-2-py3-none-any.whl", Names::tolerant, "")->stops_pip);
  CHECK_FALSE(parse_candidate("my_pkg-1-py3-none-any.whl", Names::tolerant, "")->stops_pip);
}

TEST_CASE("pips before 10 want versions that begin with a digit, and look for one to the right") {
  CHECK_FALSE(parse_candidate("pkg-v1.0-py3-none-any.whl", Names::digit, ""));
  CHECK(parse_candidate("pkg-v1.0-py3-none-any.whl", Names::exact, "")->version == "v1.0");
  const auto hyphenated = parse_candidate("pkg-extra-1.0-py3-none-any.whl", Names::digit, "");
  REQUIRE(hyphenated);
  CHECK(hyphenated->project == "pkg-extra");
  CHECK(hyphenated->version == "1.0");
  CHECK_FALSE(hyphenated->build.present);
  const auto built = parse_candidate("pkg-1.0-2-CP37-none-any.whl", Names::digit, "");
  REQUIRE(built);
  CHECK(built->build.present);
  CHECK(built->tags() == std::vector<std::string>{"CP37-none-any"});
}
