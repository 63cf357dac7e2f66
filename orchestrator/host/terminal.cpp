// Asks the terminal and the environment what may be shown.
#include "orchestrator/host/terminal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace wheelforge::host {
namespace {

bool is_set(const EnvironmentReader& environment, std::string_view name) {
  const auto value = environment(name);
  return value && !value->empty();
}

bool is_on(const EnvironmentReader& environment, std::string_view name) {
  return is_set(environment, name) && *environment(name) != "0";
}

int positive_number(std::string_view name, int otherwise) {
  const auto text = environment_variable(name);
  int number = 0;
  if (text) {
    std::from_chars(text->data(), text->data() + text->size(), number);
  }
  return number > 0 ? number : otherwise;
}

bool is_utf8_locale() {
  for (const std::string_view name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (auto value = environment_variable(name); value && !value->empty()) {
      std::transform(value->begin(), value->end(), value->begin(),
                     [](unsigned char letter) { return letter >= 'a' && letter <= 'z' ? letter - 32 : letter; });
      return value->find("UTF-8") != std::string::npos || value->find("UTF8") != std::string::npos;
    }
  }
  return false;
}

} // namespace

std::optional<std::string> environment_variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool wants_color(ColorChoice choice, bool is_terminal, const EnvironmentReader& environment) {
  if (choice != ColorChoice::automatic) {
    return choice == ColorChoice::always;
  }
  if (is_set(environment, "NO_COLOR")) {
    return false;
  }
  if (is_on(environment, "CLICOLOR_FORCE") || is_on(environment, "FORCE_COLOR")) {
    return true;
  }
  return is_terminal && environment("CLICOLOR").value_or("1") != "0" && environment("TERM").value_or("dumb") != "dumb";
}

bool is_ci(const EnvironmentReader& environment) {
  static constexpr std::array kServices = {"GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "TF_BUILD",
                                           "JENKINS_URL",    "CIRCLECI",  "TRAVIS",    "TEAMCITY_VERSION"};
  const auto ci = environment("CI");
  return (ci && !ci->empty() && *ci != "0" && *ci != "false") ||
         std::any_of(kServices.begin(), kServices.end(),
                     [&](std::string_view service) { return is_set(environment, service); });
}

Terminal inspect_terminal(int descriptor, ColorChoice choice) {
  Terminal terminal;
  terminal.is_terminal = ::isatty(descriptor) == 1;
  terminal.columns = positive_number("COLUMNS", terminal.columns);
  terminal.rows = positive_number("LINES", terminal.rows);
  winsize window{};
  if (terminal.is_terminal && ::ioctl(descriptor, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) {
    terminal.columns = window.ws_col;
    terminal.rows = std::max<int>(window.ws_row, 1);
  }
  terminal.color = wants_color(choice, terminal.is_terminal, environment_variable);
  terminal.unicode = is_utf8_locale();
  terminal.is_ci = is_ci(environment_variable);
  terminal.can_repaint =
      terminal.is_terminal && !terminal.is_ci && environment_variable("TERM").value_or("dumb") != "dumb";
  return terminal;
}

} // namespace wheelforge::host
