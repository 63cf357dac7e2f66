// Nearest names: distances, and when nothing is near.
#include "orchestrator/matrix/nearest_name.hpp"
#include "tests/support/catch.hpp"

#include <vector>

using namespace wheelforge::matrix;

TEST_CASE("the distance counts insertions, deletions, changes and swaps") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("timeout", "timeout") == 0);
  CHECK(edit_distance("timuot", "timeout") == 2);
  CHECK(edit_distance("buidl", "build") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("musl*", "musllinux_1_2") == 0);
  CHECK(edit_distance("*_1_3", "musllinux_1_2") == 1);
}

TEST_CASE("the nearest name is one within a third of the letters") {
  const std::vector<std::string> names = {"manylinux_2_12", "manylinux_2_28", "musllinux_1_1", "musllinux_1_2"};
  CHECK(nearest_name("manylinux_2_82", names) == "manylinux_2_28"); // a swap is likelier than another digit
  CHECK(nearest_name("musllinux_1_3", names) == "musllinux_1_2");   // the newest of equals
  CHECK(nearest_name("MANYLINUX-2-28", names) == "manylinux_2_28");
  CHECK(nearest_name("windows", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name(std::string(200, 'm'), names).empty());
}
