// Architectures: names there and back.
#include "orchestrator/tags/architecture.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::tags;

TEST_CASE("every architecture is found again by its name") {
  for (const Architecture architecture : kArchitectures) {
    CHECK(find_architecture(to_string(architecture)) == architecture);
  }
  CHECK(kArchitectures.size() == 9);
}

TEST_CASE("an unknown architecture is an error that lists the known ones") {
  const auto parsed = parse_architecture("armv6l");
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().kind == ErrorKind::usage);
  CHECK(parsed.error().message.find("'armv6l' is not one of x86_64, i686") != std::string::npos);
}

TEST_CASE("ppc64 and s390x are the big-endian architectures, armv7l and i686 the 32-bit ones") {
  for (const Architecture architecture : kArchitectures) {
    CHECK(is_big_endian(architecture) == (architecture == Architecture::ppc64 || architecture == Architecture::s390x));
    CHECK((word_bits(architecture) == 32) ==
          (architecture == Architecture::i686 || architecture == Architecture::armv7l));
  }
}
