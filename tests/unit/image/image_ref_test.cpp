// Image references: parsing, printing, and the names derived from them.
#include "orchestrator/image/image_ref.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace wheelforge;
using namespace wheelforge::image;

namespace {

const std::string kHex(64, 'a');
const std::string kDigest = "sha256:" + kHex;

} // namespace

TEST_CASE("a reference falls into registry, repository, tag and digest") {
  struct Row {
    std::string text;
    ImageRef ref;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"debian", {"", "debian", "", ""}},
      {"debian:12", {"", "debian", "12", ""}},
      {"library/debian:12", {"", "library/debian", "12", ""}},
      {"quay.io/pypa/manylinux_2_28_x86_64", {"quay.io", "pypa/manylinux_2_28_x86_64", "", ""}},
      {"quay.io/pypa/x:2026.08.15-1@" + kDigest, {"quay.io", "pypa/x", "2026.08.15-1", kDigest}},
      {"quay.io/pypa/x@" + kDigest, {"quay.io", "pypa/x", "", kDigest}},
      {"localhost/wheelforge/a:b", {"localhost", "wheelforge/a", "b", ""}},
      {"127.0.0.1:5000/pypa/x:1", {"127.0.0.1:5000", "pypa/x", "1", ""}},
      {"[::1]:5000/x", {"[::1]:5000", "x", "", ""}},
      {"Registry/x", {"Registry", "x", "", ""}},
      {"a__b/c--d.e_f", {"", "a__b/c--d.e_f", "", ""}},
  }));
  const auto ref = parse_image_ref(row.text);
  REQUIRE(ref.has_value());
  CHECK(*ref == row.ref);
  CHECK(to_string(*ref) == row.text);
}

TEST_CASE("a reference that no engine would take is refused with its bad part") {
  struct Row {
    std::string text;
    std::string part;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"", "repository"},
      {":tag", "repository"},
      {"x:", "tag"},
      {"x:-a", "tag"},
      {"x:" + std::string(129, 'a'), "tag"},
      {"Upper", "repository"},
      {"quay.io/Pypa/x", "repository"},
      {"quay.io//x", "repository"},
      {"a___b", "repository"},
      {"a._b", "repository"},
      {"-a", "repository"},
      {"a/", "repository"},
      {"x y", "repository"},
      {std::string(300, 'a'), "repository"},
      {"x@sha256:" + kHex.substr(1), "digest"},
      {"x@sha512:" + kHex + kHex, "digest"},
      {"x@sha256:" + std::string(64, 'A'), "digest"},
      {"-a.example/x", "registry"},
      {"host:port/x", "registry"},
      {"host:123456/x", "registry"},
      {"[::1/x", "registry"},
  }));
  const auto ref = parse_image_ref(row.text);
  REQUIRE_FALSE(ref.has_value());
  CHECK(ref.error().kind == ErrorKind::usage);
  CHECK_THAT(ref.error().message, Catch::Matchers::ContainsSubstring("its " + row.part + " is"));
}

TEST_CASE("an image is pulled by digest where it has one") {
  CHECK(parse_image_ref("quay.io/pypa/x:1@" + kDigest)->pull_name() == "quay.io/pypa/x@" + kDigest);
  CHECK(parse_image_ref("quay.io/pypa/x:1")->pull_name() == "quay.io/pypa/x:1");
  CHECK(parse_image_ref("quay.io/pypa/x")->pull_name() == "quay.io/pypa/x");
}

TEST_CASE("only localhost without a port is this machine") {
  CHECK(is_local(*parse_image_ref("localhost/x")));
  CHECK_FALSE(is_local(*parse_image_ref("localhost:5000/x")));
  CHECK_FALSE(is_local(*parse_image_ref("quay.io/x")));
}

TEST_CASE("the kept copy of a pinned image has a name that engines take") {
  const ImageRef copy = kept_copy(*parse_image_ref("quay.io/pypa/manylinux_2_28_x86_64:1@" + kDigest));
  CHECK(to_string(copy) == "localhost/wheelforge/pinned/manylinux_2_28_x86_64:sha256-" + kHex);
  CHECK(parse_image_ref(to_string(copy)) == copy);
}
