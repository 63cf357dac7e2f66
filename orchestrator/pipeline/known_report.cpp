// Reads entries' facts.
#include "orchestrator/pipeline/known_report.hpp"

#include <charconv>

namespace wheelforge::pipeline {
namespace {

std::string fact(const cache::CacheEntry& entry, const char* name) {
  const auto found = entry.facts.find(name);
  return found == entry.facts.end() ? std::string() : found->second;
}

std::optional<std::uint64_t> number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

} // namespace

CellReport known_report(const CellOutlook& outlook, const std::filesystem::path& output) {
  CellReport report;
  for (const StepOutlook& step : outlook.steps) {
    if (!step.known) {
      continue;
    }
    report.log = fact(*step.known, kFactLog);
    if (step.name == "build") {
      report.peak_memory_bytes = number(fact(*step.known, kFactPeak));
    }
  }
  for (const StepOutlook& step : outlook.steps) { // in the plan's order
    if (const auto machine = outlook.machines.find(step.name); machine != outlook.machines.end()) {
      report.machines.push_back(machine->second);
    }
  }
  const cache::CachedFile* wheel = outlook.adopted ? &*outlook.adopted : outlook.wheel("repair");
  if (wheel == nullptr) {
    return report;
  }
  report.wheel = WheelReport{
      wheel->name, (output / wheel->name).string(), wheel->digest.hex(), wheel->size_bytes, {}, outlook.adopted_from};
  if (const StepOutlook* audit = outlook.find("audit"); audit != nullptr && audit->known) {
    report.wheel->tag = fact(*audit->known, kFactTag);
    report.audit_json = outlook.audit_json;
  }
  return report;
}

CellReport known_audit(const cache::CacheEntry& entry, StepStore& store) {
  CellReport report;
  report.audit_json = store.read(entry, kAuditFile).value_or("");
  report.wheel.emplace().tag = fact(entry, kFactTag);
  return report;
}

std::string known_log(const CellOutlook& outlook, StepStore& store) {
  std::string text;
  for (const StepOutlook& step : outlook.steps) {
    if (!step.known) {
      continue;
    }
    for (const cache::CachedFile& file : step.known->files) {
      if (file.name == kLogFile) {
        text += store.read(file).value_or("");
      }
    }
  }
  return text;
}

} // namespace wheelforge::pipeline
