// The shell text of a test; pure.
#include "orchestrator/wheeltest/test_spec.hpp"

#include "orchestrator/matrix/shell_text.hpp"

#include "embedded/wheeltest/observe.hpp"

#include <fmt/core.h>

namespace wheelforge::wheeltest {
namespace {

/// Commands in which a distribution or an image may keep an interpreter, best first.
std::string interpreter_candidates(const matrix::Interpreter& python) {
  const std::string version = tags::dotted_version(python.tag);
  if (python.tag.is_cpython()) {
    return fmt::format("/opt/python/{}/bin/python python{}{}", matrix::folder_of(python), version,
                       python.is_free_threaded ? "t" : "");
  }
  return fmt::format("/opt/python/{}/bin/python pypy{}", matrix::folder_of(python), version);
}

std::string quoted_words(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += " " + matrix::quoted(word);
  }
  return text;
}

std::string joined_with_comma(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ",") + word;
  }
  return text;
}

matrix::Placeholders placeholders_of(const TestSpec& spec) {
  return {
      {"project", spec.project}, {"package", spec.package}, {"wheel", fmt::format("{}/{}", kTestFolder, spec.wheel)}};
}

/// What every script of the test begins with once the virtual environment is there.
std::string activation(const TestSpec& spec) {
  return fmt::format("set -e\nexport VIRTUAL_ENV={0} PATH={0}/bin:$PATH:{1}\nunset PYTHONHOME || true\n{2}",
                     kTestEnvironment, kToolsFolder, matrix::export_lines(spec.environment));
}

} // namespace

std::string install_script(const TestSpec& spec, bool needs_index) {
  const std::string wheel = fmt::format("{}/{}", kTestFolder, spec.wheel);
  const std::string requirement =
      spec.extras.empty() ? wheel : fmt::format("{}[{}]", wheel, joined_with_comma(spec.extras));
  std::string script = fmt::format("set -e\nPATH={0}/first:$PATH:{0}\npython=\n", kToolsFolder);
  if (spec.has_tar) {
    script += "tar -xf - -C / && cat >/dev/null\n"; // tar stops reading before the end
  }
  script += fmt::format("for candidate in {}; do\n"
                        "  if command -v \"$candidate\" >/dev/null 2>&1; then python=$candidate; break; fi\n"
                        "done\n",
                        interpreter_candidates(spec.python));
  if (spec.oldest_minor) {
    script +=
        fmt::format("if [ -z \"$python\" ] && python3 -c 'import sys; sys.exit(sys.implementation.name != \"cpython\" "
                    "or not (3, {}) <= sys.version_info < (4,))' 2>/dev/null; then python=python3; fi\n",
                    *spec.oldest_minor);
  }
  script += fmt::format("[ -n \"$python\" ] || {{ echo 'no {} here' >&2; exit {}; }}\n", matrix::to_string(spec.python),
                        kNoPython);
  script += fmt::format("if command -v uv >/dev/null 2>&1; then\n"
                        "  uv venv --quiet --python \"$python\" {0}\n  install='uv pip install'\n"
                        "else\n"
                        "  \"$python\" -m venv {0}\n  install='python -m pip install'\n"
                        "fi\n",
                        kTestEnvironment);
  script += activation(spec);
  if (!spec.before.empty()) {
    script += fmt::format("cd {}/sources\n{}\n{}", kTestFolder,
                          matrix::fill_placeholders(matrix::joined(spec.before), placeholders_of(spec)),
                          matrix::kEndOnFailure);
  }
  script += fmt::format("$install{} {}{}\n", needs_index ? "" : " --no-index", matrix::quoted(requirement),
                        quoted_words(spec.requirements));
  return script;
}

std::string observe_script(const TestSpec& spec) {
  return activation(spec) + fmt::format("cd {}\nexec python -c {} {}\n", kTestFolder,
                                        matrix::quoted(embedded::observe()), matrix::quoted(spec.observed_project));
}

std::string command_script(const TestSpec& spec) {
  return activation(spec) + fmt::format("cd {}/sources\n", kTestFolder) +
         matrix::fill_placeholders(matrix::joined(spec.command), placeholders_of(spec)) + "\n";
}

std::string install_and_command_script(const TestSpec& spec, bool needs_index) {
  return fmt::format("sh -c {} || exit $?\necho {} >&2\nexec sh -c {}\n",
                     matrix::quoted(install_script(spec, needs_index)), matrix::quoted(kInstalled),
                     matrix::quoted(command_script(spec)));
}

} // namespace wheelforge::wheeltest
