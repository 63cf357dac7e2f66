// The rules of colour and of continuous integration, by environment.
#include "orchestrator/host/terminal.hpp"
#include "tests/support/catch.hpp"

#include <map>

using namespace wheelforge::host;

namespace {
EnvironmentReader with(std::map<std::string, std::string, std::less<>> variables) {
  return [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}
} // namespace

TEST_CASE("colour follows --color, then NO_COLOR, then the forcing variables, then the terminal") {
  struct Case {
    ColorChoice choice;
    bool is_terminal;
    std::map<std::string, std::string, std::less<>> variables;
    bool wanted;
  };
  const auto automatic = ColorChoice::automatic;
  const Case rule = GENERATE_COPY(values<Case>({
      {automatic, true, {{"TERM", "xterm"}}, true},
      {automatic, false, {{"TERM", "xterm"}}, false},
      {automatic, true, {{"TERM", "dumb"}}, false},
      {automatic, true, {}, false},
      {automatic, true, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}, false},
      {automatic, true, {{"TERM", "xterm"}, {"NO_COLOR", ""}}, true},
      {automatic, true, {{"TERM", "xterm"}, {"CLICOLOR", "0"}}, false},
      {automatic, false, {{"CLICOLOR_FORCE", "1"}}, true},
      {automatic, false, {{"FORCE_COLOR", "1"}}, true},
      {automatic, false, {{"FORCE_COLOR", "0"}}, false},
      {automatic, false, {{"FORCE_COLOR", "1"}, {"NO_COLOR", "1"}}, false},
      {ColorChoice::always, false, {{"NO_COLOR", "1"}}, true},
      {ColorChoice::never, true, {{"FORCE_COLOR", "1"}}, false},
  }));
  CHECK(wants_color(rule.choice, rule.is_terminal, with(rule.variables)) == rule.wanted);
}

TEST_CASE("a continuous-integration service is known by its variables") {
  CHECK_FALSE(is_ci(with({})));
  CHECK_FALSE(is_ci(with({{"CI", "false"}})));
  CHECK(is_ci(with({{"CI", "true"}})));
  CHECK(is_ci(with({{"BUILDKITE", "true"}})));
}
