// Repair without grafts: which tags, and where they stand afterwards.
#include "orchestrator/repair/retag.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/wheel/record.hpp"
#include "orchestrator/zip/inflater.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zip_builder.hpp"

#include <map>

using namespace wheelforge;
using Catch::Matchers::ContainsSubstring;

namespace {

using Files = std::map<std::string, std::string>;

std::vector<std::byte> packed(const Files& files) {
  support::ZipSpec spec;
  for (const auto& [name, text] : files) {
    spec.entries.emplace_back();
    spec.entries.back().name = name;
    spec.entries.back().data = text;
  }
  return support::build_zip(spec);
}

std::string line(const std::string& path, const std::string& text) {
  return wheel::to_string(wheel::RecordEntry{path, "sha256", sha256(text).base64url(), text.size()});
}

std::vector<std::byte> demo(const std::string& wheel_file) {
  Files files = {{"demo/core.so", "code"},
                 {"demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"},
                 {"demo-1.0.dist-info/WHEEL", wheel_file}};
  std::string record;
  for (const auto& [name, text] : files) {
    record += line(name, text);
  }
  files["demo-1.0.dist-info/RECORD"] = record + "demo-1.0.dist-info/RECORD,,\n";
  return packed(files);
}

struct Written {
  std::string file_name;
  std::vector<std::byte> bytes;

  [[nodiscard]] std::string text(const std::string& name) const {
    const auto archive = zip::ZipReader::from_bytes(bytes).value();
    const zip::ZipMember* member = archive.find(name);
    REQUIRE(member != nullptr);
    zip::Inflater inflater;
    const auto inflated = inflater.read(archive, *member, zip::CheckCrc::yes).value();
    return {reinterpret_cast<const char*>(inflated.data()), inflated.size()};
  }
};

std::vector<tags::PlatformTag> platforms(const std::vector<std::string>& texts) {
  std::vector<tags::PlatformTag> result;
  for (const std::string& text : texts) {
    result.push_back(tags::parse_platform_tag(text).value());
  }
  return result;
}

Written retagged(const std::string& wheel_file, const std::string& name, const std::vector<std::string>& tags) {
  const std::vector<std::byte> bytes = demo(wheel_file);
  const auto archive = zip::ZipReader::from_bytes(bytes).value();
  const auto result = repair::retag(archive, name, platforms(tags));
  REQUIRE(result);
  return {result->file_name, result->archive.to_bytes().value()};
}

std::optional<std::vector<std::string>> given(const char* asked, const char* met) {
  const auto tags = repair::tags_without_grafts(*tags::parse_platform_tag(asked), *tags::parse_platform_tag(met));
  if (!tags) {
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const tags::PlatformTag& tag : *tags) {
    texts.push_back(tag.text);
  }
  return texts;
}

constexpr const char* kWheel =
    "Wheel-Version: 1.0\nGenerator: g\nRoot-Is-Purelib: false\nTag: cp311-cp311-linux_x86_64\n\n";

} // namespace

TEST_CASE("A wheel gets the tag that was asked for, and a wider one that it keeps, with their older names") {
  CHECK(given("manylinux_2_31_x86_64", "manylinux_2_31_x86_64") == std::vector<std::string>{"manylinux_2_31_x86_64"});
  CHECK(given("manylinux_2_28_x86_64", "manylinux_2_17_x86_64") ==
        std::vector<std::string>{"manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"});
  CHECK(given("manylinux2014_x86_64", "manylinux_2_5_x86_64") ==
        std::vector<std::string>{"manylinux1_x86_64", "manylinux_2_5_x86_64", "manylinux2014_x86_64",
                                 "manylinux_2_17_x86_64"});
  CHECK(given("manylinux2014_x86_64", "manylinux_2_17_x86_64") ==
        std::vector<std::string>{"manylinux2014_x86_64", "manylinux_2_17_x86_64"});
  CHECK(given("musllinux_1_2_aarch64", "musllinux_1_1_aarch64") ==
        std::vector<std::string>{"musllinux_1_1_aarch64", "musllinux_1_2_aarch64"});
}

TEST_CASE("A wheel that needs more than was asked for, or is for another platform, is not only retagged") {
  CHECK_FALSE(given("manylinux_2_17_x86_64", "manylinux_2_31_x86_64"));
  CHECK_FALSE(given("manylinux_2_31_x86_64", "linux_x86_64"));
  CHECK_FALSE(given("manylinux_2_31_x86_64", "manylinux_2_31_aarch64"));
  CHECK_FALSE(given("manylinux_2_31_x86_64", "musllinux_1_2_x86_64"));
  CHECK_FALSE(given("manylinux_2_31_x86_64", "any"));
}

TEST_CASE("The new tags stand in the file name, in WHEEL and in RECORD, and the code is untouched") {
  const Written wheel = retagged(kWheel, "demo-1.0-cp311-cp311-linux_x86_64.whl",
                                 {"manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_31_x86_64"});
  CHECK(wheel.file_name == "demo-1.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_31_x86_64.whl");
  const std::string said = "Wheel-Version: 1.0\nGenerator: g\nRoot-Is-Purelib: false\n"
                           "Tag: cp311-cp311-manylinux2014_x86_64\nTag: cp311-cp311-manylinux_2_17_x86_64\n"
                           "Tag: cp311-cp311-manylinux_2_31_x86_64\n\n";
  CHECK(wheel.text("demo-1.0.dist-info/WHEEL") == said);
  CHECK(wheel.text("demo/core.so") == "code");
  const std::string record = wheel.text("demo-1.0.dist-info/RECORD");
  CHECK_THAT(record, ContainsSubstring(line("demo-1.0.dist-info/WHEEL", said)));
  CHECK_THAT(record, ContainsSubstring(line("demo/core.so", "code")));
  CHECK_THAT(record, ContainsSubstring("demo-1.0.dist-info/RECORD,,\n"));
}

TEST_CASE("Tags for several Pythons each get the new platforms, and tags of other platforms stay") {
  const Written wheel =
      retagged("Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp39-abi3-linux_x86_64\n"
               "Tag: cp310-abi3-linux_x86_64\nTag: cp39-abi3-manylinux_2_40_x86_64",
               "demo-1.0-1-cp39.cp310-abi3-linux_x86_64.manylinux_2_40_x86_64.whl", {"manylinux_2_31_x86_64"});
  CHECK(wheel.file_name == "demo-1.0-1-cp39.cp310-abi3-manylinux_2_31_x86_64.manylinux_2_40_x86_64.whl");
  CHECK(wheel.text("demo-1.0.dist-info/WHEEL") ==
        "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp39-abi3-manylinux_2_40_x86_64\n"
        "Tag: cp39-abi3-manylinux_2_31_x86_64\nTag: cp310-abi3-manylinux_2_31_x86_64\n");
}

TEST_CASE("A wheel that does not say what it is stays as it is") {
  const std::vector<std::byte> bytes = packed({{"demo/core.so", "code"}});
  const auto archive = zip::ZipReader::from_bytes(bytes).value();
  const auto result =
      repair::retag(archive, "demo-1.0-cp311-cp311-linux_x86_64.whl", platforms({"manylinux_2_31_x86_64"}));
  REQUIRE_FALSE(result);
  CHECK_THAT(result.error().message, ContainsSubstring("no *.dist-info"));
}
