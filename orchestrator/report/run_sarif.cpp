// Findings of a run, rendered as the audit renders its own.
#include "orchestrator/report/run_sarif.hpp"

#include "orchestrator/audit/render.hpp"
#include "orchestrator/pipeline/cell_findings.hpp"

namespace wheelforge::report {

std::string to_sarif(const pipeline::RunReport& report) {
  std::vector<audit::AuditReport> wheels;
  for (const pipeline::CellReport& cell : report.cells) {
    audit::AuditReport wheel;
    wheel.wheel = cell.wheel ? cell.wheel->name : cell.id;
    wheel.findings = pipeline::findings_of(cell);
    wheels.push_back(std::move(wheel));
  }
  return audit::to_sarif(wheels, {}, report.version);
}

} // namespace wheelforge::report
