// The run as JUnit XML, for the test pages of CI services.
#pragma once

#include "orchestrator/pipeline/run_report.hpp"

#include <string>

namespace wheelforge::report {

/// One <testsuite> a selected cell, one <testcase> a step. A step that failed has a <failure> (audit and tests) or an
/// <error> (everything before them) with its last lines; what was skipped, stopped or not reached has a <skipped>.
/// Source: the attributes that Jenkins' and GitLab's readers know.
[[nodiscard]] std::string to_junit_xml(const pipeline::RunReport& report);

} // namespace wheelforge::report
