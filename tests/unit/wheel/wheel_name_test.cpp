// Wheel file names: parts, versions, what is refused.
#include "orchestrator/wheel/wheel_name.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::wheel;

TEST_CASE("a wheel file name prints as it was written") {
  for (const char* text : {"numpy-2.5.5-cp312-cp312-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
                           "deltalake-0.9.0-1-cp37-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
                           "torch-2.1.0+cu118-cp311-cp311-linux_x86_64.whl", "plumbum-1.6.8-py2.py3-none-any.whl"}) {
    INFO(text);
    const auto name = parse_wheel_name(text);
    REQUIRE(name);
    CHECK(to_string(*name) == text);
  }
}

TEST_CASE("the parts of a wheel file name are found from both ends") {
  const auto name = parse_wheel_name("Foo.Bar_baz-1.0-2b-cp312-abi3-any.whl");
  REQUIRE(name);
  CHECK(name->distribution == "Foo.Bar_baz");
  CHECK(name->normalized_distribution() == "foo-bar-baz");
  CHECK(name->build == "2b");
  CHECK(name->tags.abis.at(0).is_abi3());
}

TEST_CASE("a broken wheel file name is refused with the part that is wrong") {
  struct Case {
    const char* name;
    const char* message;
  };
  for (const Case& c : {Case{"a-1-py3-none-any.zip", ".whl"}, Case{"a-1-py3-any.whl", "4 parts"},
                        Case{"a-1-2-3-py3-none-any.whl", "7 parts"}, Case{"a__b-1-py3-none-any.whl", "'a__b'"},
                        Case{"-1-py3-none-any.whl", "''"}, Case{"a-one-py3-none-any.whl", "'one'"},
                        Case{"a-1-b2-py3-none-any.whl", "'b2'"}, Case{"a-1-py3-none-manylinux_2.whl", "manylinux_2"}}) {
    INFO(c.name);
    const auto name = parse_wheel_name(c.name);
    REQUIRE_FALSE(name);
    CHECK(name.error().kind == ErrorKind::invalid_data);
    CHECK(name.error().message.find(c.message) != std::string::npos);
  }
}

TEST_CASE("versions of every spelling that PEP 440 accepts are valid") {
  for (const char* version : {"1", "1.0", "2!1.0", "v1.0", "1.0a1", "1.0.alpha-1", "1.0rc", "1.0-1", "1.0.post1",
                              "1.0.dev0", "1.0a1.post2.dev3", "1.0+local.1", "1.0_r4", "1.0+cu118", "2026.11.23"}) {
    INFO(version);
    CHECK(is_valid_version(version));
  }
  for (const char* version : {"", "one", "1..0", "1.0+", "1.0x", "1.0+a..b", "!1", "1.0 ", ".1"}) {
    INFO(version);
    CHECK_FALSE(is_valid_version(version));
  }
}
