// Claims about the words for a verdict, and about since which pip a file is taken.
#include "orchestrator/resolve/explanation.hpp"

#include "orchestrator/resolve/case_file.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::resolve;

namespace {

InstallTarget target_of(const std::string& pip, const std::string& python, platform::Libc libc,
                        const std::string& version, const std::string& machine = "x86_64") {
  TargetFactory factory;
  const Result<InstallTarget> target = factory.make({pip, python, libc, version, machine, {}, {}});
  REQUIRE(target);
  return *target;
}

std::string words(const InstallTarget& target, const ReleaseFile& file) {
  const Result<Resolution> resolution = resolve::resolve(target, {file}, Request());
  REQUIRE(resolution);
  return explain(target, file, resolution->verdicts[0], PipHistory(target.python, target.machine));
}

} // namespace

TEST_CASE("a refusal names what the wheel needs and what is here") {
  const auto [file, expected] = GENERATE(table<std::string, std::string>(
      {{"p-1-cp39-cp39-manylinux_2_34_x86_64.whl", "it needs glibc 2.34, here is glibc 2.31"},
       {"p-1-cp39-cp39-manylinux_2_34_x86_64.manylinux_2_35_aarch64.whl", "it needs glibc 2.34, here is glibc 2.31"},
       {"p-1-cp39-cp39-musllinux_1_2_x86_64.whl", "it needs musl, here is glibc 2.31"},
       {"p-1-cp39-cp39-manylinux2014_aarch64.whl", "it is for aarch64, here is x86_64"},
       {"p-1-cp39-cp39-win_amd64.whl", "it is for win_amd64"},
       {"p-1-cp310-cp310-manylinux2014_x86_64.whl", "it is for CPython 3.10, here is CPython 3.9"},
       {"p-1-pp39-pypy39_pp73-manylinux2014_x86_64.whl", "it is for PyPy 3.9, here is CPython 3.9"},
       {"p-1-cp310-abi3-manylinux2014_x86_64.whl", "it is for CPython 3.10, here is CPython 3.9"},
       {"p-1-cp39-cp39d-manylinux2014_x86_64.whl", "its ABI is cp39d, here is Python 3.9"},
       {"p-1-cp39-cp39-manylinux_2_28_x86_64.whl",
        "pip 20.0.2 does not know manylinux_2_28_x86_64; update pip to 20.3"},
       {"p.exe", "it is neither a wheel nor a source archive"}}));
  CHECK(words(target_of("20.0.2", "3.9", platform::Libc::glibc, "2.31"), {file}) == expected);
}

TEST_CASE("free-threaded builds and musl are explained too") {
  CHECK(
      words(target_of("25.3", "3.13", platform::Libc::glibc, "2.36"), {"p-1-cp313-cp313t-manylinux_2_28_x86_64.whl"}) ==
      "its ABI cp313t is for free-threaded builds, here is Python 3.13");
  CHECK(
      words(target_of("25.3", "3.13t", platform::Libc::glibc, "2.36"), {"p-1-cp313-cp313-manylinux_2_28_x86_64.whl"}) ==
      "its ABI cp313 is for builds with the GIL, here is Python 3.13t");
  CHECK(
      words(target_of("25.3", "3.13t", platform::Libc::glibc, "2.36"), {"p-1-cp313-abi3t-manylinux_2_28_x86_64.whl"}) ==
      "its ABI is abi3t, here is Python 3.13t; update pip to 26.1");
  CHECK(words(target_of("25.3", "3.12", platform::Libc::musl, "1.1"), {"p-1-cp312-cp312-musllinux_1_2_x86_64.whl"}) ==
        "it needs musl 1.2, here is musl 1.1");
  CHECK(words(target_of("25.3", "3.12", platform::Libc::musl, "1.2"), {"p-1-cp312-cp312-manylinux2014_x86_64.whl"}) ==
        "it needs glibc, here is musl 1.2");
}

TEST_CASE("Requires-Python is explained with the full version of the Python") {
  CHECK(words(target_of("25.3", "3.9.2", platform::Libc::glibc, "2.31"), {"p-1-py3-none-any.whl", false, ">=3.10"}) ==
        "Requires-Python >=3.10 excludes 3.9.2");
}

TEST_CASE("the lowest pip of a wheel is found among those that start on its Python") {
  const InstallTarget target = target_of("19.3.1", "3.6", platform::Libc::glibc, "2.31");
  const PipHistory history(target.python, target.machine);
  const auto lowest = [&](const std::string& file) {
    const Pip* pip = history.lowest({file});
    return pip == nullptr ? std::string("none") : pip->version.text;
  };
  CHECK(lowest("p-1-cp36-cp36m-manylinux1_x86_64.whl") == "8.1.0");
  CHECK(lowest("p-1-cp36-cp36m-manylinux2010_x86_64.whl") == "19.0");
  CHECK(lowest("p-1-cp36-cp36m-manylinux2014_x86_64.whl") == "19.3");
  CHECK(lowest("p-1-cp36-cp36m-manylinux_2_28_x86_64.whl") == "20.3");
  CHECK(lowest("p-1-cp35-abi3-linux_x86_64.whl") == "9.0.0");
  CHECK(lowest("p-1-cp36-cp36m-manylinux_2_34_x86_64.whl") == "none");
  CHECK(history.pips().back()->version.text == "21.3.1");
}
