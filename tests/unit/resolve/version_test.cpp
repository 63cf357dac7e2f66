// Claims about PEP 440 versions and specifiers.
#include "orchestrator/resolve/version.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::resolve;

namespace {

Version version(const std::string& text) {
  const Result<Version> parsed = parse_version(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

} // namespace

TEST_CASE("versions are ordered as PEP 440 says") {
  const std::vector<std::string> ascending = {"1.dev0",        "1.0.dev456",    "1.0a1",
                                              "1.0a2.dev456",  "1.0a12.dev456", "1.0a12",
                                              "1.0b1.dev456",  "1.0b2",         "1.0b2.post345.dev456",
                                              "1.0b2.post345", "1.0rc1.dev456", "1.0rc1",
                                              "1.0",           "1.0+abc.5",     "1.0+abc.7",
                                              "1.0+5",         "1.0+10",        "1.0.post456.dev34",
                                              "1.0.post456",   "1.0.15",        "1.1.dev1",
                                              "1.10",          "1!0.1"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      INFO(ascending[i] << " and " << ascending[k]);
      CHECK((version(ascending[i]) < version(ascending[k])) == (i < k));
      CHECK((version(ascending[i]) == version(ascending[k])) == (i == k));
    }
  }
}

TEST_CASE("one version has several spellings") {
  const auto [a, b] = GENERATE(table<std::string, std::string>({{"1.0", "1"},
                                                                {"v1.0", "1.0.0"},
                                                                {"1.0alpha1", "1.0a1"},
                                                                {"1.0-Beta_2", "1.0b2"},
                                                                {"1.0c", "1.0rc0"},
                                                                {"1.0preview3", "1.0rc3"},
                                                                {"1.0-1", "1.0.post1"},
                                                                {"1.0r4", "1.0.post4"},
                                                                {"1.0-rev.4", "1.0.post4"},
                                                                {"1.0DEV", "1.0.dev0"},
                                                                {" 1.0 ", "1.0"},
                                                                {"1.0+Ubuntu-1", "1.0+ubuntu.1"},
                                                                {"01.002", "1.2"}}));
  INFO(a << " and " << b);
  CHECK(version(a) == version(b));
}

TEST_CASE("what is no version is refused with the text") {
  const std::string text = GENERATE("", "one", "1.", "1..2", "1.0+", "1.0+a+b", "1.0 1", "1.0a1b1", ".1", "1!",
                                    "99999999999999999999", "1.0.post1.post2", "-1");
  const Result<Version> parsed = parse_version(text);
  INFO(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().kind == ErrorKind::usage);
}

TEST_CASE("specifiers take and refuse versions as PEP 440 says") {
  const auto [specifier, text, taken] =
      GENERATE(table<std::string, std::string, bool>({{"", "1.0", true},
                                                      {">=3.7", "3.7", true},
                                                      {">=3.7", "3.6.15", false},
                                                      {">=3.7,<4", "4.0", false},
                                                      {"!=3.0.*,>=2.7", "3.0.1", false},
                                                      {"!=3.0.*,>=2.7", "3.1", true},
                                                      {"==3.8.*", "3.8.18", true},
                                                      {"==3.8.*", "3.80", false},
                                                      {"==1.0", "1.0.0", true},
                                                      {"==1.0", "1.0+local", true},
                                                      {"==1.0+local", "1.0", false},
                                                      {"~=2.2", "2.9", true},
                                                      {"~=2.2", "3.0", false},
                                                      {"~=2.2.0", "2.2.9", true},
                                                      {"~=2.2.0", "2.3", false},
                                                      {"~=2.2.post3", "2.3", true},
                                                      {"===1.0", "1.0", true},
                                                      {"===1.0", "1.0.0", false},
                                                      {"===1.0", "v1.0", true},
                                                      {"===1.0.post1", "1.0-1", true},
                                                      {"===1.0+a.1", "1.0+A.01", true},
                                                      {"<2.0", "2.0rc1", false},
                                                      {"<2.0rc2", "2.0rc1", true},
                                                      {">1.7", "1.7.post1", false},
                                                      {">1.7", "1.7.1", true},
                                                      {">1.7.post2", "1.7.post3", true},
                                                      {"<=1.0", "1.0+local", true},
                                                      {">1.0", "1.0+local", false},
                                                      {" >= 3.8 , < 3.9 ", "3.8.1", true}}));
  const Result<SpecifierSet> parsed = SpecifierSet::parse(specifier);
  INFO(specifier << " and " << text);
  REQUIRE(parsed);
  CHECK(parsed->contains(version(text)) == taken);
}

TEST_CASE("broken specifiers are refused with the clause") {
  const std::string text = GENERATE("3.7", ">=", "=>3.7", "~=3", ">=3.7.*", ">=3.7 <4", "===");
  const Result<SpecifierSet> parsed = SpecifierSet::parse(text);
  INFO(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().message.find("specifier") == 0);
}

TEST_CASE("only == without a wildcard and === pin") {
  CHECK(SpecifierSet::parse("==1.0")->is_pinned());
  CHECK(SpecifierSet::parse(">=1,===1.0")->is_pinned());
  CHECK_FALSE(SpecifierSet::parse("==1.*")->is_pinned());
  CHECK_FALSE(SpecifierSet::parse("<=1.0")->is_pinned());
}
