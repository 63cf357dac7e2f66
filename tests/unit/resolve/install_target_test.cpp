// Claims about interpreters and machines.
#include "orchestrator/resolve/install_target.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::resolve;

TEST_CASE("interpreters are written as version and flags") {
  const std::string text = GENERATE("2.7", "3.12", "3.12.4", "3.13t", "3.12d", "3.14.0td");
  const Result<Interpreter> parsed = parse_interpreter(text);
  REQUIRE(parsed);
  CHECK(to_string(*parsed) == text);
}

TEST_CASE("what is no CPython is refused") {
  const std::string text =
      GENERATE("", "3", "3.", "312", "3.12-t", "3.12tt", "-3.1", "3.99999", "1.5", "3.12t", "3.1.");
  INFO(text);
  CHECK_FALSE(parse_interpreter(text));
}

TEST_CASE("without a micro version the latest known one decides Requires-Python") {
  CHECK(full_version(parse_interpreter("3.12").value()).text == "3.12.14");
  CHECK(full_version(parse_interpreter("3.12.4").value()).text == "3.12.4");
  CHECK(full_version(parse_interpreter("3.99").value()).text == "3.99");
}

TEST_CASE("a distribution's machine has its C library and the word size of the architecture") {
  const auto machine = [](const std::string& id, const std::string& arch) {
    return machine_of(**platform::find_distribution(platform::known_distributions(), id), arch);
  };
  const Result<Machine> arm = machine("debian-12", "armv7l");
  REQUIRE(arm);
  CHECK(arm->bits == Bits::b32);
  CHECK(arm->libc_version == "2.36");
  CHECK(machine("alpine-3.22", "x86_64")->libc == platform::Libc::musl);
  CHECK(machine("rhel-9", "i686").error().message ==
        "rhel-9 is not known on i686, only on aarch64, ppc64le, s390x, x86_64");
  CHECK_FALSE(machine("debian-12", "vax"));
  CHECK_FALSE(machine("sles-12.5", "x86_64"));
}
