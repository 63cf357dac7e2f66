// Renders a repair request as auditwheel's command line.
#include "orchestrator/repair/auditwheel.hpp"

namespace wheelforge::repair {

std::vector<std::string> auditwheel_command(const RepairRequest& request) {
  std::vector<std::string> argv = {"auditwheel",  "repair",      "--plat", request.platform.canonical(),
                                   "--wheel-dir", request.folder};
  for (const std::string& glob : request.exclude) {
    argv.insert(argv.end(), {"--exclude", glob});
  }
  argv.push_back(request.wheel);
  return argv;
}

} // namespace wheelforge::repair
