// Projects that announce abi3 wheels.
#include "orchestrator/pipeline/stable_abi_hint.hpp"
#include "tests/support/catch.hpp"

using wheelforge::pipeline::announces_stable_abi;

TEST_CASE("every back end's words for the stable ABI are known") {
  CHECK(announces_stable_abi("setup(ext_modules=[Extension('x', ['x.c'], py_limited_api=True)])"));
  CHECK(announces_stable_abi("[bdist_wheel]\npy-limited-api = cp39\n"));
  CHECK(announces_stable_abi("[tool.scikit-build]\nwheel.py-api = \"cp312\"\n"));
  CHECK(announces_stable_abi("[tool.meson-python]\nlimited-api = true\n"));
  CHECK(announces_stable_abi("pyo3 = { version = \"0.23\", features = [\"abi3-py39\"] }"));
  CHECK_FALSE(announces_stable_abi("[project]\nname = \"demo\"\n"));
}
