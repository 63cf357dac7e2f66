// Shell text for containers, checked against a real shell where the claim is about what a shell makes of it.
#include "orchestrator/matrix/shell_text.hpp"
#include "tests/support/catch.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>

using namespace wheelforge::matrix;

namespace {
/// What `sh` prints for a script.
std::string output_of(const std::string& script) {
  const std::string command = "sh -c " + quoted(script);
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  REQUIRE(pipe != nullptr);
  std::string output;
  std::array<char, 256> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    output.append(buffer.data(), count);
  }
  return output;
}
} // namespace

TEST_CASE("a quoted word stands for exactly its text") {
  const std::string text = GENERATE(as<std::string>{}, "", "plain", "it's", "$HOME `date` \"x\" \\n", "two\nlines");
  CHECK(output_of("printf %s " + quoted(text)) == text);
}

TEST_CASE("an expanding word expands variables and commands and nothing else") {
  struct Case {
    std::string text, printed;
  };
  const auto c = GENERATE(values<Case>({
      {"plain", "plain"},
      {"say \"hi\"", "say \"hi\""},
      {"a\\nb", "a\\nb"},
      {"`echo no`", "`echo no`"},
      {"$V-${V}", "v-v"},
      {"$(echo \"a  b\")", "a  b"},
      {"$(echo \"$(echo 'x)')\") \"y\"", "x) \"y\""},
  }));
  CHECK(output_of("V=v; printf %s " + expanding_word(c.text)) == c.printed);
}

TEST_CASE("later assignments see earlier ones, and a failing command ends the script") {
  using wheelforge::matrix::Assignments;
  CHECK(output_of(export_lines(Assignments{{"A", "1"}, {"B", "$A$A"}, {"A", "2"}}) + "printf %s \"$B$A\"") == "112");
  CHECK(output_of("set -e\n" + export_lines(Assignments{{"A", "$(false)"}}) + "echo reached").empty());
}

TEST_CASE("placeholders are filled, escaped ones are kept, unknown ones are left alone") {
  const Placeholders placeholders{{"project", "/project"}, {"wheel", "w.whl"}};
  CHECK(fill_placeholders("pytest {project}/tests {wheel}", placeholders) == "pytest /project/tests w.whl");
  CHECK(fill_placeholders("#{project} {other} {a,b} {", placeholders) == "{project} {other} {a,b} {");
}

TEST_CASE("a placeholder counts only where it would be filled") {
  CHECK(has_placeholder("pytest {project}/tests", "project"));
  CHECK_FALSE(has_placeholder("pytest #{project}", "project"));
  CHECK_FALSE(has_placeholder("pytest {package}", "project"));
}
