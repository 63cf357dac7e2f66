// The table of codes, and collecting findings.
#include "orchestrator/audit/finding.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace wheelforge::audit;

TEST_CASE("codes are sorted, unique and say everything") {
  const auto codes = finding_codes();
  CHECK(codes.size() > 40);
  CHECK(std::adjacent_find(codes.begin(), codes.end(),
                           [](const FindingCode& a, const FindingCode& b) { return a.name >= b.name; }) == codes.end());
  for (const FindingCode& code : codes) {
    INFO(code.name);
    CHECK(find_code(code.name) == &code);
    CHECK_FALSE(code.title.empty());
    CHECK(code.meaning.back() == '.');
    CHECK_FALSE(code.hint.empty());
  }
  CHECK(find_code("no-such-code") == nullptr);
}

TEST_CASE("docs/manual/findings.md is what the table says") {
  std::ifstream file(WF_SOURCE_DIR "/docs/manual/findings.md");
  std::stringstream text;
  text << file.rdbuf();
  CHECK(text.str() == findings_manual()); // wheelforge explain --all --markdown writes it
}

TEST_CASE("findings come worst first and each once") {
  Findings findings;
  findings.add("relr", "b.so", "two");
  findings.add("debug-info", "", "one");
  findings.add("executable-stack", "a.so", "three");
  findings.add("relr", "b.so", "two");
  const auto sorted = findings.sorted();
  REQUIRE(sorted.size() == 3);
  CHECK(sorted[0].code == "executable-stack");
  CHECK(sorted[0].severity == Severity::error);
  CHECK(sorted[1].code == "debug-info");
  CHECK(findings.has("relr"));
  CHECK_FALSE(findings.has("rpath-dead"));
}

TEST_CASE("severities are found by their names") {
  CHECK(find_severity("warning") == Severity::warning);
  CHECK_FALSE(find_severity("fatal"));
  CHECK(Severity::note < Severity::error);
}
