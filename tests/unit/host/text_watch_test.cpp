// A text is noticed once, whole or in pieces.
#include "orchestrator/host/text_watch.hpp"

#include "tests/support/catch.hpp"

using wheelforge::host::TextWatch;

TEST_CASE("a text is noticed wherever the pieces are cut, and only once") {
  const std::string stream = "aab aabc and aabc again";
  for (std::size_t size = 1; size <= stream.size(); ++size) {
    TextWatch watch("aabc");
    int times = 0;
    for (std::size_t at = 0; at < stream.size(); at += size) {
      times += watch.completes(std::string_view(stream).substr(at, size)) ? 1 : 0;
    }
    CHECK(times == 1);
    CHECK(watch.is_done());
  }
}

TEST_CASE("what was not said is not noticed, and an empty text never is") {
  TextWatch watch("abc");
  CHECK_FALSE(watch.completes("ab"));
  CHECK_FALSE(watch.completes("abd"));
  CHECK_FALSE(watch.is_done());
  TextWatch nothing("");
  CHECK_FALSE(nothing.completes("anything"));
}
