// Keys of steps: what changes them, and how a change is told.
#include "orchestrator/cache/step_key.hpp"
#include "tests/support/catch.hpp"

#include <set>

using namespace wheelforge::cache;

namespace {
StepInputs inputs() {
  StepInputs made;
  made.add("source", "", std::string(64, 'a'));
  made.add("image", "", "sha256:" + std::string(64, '1'));
  made.add("environment", {{"CFLAGS", "-O2"}, {"LANG", "C"}});
  return made;
}
} // namespace

TEST_CASE("the order in which inputs are added changes nothing, any value changes the key") {
  StepInputs reversed;
  reversed.add("environment", "LANG", "C");
  reversed.add("environment", "CFLAGS", "-O0");
  reversed.add("environment", "CFLAGS", "-O2"); // replaces
  reversed.add("image", "", "sha256:" + std::string(64, '1'));
  reversed.add("source", "", std::string(64, 'a'));
  CHECK(reversed == inputs());
  CHECK(key_of(reversed) == key_of(inputs()));
  StepInputs changed = inputs();
  changed.add("environment", "CFLAGS", "-O3");
  CHECK(key_of(changed) != key_of(inputs()));
}

TEST_CASE("no two lists of inputs share a key by moving bytes between area, name and value") {
  std::set<StepKey> keys;
  int lists = 0;
  for (const char* area : {"a", "ab", "a1:", "a\n"}) {
    for (const char* name : {"", "b", "1:b", "\n"}) {
      for (const char* value : {"", "c", "bc", "1:c", "\n"}) {
        StepInputs one;
        one.add(area, name, value);
        keys.insert(key_of(one));
        ++lists;
      }
    }
  }
  keys.insert(key_of({}));
  CHECK(keys.size() == static_cast<std::size_t>(lists + 1));
}

TEST_CASE("a change is explained by the input that changed") {
  StepInputs now = inputs();
  CHECK(explain(inputs(), now).empty());
  now.add("environment", "CFLAGS", "-O3");
  CHECK(explain(inputs(), now) == "environment changed: CFLAGS -O2 → -O3");
  now.add("image", "", "sha256:" + std::string(64, '2'));
  now.add("source", "", std::string(64, 'b'));
  now.add("environment", "DEBUG", "");
  CHECK(explain(inputs(), now) == "environment changed: CFLAGS -O2 → -O3, DEBUG added (''); "
                                  "image changed: sha256:111111111111… → sha256:222222222222…; "
                                  "source changed: aaaaaaaaaaaa… → bbbbbbbbbbbb…");
  CHECK(explain(now, inputs()).find("DEBUG removed (was '')") != std::string::npos);
  CHECK(explain({}, inputs()).starts_with("environment changed: CFLAGS added (-O2)"));
}

TEST_CASE("a long value is shortened in an explanation, never inside a character") {
  StepInputs before;
  StepInputs now;
  before.add("command", "", "x");
  std::string value(59, 'y');
  value += "äö";
  now.add("command", "", value);
  CHECK(explain(before, now) == "command changed: x → " + std::string(59, 'y') + "…");
}

TEST_CASE("text that is not UTF-8 becomes its digest") {
  const auto value_of = [](const char* text) {
    StepInputs one;
    one.add("command", "", text);
    return one.list()[0].value;
  };
  for (const char* bad : {"a\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe0\x80\x80", "\x80"}) {
    CHECK(value_of(bad).starts_with("sha256:"));
  }
  CHECK(value_of("a\xff") != value_of("b\xff"));
  for (const char* good : {"", "ä", "→", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    CHECK(value_of(good) == good);
  }
}
