// RunReport as JSON.
#include "orchestrator/report/run_json.hpp"

#include "orchestrator/pipeline/cell_findings.hpp"

#include <nlohmann/json.hpp>

namespace wheelforge::report {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

double seconds(std::chrono::milliseconds duration) { return static_cast<double>(duration.count()) / 1000.0; }

Json to_json(const pipeline::StepReport& step) {
  return {{"name", step.name},
          {"status", step.status},
          {"reason", text_or_null(step.reason)},
          {"started_seconds", seconds(step.started)},
          {"seconds", seconds(step.duration)},
          {"cached", step.is_cached}};
}

Json to_json(const std::optional<pipeline::Failure>& failure) {
  if (!failure) {
    return nullptr;
  }
  return {{"step", text_or_null(failure->step)},
          {"kind", to_string(failure->error.kind)},
          {"message", failure->error.message},
          {"hint", text_or_null(failure->error.hint)},
          {"command", text_or_null(failure->command)},
          {"exit_code", failure->exit_code ? Json(*failure->exit_code) : Json(nullptr)},
          {"last_lines", failure->tail}};
}

Json to_json(const std::optional<pipeline::WheelReport>& wheel) {
  if (!wheel) {
    return nullptr;
  }
  return {{"name", wheel->name},
          {"path", wheel->path},
          {"sha256", text_or_null(wheel->sha256)},
          {"size_bytes", wheel->size_bytes > 0 ? Json(wheel->size_bytes) : Json(nullptr)},
          {"tag", text_or_null(wheel->tag)},
          {"built_by", text_or_null(wheel->built_from)}};
}

Json to_json(const pipeline::CellReport& cell) {
  Json steps = Json::array();
  for (const pipeline::StepReport& step : cell.steps) {
    steps.push_back(to_json(step));
  }
  Json machines = Json::array();
  for (const pipeline::MachineReport& machine : cell.machines) {
    machines.push_back(Json::parse(pipeline::to_json(machine)));
  }
  Json findings = Json::array();
  for (const audit::Finding& finding : pipeline::findings_of(cell)) {
    findings.push_back({{"code", finding.code},
                        {"severity", to_string(finding.severity)},
                        {"path", text_or_null(finding.path)},
                        {"message", finding.message},
                        {"hint", text_or_null(finding.hint)}});
  }
  const Json audit = Json::parse(cell.audit_json, nullptr, false);
  const bool is_audited = audit.is_object() && audit.contains("wheels") && audit["wheels"].size() == 1;
  return {{"id", cell.id},
          {"python", cell.python},
          {"platform", cell.platform},
          {"arch", cell.arch},
          {"accelerator", cell.accelerator},
          {"image", text_or_null(cell.image)},
          {"digest", text_or_null(cell.digest)},
          {"status", to_string(cell.status)},
          {"reason", text_or_null(cell.reason)},
          {"attempts", cell.attempts},
          {"wheel", to_json(cell.wheel)},
          {"steps", std::move(steps)},
          {"audit", is_audited ? audit["wheels"][0] : Json(nullptr)},
          {"device", is_audited && audit.contains("device") ? audit["device"] : Json(nullptr)},
          {"machines", std::move(machines)},
          {"findings", std::move(findings)},
          {"failure", to_json(cell.failure)},
          {"peak_memory_bytes", cell.peak_memory_bytes ? Json(*cell.peak_memory_bytes) : Json(nullptr)},
          {"compiler_cache", cell.compiler_cache
                                 ? Json{{"hits", cell.compiler_cache->hits}, {"misses", cell.compiler_cache->misses}}
                                 : Json(nullptr)},
          {"log", text_or_null(cell.log)}};
}

} // namespace

std::string to_json(const pipeline::RunReport& report) {
  Json cells = Json::array();
  for (const pipeline::CellReport& cell : report.cells) {
    cells.push_back(to_json(cell));
  }
  const Json document = {{"schema", 1},
                         {"run", report.run},
                         {"wheelforge", report.version},
                         {"started", report.started},
                         {"finished", report.finished},
                         {"seconds", seconds(report.duration)},
                         {"exit_code", exit_code_of(report)},
                         {"engine", text_or_null(report.engine)},
                         {"source", {{"commit", text_or_null(report.commit)}, {"dirty", report.dirty}}},
                         {"output", report.output},
                         {"folder", report.folder},
                         {"cells", std::move(cells)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace wheelforge::report
