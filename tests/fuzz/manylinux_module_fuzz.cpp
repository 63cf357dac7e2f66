// The interpreter of `_manylinux` modules: it ends, and touches nothing that is not its own.
#include "orchestrator/resolve/manylinux_module.hpp"

#include <cstddef>
#include <cstdint>

using namespace wheelforge::resolve;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto module = ManylinuxModule::parse({reinterpret_cast<const char*>(data), size});
  if (module && module->has_function()) {
    (void)module->compatible({2, 28}, "x86_64");
  }
  return 0;
}
