// auditwheel's command line.
#include "orchestrator/repair/auditwheel.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;

TEST_CASE("auditwheel gets the canonical tag and every excluded library") {
  const repair::RepairRequest request{
      "/w/a.whl", "/out", *tags::parse_platform_tag("manylinux2014_x86_64"), {"libcuda.so.*", "libcudart.so.12"}};
  CHECK(repair::auditwheel_command(request) ==
        std::vector<std::string>{"auditwheel", "repair", "--plat", "manylinux_2_17_x86_64", "--wheel-dir", "/out",
                                 "--exclude", "libcuda.so.*", "--exclude", "libcudart.so.12", "/w/a.whl"});
}
