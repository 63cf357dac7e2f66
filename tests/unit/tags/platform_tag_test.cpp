// Platform tags: parsing, aliases, order, and which tags exist.
#include "orchestrator/tags/platform_tag.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>

using namespace wheelforge;
using namespace wheelforge::tags;

namespace {
PlatformTag tag(std::string_view text) { return parse_platform_tag(text).value(); }
} // namespace

TEST_CASE("manylinux tags of both spellings have one meaning") {
  struct Case {
    const char* legacy;
    const char* canonical;
  };
  for (const Case& c :
       {Case{"manylinux1_x86_64", "manylinux_2_5_x86_64"}, Case{"manylinux2010_i686", "manylinux_2_12_i686"},
        Case{"manylinux2014_s390x", "manylinux_2_17_s390x"}}) {
    CHECK(tag(c.legacy).canonical() == c.canonical);
    CHECK(same_platform(tag(c.legacy), tag(c.canonical)));
    CHECK(tag(c.legacy) != tag(c.canonical));
    CHECK(tag(c.legacy).version == tag(c.canonical).version);
    CHECK(tag(c.legacy).is_legacy_name());
    CHECK_FALSE(tag(c.canonical).is_legacy_name());
  }
}

TEST_CASE("a platform tag gives family, version and architecture") {
  CHECK(tag("any").family == PlatformFamily::any);
  CHECK(tag("linux_x86_64").family == PlatformFamily::linux);
  CHECK(tag("musllinux_1_2_aarch64").version == LibcVersion{1, 2});
  CHECK(tag("musllinux_1_2_aarch64").arch == Architecture::aarch64);
  CHECK(tag("manylinux_2_39_riscv64").version == LibcVersion{2, 39});
  CHECK(tag("musllinux_1_2_armv6l").arch == std::nullopt);
  CHECK(tag("win_amd64").family == PlatformFamily::other);
  CHECK(tag("manylinux2014_x86_64").policy_name() == "manylinux2014");
  CHECK(tag("manylinux_2_17_x86_64").policy_name() == "manylinux_2_17");
}

TEST_CASE("a broken platform tag is refused with the value seen") {
  for (const char* text :
       {"", "manylinux_2_x86_64", "manylinux_2_17", "manylinux2014", "manylinux2014_", "manylinux3_x86_64",
        "musllinux_1_x86_64", "musllinux", "linux x", "manylinux_99999_1_i686"}) {
    const auto parsed = parse_platform_tag(text);
    INFO(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.find(fmt::format("'{}'", text)) != std::string::npos);
  }
}

TEST_CASE("an older C library is wider, and linux is the narrowest") {
  CHECK(is_wider(tag("manylinux2014_x86_64"), tag("manylinux_2_28_x86_64")));
  CHECK_FALSE(is_wider(tag("manylinux_2_28_x86_64"), tag("manylinux2014_x86_64")));
  CHECK_FALSE(is_wider(tag("manylinux2014_x86_64"), tag("manylinux_2_17_x86_64")));
  CHECK(is_wider(tag("manylinux_2_41_x86_64"), tag("linux_x86_64")));
  CHECK_FALSE(is_wider(tag("manylinux2014_x86_64"), tag("manylinux_2_28_aarch64")));
  CHECK_FALSE(is_wider(tag("musllinux_1_1_x86_64"), tag("manylinux_2_28_x86_64")));
  CHECK(is_wider(tag("manylinux_2_9_x86_64"), tag("manylinux_2_10_x86_64")));
}

TEST_CASE("sorting puts wider tags first") {
  std::vector<PlatformTag> tags = {tag("manylinux_2_28_x86_64"), tag("linux_x86_64"), tag("manylinux_2_9_x86_64"),
                                   tag("manylinux2014_x86_64"), tag("any")};
  std::sort(tags.begin(), tags.end());
  std::string text;
  for (const PlatformTag& sorted : tags) {
    text += to_string(sorted) + " ";
  }
  CHECK(text == "any linux_x86_64 manylinux_2_9_x86_64 manylinux2014_x86_64 manylinux_2_28_x86_64 ");
}

TEST_CASE("legacy names exist only where their PEP defined them") {
  CHECK(legacy_alias({2, 5}, Architecture::x86_64)->text == "manylinux1_x86_64");
  CHECK_FALSE(legacy_alias({2, 5}, Architecture::aarch64));
  CHECK_FALSE(legacy_alias({2, 12}, Architecture::s390x));
  CHECK(legacy_alias({2, 17}, Architecture::ppc64)->text == "manylinux2014_ppc64");
  CHECK_FALSE(legacy_alias({2, 17}, Architecture::riscv64));
  CHECK_FALSE(legacy_alias({2, 28}, Architecture::x86_64));
  CHECK(is_defined(tag("manylinux1_i686")));
  CHECK_FALSE(is_defined(tag("manylinux1_aarch64")));
  CHECK_FALSE(is_defined(tag("manylinux_2_17_riscv64")));
  CHECK(is_defined(tag("manylinux_2_31_riscv64")));
  CHECK_FALSE(is_defined(tag("musllinux_1_1_loongarch64")));
  CHECK(is_defined(tag("musllinux_1_2_loongarch64")));
}

TEST_CASE("a tag and its alias come in the order of their text") {
  const auto tags = with_alias(tag("manylinux_2_17_x86_64"));
  REQUIRE(tags.size() == 2);
  CHECK(tags[0].text == "manylinux2014_x86_64");
  CHECK(tags[1].text == "manylinux_2_17_x86_64");
  CHECK(with_alias(tag("manylinux2014_x86_64")) == tags);
  CHECK(with_alias(tag("musllinux_1_2_x86_64")).size() == 1);
}
