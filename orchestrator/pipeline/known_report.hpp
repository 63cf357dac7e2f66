// The part of a cell's report that kept results tell.
#pragma once

#include "orchestrator/pipeline/outlook.hpp"
#include "orchestrator/pipeline/run_report.hpp"

#include <filesystem>

namespace wheelforge::pipeline {

/// Wheel, audit, machines, peak memory and log of what the outlook knows; the rest is left empty.
[[nodiscard]] CellReport known_report(const CellOutlook& outlook, const std::filesystem::path& output);

/// What the entry of an audit tells: audit_json (empty where it is damaged), and the wheel's tag.
[[nodiscard]] CellReport known_audit(const cache::CacheEntry& entry, StepStore& store);

/// The steps' kept lines of the log, in the order of the plan; for a cell whose log file is not here.
[[nodiscard]] std::string known_log(const CellOutlook& outlook, StepStore& store);

} // namespace wheelforge::pipeline
