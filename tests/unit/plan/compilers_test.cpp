// Which compilers a foreign cell gets.
#include "orchestrator/plan/compilers.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::plan;

namespace {

CompilerQuestion question(const std::string& platform, std::optional<std::string> compiler = std::nullopt,
                          const std::string& setting = "auto") {
  return {setting, tags::Architecture::x86_64, *tags::parse_platform_tag(platform), std::move(compiler)};
}

} // namespace

TEST_CASE("at home the image's own compilers run, whatever the setting; i686 is at home on x86_64") {
  const auto* setting = GENERATE("auto", "native", "emulated");
  CHECK(choose_compilers(question("manylinux_2_28_x86_64", "gcc 14", setting))->compilers == Compilers::own);
  CHECK(choose_compilers(question("manylinux_2_36_i686", "gcc 12", setting))->compilers == Compilers::own);
  CHECK_FALSE(runs_natively(tags::Architecture::i686, tags::Architecture::x86_64));
}

TEST_CASE("native compilers are those of the Debian release with the image's gcc") {
  struct Row {
    const char* compiler;
    const char* release;
  };
  const auto row = GENERATE(Row{"gcc 10.2", "bullseye"}, Row{"gcc 12.2", "bookworm"}, Row{"gcc 14", "trixie"},
                            Row{"gcc 14 (gcc-toolset-14)", "trixie"});
  const auto choice = choose_compilers(question("manylinux_2_28_aarch64", row.compiler));
  REQUIRE(choice);
  CHECK(choice->compilers == Compilers::native);
  CHECK(choice->release == row.release);
  CHECK(release_with_gcc(12) == "bookworm");
  CHECK(release_with_gcc(13).empty());
}

TEST_CASE("another gcc, another compiler and musl are emulated, with the reason") {
  CHECK(choose_compilers(question("manylinux_2_28_s390x", "gcc 13.1"))->why.find("the image has gcc 13.1") == 0);
  CHECK(choose_compilers(question("manylinux_2_28_s390x", "clang 19"))->compilers == Compilers::emulated);
  CHECK(choose_compilers(question("musllinux_1_2_s390x", "gcc 14"))->why.find("musl") != std::string::npos);
}

TEST_CASE("an image of which nothing is known is asked itself") {
  const auto choice = choose_compilers(question("manylinux_2_28_s390x"));
  CHECK(choice->compilers == Compilers::native);
  CHECK(choice->release.empty());
}

TEST_CASE("\"native\" is an error where it cannot be had, \"emulated\" always can") {
  const auto refused = choose_compilers(question("musllinux_1_2_s390x", "gcc 14", "native"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::usage);
  CHECK(refused.error().hint.find("auto") != std::string::npos);
  CHECK(choose_compilers(question("manylinux_2_36_aarch64", "gcc 12", "emulated"))->compilers == Compilers::emulated);
}
