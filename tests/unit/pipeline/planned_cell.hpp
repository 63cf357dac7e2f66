// A planned cell with all the steps of a build, for tests.
#pragma once

#include "orchestrator/plan/plan.hpp"

#include <memory>
#include <string>
#include <utility>

namespace wheelforge::pipeline {

/// A cell that is in, of the image "image" and tested on "same".
inline plan::PlannedCell planned_cell(const std::string& python, const std::string& platform,
                                      matrix::CellOptions options = {}) {
  plan::PlannedCell planned;
  planned.cell.python = *matrix::parse_interpreter(python);
  planned.cell.platform = *tags::parse_platform_tag(platform);
  planned.cell.id = matrix::make_cell_id(planned.cell.python, planned.cell.platform, "cpu");
  planned.cell.options = std::make_shared<matrix::CellOptions>(std::move(options));
  planned.image = "image";
  using plan::StepKind;
  planned.steps = {{StepKind::prepare, {}}, {StepKind::build, {}},    {StepKind::repair, {}},
                   {StepKind::audit, {}},   {StepKind::test, "same"}, {StepKind::collect, {}}};
  return planned;
}

} // namespace wheelforge::pipeline
