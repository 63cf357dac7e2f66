// The scripts that a test container runs.
#include "orchestrator/wheeltest/test_spec.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using Catch::Matchers::Contains;

namespace {
wheeltest::TestSpec spec_for(const std::string& python) {
  wheeltest::TestSpec spec;
  spec.python = *matrix::parse_interpreter(python);
  spec.wheel = "demo-1-cp313-cp313-linux_x86_64.whl";
  return spec;
}
} // namespace

TEST_CASE("the interpreter of an image's /opt/python comes before the distribution's") {
  CHECK_THAT(wheeltest::install_script(spec_for("cp313t"), false),
             Contains("for candidate in /opt/python/cp313-cp313t/bin/python python3.13t; do"));
  CHECK_THAT(wheeltest::install_script(spec_for("cp39"), false),
             Contains("/opt/python/cp39-cp39/bin/python python3.9"));
}

TEST_CASE("a wheel without further needs is installed without an index") {
  CHECK_THAT(wheeltest::install_script(spec_for("cp313"), false),
             Contains("$install --no-index '/wheelforge/test/demo-1-cp313-cp313-linux_x86_64.whl'\n"));
  auto spec = spec_for("cp313");
  spec.extras = {"fast", "all"};
  spec.requirements = {"pytest>=8"};
  CHECK_THAT(wheeltest::install_script(spec, true),
             Contains("$install '/wheelforge/test/demo-1-cp313-cp313-linux_x86_64.whl[fast,all]' 'pytest>=8'\n"));
}

TEST_CASE("before-test runs in that folder too, and its failure is one in whatever line it comes") {
  auto spec = spec_for("cp313");
  spec.before = {"false", "touch here"};
  CHECK_THAT(
      wheeltest::install_script(spec, false),
      Contains("cd /wheelforge/test/sources\nfalse && touch here\nwf_status=$?; [ \"$wf_status\" -eq 0 ] || exit "
               "\"$wf_status\"\n$install"));
}

TEST_CASE("the test command runs in the folder of the test sources with its placeholders filled") {
  auto spec = spec_for("cp313");
  spec.command = {"cd {project}", "pytest {package}/tests {wheel}"};
  spec.project = "/project";
  spec.package = "/project/python";
  CHECK_THAT(wheeltest::command_script(spec),
             Contains("cd /wheelforge/test/sources\ncd /project && pytest /project/python/tests "
                      "/wheelforge/test/demo-1-cp313-cp313-linux_x86_64.whl\n"));
}

TEST_CASE("a wheel for this Python and later ones is tested with the machine's own where it has not this one") {
  auto spec = spec_for("cp39");
  CHECK_THAT(wheeltest::install_script(spec, false), !Contains("python=python3;"));
  spec.oldest_minor = 9;
  CHECK_THAT(wheeltest::install_script(spec, false), Contains("or not (3, 9) <= sys.version_info < (4,)"));
  CHECK_THAT(wheeltest::install_script(spec, false), Contains("then python=python3; fi"));
}

TEST_CASE("installing and testing in one go keeps the two apart") {
  auto spec = spec_for("cp313");
  spec.command = {"echo it's tested"};
  const std::string script = wheeltest::install_and_command_script(spec, false);
  const std::size_t said = script.find(wheeltest::kInstalled);
  CHECK(script.find("$install --no-index") < said);
  CHECK(said < script.find("is tested"));
  CHECK_THAT(script, Contains("|| exit $?\n"));
}

TEST_CASE("files on standard input are unpacked before anything else, and read to their end") {
  auto spec = spec_for("cp313");
  CHECK(wheeltest::install_script(spec, false).find("tar -xf") == std::string::npos);
  spec.has_tar = true;
  const std::string script = wheeltest::install_script(spec, false);
  CHECK(script.find("tar -xf - -C / && cat >/dev/null\n") < script.find("for candidate"));
}
