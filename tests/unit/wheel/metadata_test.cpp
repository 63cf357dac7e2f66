// METADATA and WHEEL: headers, continuations, what is required, what is refused.
#include "orchestrator/wheel/metadata.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::wheel;

TEST_CASE("headers keep their order, continuations and the body") {
  const auto headers =
      parse_headers("Name: demo\r\nSummary: first\r\n  second\r\nTag: a\r\ntag: b\r\n\r\nThe body\r\n");
  REQUIRE(headers);
  CHECK(headers->first("NAME") == "demo");
  CHECK(headers->first("Summary") == "first\nsecond");
  CHECK(headers->all("Tag") == std::vector<std::string>{"a", "b"});
  CHECK(headers->first("Missing").empty());
  CHECK(headers->body == "The body\r\n");
}

TEST_CASE("what is not a header is refused with its line") {
  for (const auto& [text, line] :
       std::vector<std::pair<std::string, std::string>>{{"Name: x\nnonsense\n", "line 2"},
                                                        {" continued\n", "line 1"},
                                                        {std::string("A: \0b\n", 6), "line 1"},
                                                        {"Na me: x\n", "line 1"},
                                                        {": x\n", "line 1"}}) {
    const auto headers = parse_headers(text);
    INFO(text);
    REQUIRE_FALSE(headers);
    CHECK(headers.error().message.find(line) == 0);
  }
}

TEST_CASE("METADATA gives the distributions that are required, each once and normalised") {
  const auto metadata = parse_metadata("Metadata-Version: 2.4\nName: demo\nVersion: 1.0\nRequires-Python: >=3.9\n"
                                       "Requires-Dist: NVIDIA_cuda.runtime-cu12==12.8; platform_system == 'Linux'\n"
                                       "Requires-Dist: numpy>=2\nRequires-Dist: numpy (<3)\n"
                                       "License: old\nLicense-Expression: MIT\n\nText");
  REQUIRE(metadata);
  CHECK(metadata->required_distributions() == std::vector<std::string>{"numpy", "nvidia-cuda-runtime-cu12"});
  CHECK(metadata->license == "MIT");
  CHECK(metadata->requires_python == ">=3.9");
}

TEST_CASE("METADATA without a name is refused") {
  const auto metadata = parse_metadata("Metadata-Version: 2.4\nVersion: 1.0\n");
  REQUIRE_FALSE(metadata);
  CHECK(metadata.error().message.find("Name") != std::string::npos);
}

TEST_CASE("WHEEL gives purelib and tags") {
  const auto file =
      parse_wheel_file("Wheel-Version: 1.0\nGenerator: g\nRoot-Is-Purelib: False\nTag: cp312-cp312-a\nTag: "
                       "cp312-cp312-b\n");
  REQUIRE(file);
  CHECK_FALSE(file->root_is_purelib);
  CHECK(file->tags.size() == 2);
  CHECK_FALSE(parse_wheel_file("Wheel-Version: 2.0\nRoot-Is-Purelib: true\n"));
  CHECK_FALSE(parse_wheel_file("Wheel-Version: 1.0\nRoot-Is-Purelib: maybe\n"));
}
