// Lets git inside a container read a tree that it does not own.
#include "orchestrator/source/source_tree.hpp"

namespace wheelforge::source {

host::Environment git_trust_environment() {
  return {{"GIT_CONFIG_COUNT", "1"}, {"GIT_CONFIG_KEY_0", "safe.directory"}, {"GIT_CONFIG_VALUE_0", "*"}};
}

} // namespace wheelforge::source
