// Facts of the machine, from uname(2).
#include "orchestrator/host/machine.hpp"

#include "orchestrator/base/error.hpp"

#include <sys/utsname.h>

namespace wheelforge::host {

std::string machine_architecture() {
  utsname name{};
  WF_CHECK(uname(&name) == 0); // it fails only on a bad address
  return static_cast<const char*>(name.machine);
}

} // namespace wheelforge::host
