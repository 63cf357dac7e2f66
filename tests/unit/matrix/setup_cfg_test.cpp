// setup.cfg: where python_requires is found and where not.
#include "orchestrator/matrix/parse.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge::matrix;

TEST_CASE("python_requires is found in [options] only") {
  const auto found = find_python_requires("[metadata]\npython_requires = no\n[options]\nzip_safe = no\n"
                                          "python_requires= >=3.9\n[options.extras]\n");
  REQUIRE(found);
  CHECK(found->value == ">=3.9");
  CHECK(found->at == Location{5, 18, 5});
  CHECK(find_python_requires("[options]\npython_requires: >=3.8")->value == ">=3.8");
  CHECK_FALSE(find_python_requires("[options]\n  python_requires = >=3.8\n"));
  CHECK_FALSE(find_python_requires("[options]\npython_requires =\n"));
  CHECK_FALSE(find_python_requires("python_requires = >=3.8\n"));
}
