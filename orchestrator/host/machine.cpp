// Facts of the machine, from uname(2).
#include "orchestrator/host/machine.hpp"

#include "orchestrator/base/error.hpp"

#include <sys/utsname.h>
#include <unistd.h>

namespace wheelforge::host {

std::string machine_architecture() {
  utsname name{};
  WF_CHECK(uname(&name) == 0); // it fails only on a bad address
  return static_cast<const char*>(name.machine);
}

std::uint64_t machine_memory_bytes() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) : 0;
}

} // namespace wheelforge::host
