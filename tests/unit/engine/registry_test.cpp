// What registries are asked, and what their answers mean; no network.
#include "orchestrator/engine/registry.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/fake_process_runner.hpp"

#include <string>

using namespace wheelforge;
using namespace wheelforge::engine;
using Catch::Matchers::ContainsSubstring;
using host::FakeProcessRunner;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

FakeProcessRunner::Answer http(const std::string& status, const std::string& fields = {},
                               const std::string& body = {}) {
  return {.out = "HTTP/1.1 " + status + "\r\n" + fields + "\r\n" + body};
}

FakeProcessRunner::Answer curl_failure(int exit_code, const std::string& words) {
  return {.exit_code = exit_code, .err = words + "\n"};
}

image::ImageRef ref(const std::string& text) { return *image::parse_image_ref(text); }

} // namespace

TEST_CASE("a tag's digest is asked by HEAD, and the address goes by stdin") {
  FakeProcessRunner runner;
  runner.on({"curl", "--head"}, http("200 OK", "Docker-Content-Digest: " + kDigest + "\r\n"));
  Registry registry(runner);
  CHECK(registry.digest_of(ref("quay.io/pypa/x:1"), {}) == kDigest);
  REQUIRE(runner.records().size() == 1);
  CHECK_THAT(runner.records()[0].input, ContainsSubstring("url = \"https://quay.io/v2/pypa/x/manifests/1\"\n"));
  CHECK_THAT(runner.records()[0].input,
             ContainsSubstring("header = \"Accept: application/vnd.oci.image.index.v1+json"));
}

TEST_CASE("each reference has its address") {
  struct Row {
    std::string ref;
    std::string address;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"quay.io/pypa/x", "https://quay.io/v2/pypa/x/manifests/latest"},
      {"quay.io/pypa/x:1@" + kDigest, "https://quay.io/v2/pypa/x/manifests/" + kDigest},
      {"127.0.0.1:5000/x:1", "http://127.0.0.1:5000/v2/x/manifests/1"},
      {"localhost:5000/x:1", "http://localhost:5000/v2/x/manifests/1"},
      {"localhost.example.com/x:1", "https://localhost.example.com/v2/x/manifests/1"},
      {"debian:12", "https://registry-1.docker.io/v2/library/debian/manifests/12"},
  }));
  FakeProcessRunner runner;
  runner.on({"curl"}, http("200 OK", "Docker-Content-Digest: " + kDigest + "\r\n"));
  Registry registry(runner);
  REQUIRE(registry.digest_of(ref(row.ref), {}).has_value());
  CHECK_THAT(runner.records().at(0).input, ContainsSubstring("url = \"" + row.address + "\"\n"));
}

TEST_CASE("a registry that wants a token gets one, once for a repository, and never on the command line") {
  FakeProcessRunner runner;
  runner.on({"curl", "--head"},
            std::deque{http("401 Unauthorized", "WWW-Authenticate: Bearer realm=\"https://auth.example.com/t\","
                                                "service=\"r s\",scope=\"repository:a/b:pull\"\r\n"),
                       http("200 OK", "Docker-Content-Digest: " + kDigest + "\r\n")});
  runner.on({"curl", "--include"}, http("200 OK", {}, R"({"token": "secret\"1"})"));
  Registry registry(runner);
  REQUIRE(registry.digest_of(ref("registry.example.com/a/b:1"), {}) == kDigest);
  REQUIRE(registry.digest_of(ref("registry.example.com/a/b:2"), {}) == kDigest);
  const auto records = runner.records();
  REQUIRE(records.size() == 4);
  CHECK_THAT(records[1].input,
             ContainsSubstring("https://auth.example.com/t?service=r%20s&scope=repository%3Aa%2Fb%3Apull"));
  CHECK_THAT(records[2].input, ContainsSubstring("header = \"Authorization: Bearer secret\\\"1\"\n"));
  CHECK_THAT(records[3].input, ContainsSubstring("Bearer secret"));
  CHECK(runner.transcript().find("secret") == std::string::npos);
}

TEST_CASE("each refusal of a registry has its kind") {
  struct Row {
    FakeProcessRunner::Answer answer;
    ErrorKind kind;
    std::string words;
  };
  const auto row = GENERATE(values<Row>({
      {http("404 Not Found"), ErrorKind::not_found, "quay.io/pypa/x:1: the registry does not have it (HTTP 404"},
      {http("403 Forbidden"), ErrorKind::usage, "does not show it to strangers"},
      {http("401 Unauthorized"), ErrorKind::usage, "does not show it to strangers"},
      {http("429 Too Many Requests"), ErrorKind::temporary, "HTTP 429"},
      {http("503 Unavailable"), ErrorKind::temporary, "HTTP 503"},
      {http("200 OK"), ErrorKind::temporary, "its digest is \"\""},
      {curl_failure(6, "curl: (6) Could not resolve host: quay.io"), ErrorKind::temporary, "Could not resolve host"},
      {curl_failure(60, "curl: (60) SSL certificate problem"), ErrorKind::temporary, "certificate problem"},
      {{.error = Error{"no program curl", ErrorKind::not_found, {}}}, ErrorKind::usage, "curl is not installed"},
  }));
  FakeProcessRunner runner;
  runner.on({"curl"}, row.answer);
  const auto digest = Registry(runner).digest_of(ref("quay.io/pypa/x:1"), {});
  REQUIRE_FALSE(digest.has_value());
  CHECK(digest.error().kind == row.kind);
  CHECK_THAT(digest.error().message, ContainsSubstring(row.words));
}

TEST_CASE("tags are read page by page") {
  FakeProcessRunner runner;
  runner.on({"curl", "--include"},
            std::deque{http("200 OK", "Link: </v2/pypa/x/tags/list?last=b>; rel=\"next\"\r\n", R"({"tags":["a","b"]})"),
                       http("200 OK", {}, R"({"tags":["c"]})")});
  Registry registry(runner);
  CHECK(registry.tags_of(ref("quay.io/pypa/x"), {}) == std::vector<std::string>{"a", "b", "c"});
  CHECK_THAT(runner.records().at(1).input, ContainsSubstring("https://quay.io/v2/pypa/x/tags/list?last=b"));
}

TEST_CASE("a list of tags that is none is an error; a repository without tags has none") {
  FakeProcessRunner runner;
  runner.on({"curl"}, std::deque{http("200 OK", {}, "<html>"), http("200 OK", {}, R"({"tags":null})")});
  Registry registry(runner);
  CHECK(registry.tags_of(ref("quay.io/pypa/x"), {}).error().kind == ErrorKind::temporary);
  CHECK(registry.tags_of(ref("quay.io/pypa/x"), {}) == std::vector<std::string>{});
}

TEST_CASE("the newest dated tag is found by date and number, not by letters") {
  CHECK(newest_dated_tag({"latest", "2025.12.31-9", "2026.01.02-9", "2026.01.02-10", "2026-01-03-abcdef0",
                          "2027.01.01"}) == "2026.01.02-10");
  CHECK(newest_dated_tag({"latest", "2026.1.2-3", "2026.01.02-x"}).empty());
}
