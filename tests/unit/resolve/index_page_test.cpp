// Claims about index pages.
#include "orchestrator/resolve/index_page.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::resolve;

TEST_CASE("links of an HTML page are read in order with what they say of yanking and Python") {
  const std::vector<ReleaseFile> files = parse_html_index(R"(<!DOCTYPE html><html><body>
    <!-- <a href="gone-1.0-py3-none-any.whl">gone</a> --><abbr href="no.whl">no</abbr>
    <a href="https://host/x/pkg-1.0-py3-none-any.whl#sha256=00" data-requires-python="&gt;=3.7, &#60;4">pkg</a>
    <A HREF='../pkg-1.1%2Bcpu-py3-none-any.whl?x=1' data-yanked>pkg</A>
    <a data-yanked="broken &amp; bad" href=pkg-1.2.tar.gz>pkg</a>
    <a>no link</a><a href="folder/">folder</a></body></html>)");
  REQUIRE(files.size() == 3);
  CHECK(files[0] == ReleaseFile{"pkg-1.0-py3-none-any.whl", false, ">=3.7, <4"});
  CHECK(files[1] == ReleaseFile{"pkg-1.1+cpu-py3-none-any.whl", true});
  CHECK(files[2] == ReleaseFile{"pkg-1.2.tar.gz", true});
}

TEST_CASE("broken HTML yields what can be read of it") {
  CHECK(parse_html_index("").empty());
  CHECK(parse_html_index("<").empty());
  CHECK(parse_html_index("<a href=\"pkg-1.whl").size() == 1);
  CHECK(parse_html_index("<!-- <a href=x>").empty());
  CHECK(parse_html_index("<a href=\"%zz&bogus;.whl\">").front().name == "%zz&bogus;.whl");
  CHECK(parse_html_index("<a href='&#x41;&#xe9;&#8364;&#x1F600;'>").front().name ==
        "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST_CASE("a JSON page of either form is read") {
  const Result<std::vector<ReleaseFile>> simple = parse_json_index(
      R"({"meta":{"api-version":"1.1"},"name":"pkg","files":[
        {"filename":"pkg-1.0-py3-none-any.whl","yanked":false,"requires-python":">=3.8"},
        {"filename":"pkg-1.1-py3-none-any.whl","yanked":"broken"}]})");
  REQUIRE(simple);
  CHECK(*simple ==
        std::vector<ReleaseFile>{{"pkg-1.0-py3-none-any.whl", false, ">=3.8"}, {"pkg-1.1-py3-none-any.whl", true}});
  const Result<std::vector<ReleaseFile>> project = parse_json_index(
      R"({"urls":[],"releases":{"1.0":[{"filename":"pkg-1.0.tar.gz","yanked":true,"requires_python":null}]}})");
  REQUIRE(project);
  CHECK(*project == std::vector<ReleaseFile>{{"pkg-1.0.tar.gz", true}});
}

TEST_CASE("a JSON page that is none is refused with what was seen") {
  const auto [text, part] = GENERATE(table<std::string, std::string>({{"", "not JSON"},
                                                                      {"[]", "array"},
                                                                      {"{}", "no list"},
                                                                      {R"({"files":{}})", "object"},
                                                                      {R"({"files":[{"name":1}]})", "filename"},
                                                                      {R"({"files":[3]})", "filename"}}));
  const Result<std::vector<ReleaseFile>> parsed = parse_json_index(text);
  REQUIRE_FALSE(parsed);
  INFO(parsed.error().message);
  CHECK(parsed.error().message.find(part) != std::string::npos);
}
