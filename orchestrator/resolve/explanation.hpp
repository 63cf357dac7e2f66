// Says in words why a file is not taken.
#pragma once

#include "orchestrator/resolve/pip_history.hpp"
#include "orchestrator/resolve/resolution.hpp"

#include <string>

namespace wheelforge::resolve {

/// One sentence without a full stop, about a file that was not taken: "it needs glibc 2.34, here is 2.31", "pip 18.1
/// does not know manylinux2014_x86_64; update pip to 19.3". Of the file that is taken: the tag that matched.
[[nodiscard]] std::string explain(const InstallTarget& target, const ReleaseFile& file, const Verdict& verdict,
                                  const PipHistory& history);

/// "Python 3.9, pip 20.3.4 on x86_64 with glibc 2.31".
[[nodiscard]] std::string describe(const InstallTarget& target);

} // namespace wheelforge::resolve
