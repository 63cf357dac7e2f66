// Answers of web servers, as curl prints them.
#include "orchestrator/engine/http_answer.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace wheelforge;
using namespace wheelforge::engine;

TEST_CASE("the last head of an answer counts, with field names in lower case") {
  const auto answer =
      parse_http_answer("HTTP/1.1 307 Temporary Redirect\r\nLocation: /b\r\n\r\n"
                        "HTTP/2 200 \r\nDocker-Content-Digest:  sha256:ab \r\nLink: x\r\nlink: y\r\n\r\n"
                        "{\"a\": 1}\n");
  REQUIRE(answer.has_value());
  CHECK(answer->status == 200);
  CHECK(answer->field("docker-content-digest") == "sha256:ab");
  CHECK(answer->field("link") == "x");
  CHECK_FALSE(answer->field("location").has_value());
  CHECK(answer->body == "{\"a\": 1}\n");
}

TEST_CASE("what is no answer is refused") {
  const auto text = GENERATE(as<std::string>{}, "", "<html>", "HTTP/1.1", "HTTP/1.1 abc", "HTTP/1.1 20");
  const auto answer = parse_http_answer(text);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::temporary);
}

TEST_CASE("a head that ends with the text has an empty body") {
  const auto answer = parse_http_answer("HTTP/1.1 404 Not Found\r\nA: b\r\n");
  REQUIRE(answer.has_value());
  CHECK(answer->status == 404);
  CHECK(answer->body.empty());
}

TEST_CASE("a token challenge is read whatever its order and case") {
  const TokenChallenge whole{"https://auth.example.com/token", "registry", "repository:pypa/x:pull"};
  CHECK(parse_token_challenge("Bearer realm=\"https://auth.example.com/token\",service=\"registry\","
                              "scope=\"repository:pypa/x:pull\"") == whole);
  CHECK(parse_token_challenge("bearer scope=\"repository:pypa/x:pull\", service=\"registry\", "
                              "Realm=\"https://auth.example.com/token\"") == whole);
  const auto text = GENERATE(as<std::string>{}, "", "Basic realm=\"x\"", "Bearer", "Bearer service=\"x\"",
                             "Bearer realm=x", "Bearer realm=\"x");
  CHECK_FALSE(parse_token_challenge(text).has_value());
}

TEST_CASE("the next page is in a link with that relation only") {
  CHECK(next_page("</v2/a/tags/list?n=1&last=b>; rel=\"next\"") == "/v2/a/tags/list?n=1&last=b");
  const auto link = GENERATE(as<std::string>{}, "", "</a>; rel=\"prev\"", "/a; rel=\"next\"", "</a rel=\"next\"");
  CHECK_FALSE(next_page(link).has_value());
}
