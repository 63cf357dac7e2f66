// Commands in words.
#include "orchestrator/host/process_runner.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::host;

TEST_CASE("shell_text quotes what a shell would change, and nothing else") {
  CHECK(shell_text(std::vector<std::string>{"docker", "exec", "-w", "/a b", "C=$x", "it's", "", "a=b,c:d@e"}) ==
        R"(docker exec -w '/a b' 'C=$x' 'it'\''s' '' a=b,c:d@e)");
}

TEST_CASE("require_success shows the command, how it ended and the last ten lines") {
  Command command;
  command.argv = {"make", "all"};
  ProcessResult result;
  CHECK(require_success(command, result));

  result.exit_code = 2;
  for (int i = 1; i <= 12; ++i) {
    result.err += "line " + std::to_string(i) + "\n";
  }
  const auto failed = require_success(command, result, ErrorKind::temporary);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == ErrorKind::temporary);
  CHECK(failed.error().message ==
        "make all ended with exit code 2: line 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\nline 10\nline "
        "11\nline 12");

  result = {};
  result.exit_code = 139;
  result.signal = 11;
  CHECK(require_success(command, result).error().message == "make all was killed by signal 11: it said nothing");

  result.cancelled = true;
  CHECK(require_success(command, result).error().kind == ErrorKind::cancelled);
}
