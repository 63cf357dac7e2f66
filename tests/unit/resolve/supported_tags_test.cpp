// Claims about the list of tags that a pip supports.
#include "orchestrator/resolve/supported_tags.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/resolve/case_file.hpp"

#include "tests/support/catch.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

using namespace wheelforge;
using namespace wheelforge::resolve;

namespace {

std::string read_golden(const std::string& name) {
  std::ifstream file(std::string(WF_SOURCE_DIR) + "/tests/golden/resolve/" + name);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> tags_of(const TargetText& text) {
  TargetFactory factory;
  const Result<InstallTarget> target = factory.make(text);
  REQUIRE(target);
  const Result<std::vector<std::string>> tags = supported_tags(*target);
  REQUIRE(tags);
  return *tags;
}

TargetText glibc(const std::string& pip, const std::string& python, const std::string& version,
                 const std::string& machine) {
  return {pip, python, platform::Libc::glibc, version, machine, {}, {}};
}

bool has(const std::vector<std::string>& tags, const std::string& tag) {
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

std::size_t place(const std::vector<std::string>& tags, const std::string& tag) {
  return static_cast<std::size_t>(std::find(tags.begin(), tags.end(), tag) - tags.begin());
}

} // namespace

TEST_CASE("the lists of tags equal those of 35 real pips in every recorded environment") {
  const std::string text = read_golden("pip_tag_lists.json");
  const Result<std::vector<TargetText>> rows = parse_tag_rows(text);
  REQUIRE(rows);
  const nlohmann::json expected = nlohmann::json::parse(text)["rows"];
  REQUIRE(rows->size() == 3563);
  REQUIRE(expected.size() == rows->size());
  TargetFactory factory;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const Result<InstallTarget> target = factory.make((*rows)[i]);
    REQUIRE(target);
    const Result<std::vector<std::string>> tags = supported_tags(*target);
    REQUIRE(tags);
    const std::string digest = sha256(fmt::format("{}", fmt::join(*tags, "\n"))).hex().substr(0, 16);
    if (tags->size() != expected[i][5].get<std::size_t>() || digest != expected[i][6].get<std::string>()) {
      ++wrong;
      UNSCOPED_INFO(expected[i].dump() << " got " << tags->size() << " " << tags->front());
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("pip 8.1.0 stops on a glibc version with a suffix where it has to read it") {
  TargetFactory factory;
  const Result<InstallTarget> x86 = factory.make(glibc("8.1.0", "2.7", "2.20-2014.11", "x86_64"));
  const Result<InstallTarget> arm = factory.make(glibc("8.1.0", "2.7", "2.20-2014.11", "aarch64"));
  REQUIRE((x86 && arm));
  const Result<std::vector<std::string>> stopped = supported_tags(*x86);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().message ==
        "pip 8.1.0: pip stops with ValueError: it cannot read the glibc version \"2.20-2014.11\"");
  CHECK(supported_tags(*arm));
}

TEST_CASE("a 32-bit interpreter on a 64-bit kernel gets the 32-bit tags that its pip knows") {
  const auto [pip, machine, present, absent] = GENERATE(table<std::string, std::string, std::string, std::string>(
      {{"8.0.0", "x86_64", "cp38-cp38-linux_x86_64", "cp38-cp38-linux_i686"},
       {"19.3.1", "x86_64", "cp38-cp38-manylinux2014_i686", "cp38-cp38-manylinux2014_x86_64"},
       {"26.2.1", "x86_64", "cp38-cp38-manylinux_2_31_i686", "cp38-cp38-linux_x86_64"},
       {"20.0.2", "aarch64", "cp38-cp38-manylinux2014_aarch64", "cp38-cp38-linux_armv7l"},
       {"20.1", "aarch64", "cp38-cp38-manylinux2014_armv7l", "cp38-cp38-manylinux2014_aarch64"},
       {"24.1", "aarch64", "cp38-cp38-manylinux_2_31_armv7l", "cp38-cp38-manylinux_2_31_aarch64"}}));
  TargetText text = glibc(pip, "3.8", "2.31", machine);
  text.bits = 32;
  const std::vector<std::string> tags = tags_of(text);
  INFO("pip " << pip << " on " << machine);
  CHECK(has(tags, present));
  CHECK_FALSE(has(tags, absent));
}

TEST_CASE("since 24.1 a 32-bit Arm interpreter prefers armv8l to armv7l") {
  TargetText text = glibc("24.1", "3.8", "2.31", "aarch64");
  text.bits = 32;
  const std::vector<std::string> tags = tags_of(text);
  CHECK(place(tags, "cp38-cp38-manylinux_2_17_armv8l") < place(tags, "cp38-cp38-manylinux_2_31_armv7l"));
  CHECK(place(tags, "cp38-cp38-linux_armv8l") + 1 == place(tags, "cp38-cp38-linux_armv7l"));
}

TEST_CASE("a soft-float Arm interpreter gets no manylinux tag") {
  TargetFactory factory;
  Result<InstallTarget> target = factory.make(glibc("26.2.1", "3.11", "2.31", "armv7l"));
  REQUIRE(target);
  target->machine.bits = Bits::b32;
  CHECK(has(*supported_tags(*target), "cp311-cp311-manylinux_2_31_armv7l"));
  target->machine.arm_float = ArmFloat::soft;
  const Result<std::vector<std::string>> tags = supported_tags(*target);
  CHECK_FALSE(has(*tags, "cp311-cp311-manylinux_2_31_armv7l"));
  CHECK(has(*tags, "cp311-cp311-linux_armv7l"));
}

TEST_CASE("musllinux is known since pip 21.2") {
  TargetText text{"21.1.3", "3.9", platform::Libc::musl, "1.2", "x86_64", {}, {}};
  CHECK_FALSE(has(tags_of(text), "cp39-cp39-musllinux_1_2_x86_64"));
  text.pip = "21.2";
  const std::vector<std::string> tags = tags_of(text);
  CHECK(tags.front() == "cp39-cp39-musllinux_1_2_x86_64");
  CHECK(tags[1] == "cp39-cp39-musllinux_1_1_x86_64");
  CHECK_FALSE(has(tags, "cp39-cp39-manylinux_2_17_x86_64"));
}

TEST_CASE("free-threaded builds have cp313t and no abi3, and abi3t since pip 26.1") {
  const std::vector<std::string> old = tags_of(glibc("25.3", "3.13t", "2.36", "x86_64"));
  CHECK(old.front() == "cp313-cp313t-manylinux_2_36_x86_64");
  CHECK_FALSE(has(old, "cp313-abi3-manylinux_2_36_x86_64"));
  CHECK_FALSE(has(old, "cp313-abi3t-manylinux_2_36_x86_64"));
  const std::vector<std::string> now = tags_of(glibc("26.1", "3.13t", "2.36", "x86_64"));
  CHECK(has(now, "cp313-abi3t-manylinux_2_36_x86_64"));
  CHECK(has(now, "cp38-abi3t-manylinux_2_36_x86_64"));
  CHECK_FALSE(has(now, "cp313-abi3-manylinux_2_36_x86_64"));
  CHECK(tags_of(glibc("24.0", "3.13t", "2.36", "x86_64")).front() == "cp313-cp313-manylinux_2_36_x86_64");
}

TEST_CASE("a debug build takes its own wheels and then plain ones") {
  const std::vector<std::string> tags = tags_of(glibc("24.1", "3.13td", "2.17", "x86_64"));
  CHECK(tags.front() == "cp313-cp313td-manylinux_2_17_x86_64");
  CHECK(place(tags, "cp313-cp313t-manylinux_2_17_x86_64") < tags.size());
  CHECK(tags_of(glibc("24.1", "3.12d", "2.17", "x86_64")).front() == "cp312-cp312d-manylinux_2_17_x86_64");
}

TEST_CASE("linux_ARCH is the last platform until pip 26.2 and the first since 26.3") {
  CHECK(tags_of(glibc("26.2.1", "3.12", "2.36", "x86_64")).front() == "cp312-cp312-manylinux_2_36_x86_64");
  CHECK(tags_of(glibc("26.3", "3.12", "2.36", "x86_64")).front() == "cp312-cp312-linux_x86_64");
}

TEST_CASE("a pip newer than all that are known follows the newest rules") {
  CHECK(tags_of(glibc("27.0", "3.12", "2.36", "x86_64")) == tags_of(glibc("26.3", "3.12", "2.36", "x86_64")));
}

TEST_CASE("impossible targets are refused with the value seen and the value wanted") {
  const auto [text, part] = GENERATE(table<TargetText, std::string>(
      {{glibc("7.1", "3.12", "2.36", "x86_64"), "pip 7.1, wanted 8.0.0 or newer"},
       {glibc("new", "3.12", "2.36", "x86_64"), "pip \"new\""},
       {glibc("26.3", "4.0", "2.36", "x86_64"), "Python \"4.0\""},
       {glibc("26.3", "3.12x", "2.36", "x86_64"), "Python \"3.12x\""},
       {glibc("26.3", "3.12t", "2.36", "x86_64"), "free-threaded builds begin with 3.13"},
       {glibc("26.3", "3.12", "2.36", "x86-64"), "machine \"x86-64\""},
       {glibc("26.3", "3.12", "2.36", ""), "machine \"\""}}));
  TargetFactory factory;
  const Result<InstallTarget> target = factory.make(text);
  REQUIRE_FALSE(target);
  INFO(target.error().message);
  CHECK(target.error().message.find(part) != std::string::npos);
}

TEST_CASE("a glibc version that no glibc has ends in an error and not in an endless list") {
  TargetFactory factory;
  const Result<InstallTarget> target = factory.make(glibc("26.3", "3.12", "2.1000000", "x86_64"));
  REQUIRE(target);
  CHECK_FALSE(supported_tags(*target));
}
