// Claims about the table of pip's rules.
#include "orchestrator/resolve/pip_rules.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::resolve;

TEST_CASE("every pip from 8.0 to 26.3 is known, oldest first") {
  const std::vector<Pip>& pips = known_pips();
  REQUIRE(pips.size() > 90);
  CHECK(pips.front().version.text == "8.0.0");
  CHECK(pips.back().version.text == "26.3");
  for (std::size_t i = 1; i < pips.size(); ++i) {
    CHECK(pips[i - 1].version < pips[i].version);
  }
}

TEST_CASE("a rule holds until a later one changes it") {
  CHECK(find_pip("18.1")->rules.named_tags.size() == 1);
  CHECK(find_pip("19.0.3")->rules.named_tags.size() == 2);
  CHECK(find_pip("20.1.1")->rules.version_separator == "_");
  CHECK(find_pip("20.3.1")->rules.version_separator == "_");
  CHECK(find_pip("20.3.2")->rules.version_separator.empty());
  CHECK(find_pip("26.2.1")->rules.linux_tag == LinuxTag::last);
  CHECK(find_pip("26.3")->rules.linux_tag == LinuxTag::first);
}

TEST_CASE("a pip that is not listed follows the newest one before it") {
  const Result<Pip> between = find_pip("21.2.99");
  REQUIRE(between);
  CHECK(between->version.text == "21.2.99");
  CHECK(between->rules == find_pip("21.2.4")->rules);
  CHECK(find_pip("99.0")->rules == known_pips().back().rules);
  CHECK_FALSE(find_pip("1.5.6"));
  CHECK_FALSE(find_pip(""));
}

TEST_CASE("a pip starts only on the Pythons that it was made for") {
  const auto runs = [](const std::string& pip, const std::string& python) {
    return find_pip(pip)->runs_on(parse_version(python).value());
  };
  CHECK(runs("9.0.3", "2.6.9"));
  CHECK_FALSE(runs("10.0.1", "2.6.9"));
  CHECK_FALSE(runs("21.0", "2.7.18"));
  CHECK(runs("19.1.1", "3.9.18"));
  CHECK_FALSE(runs("19.1.1", "3.10.0"));
  CHECK_FALSE(runs("23.0.1", "3.12.0"));
  CHECK(runs("23.2", "3.12.0"));
  CHECK_FALSE(runs("24.1", "3.7.17"));
  CHECK_FALSE(runs("20.0", "3.8.18")); // its import fails everywhere
}

TEST_CASE("a broken table of rules is refused with what was seen") {
  const auto [text, part] = GENERATE(table<std::string, std::string>(
      {{"{", "rules"},
       {R"({"rules":[],"releases":[{"pip":7}]})", "pip"},
       {R"({"rules":[{"since":"1","tie":"both"}],"releases":[{"pip":"2"}]})", "both"},
       {R"({"rules":[{"since":"1","colour":"red"}],"releases":[{"pip":"2"}]})", "colour"},
       {R"({"rules":[{"since":"1","musllinux":1}],"releases":[{"pip":"2"}]})", "musllinux"},
       {R"({"rules":[{"since":"1","named_tags":[{"name":"x"}]}],"releases":[{"pip":"2"}]})", "named_tags"}}));
  const Result<std::vector<Pip>> parsed = parse_pip_rules(text);
  REQUIRE_FALSE(parsed);
  INFO(parsed.error().message);
  CHECK(parsed.error().message.find(part) != std::string::npos);
}
