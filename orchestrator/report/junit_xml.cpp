// RunReport as JUnit XML.
#include "orchestrator/report/junit_xml.hpp"

#include "orchestrator/report/markup.hpp"

#include <fmt/core.h>

namespace wheelforge::report {
namespace {

using pipeline::CellReport;
using pipeline::StepReport;

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;

  void add(const Counts& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
  }
  [[nodiscard]] std::string attributes() const {
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}")", tests, failures, errors, skipped);
  }
};

double seconds(std::chrono::milliseconds duration) { return static_cast<double>(duration.count()) / 1000.0; }

bool is_check(const std::string& step) { return step == "audit" || step.starts_with("test:"); }

std::string failure_of(const CellReport& cell, const StepReport& step) {
  const bool is_told = cell.failure && cell.failure->step == step.name;
  const std::string message = is_told ? cell.failure->error.message : step.reason;
  std::string text;
  if (is_told) {
    if (!cell.failure->command.empty()) {
      text += "$ " + cell.failure->command + "\n";
    }
    for (const std::string& line : cell.failure->tail) {
      text += line + "\n";
    }
  }
  const std::string_view element = is_check(step.name) ? "failure" : "error";
  return fmt::format("      <{0} message=\"{1}\">{2}</{0}>\n", element, escaped(message), escaped(text));
}

std::string case_of(const CellReport& cell, const StepReport& step, Counts& counts) {
  std::string inside;
  ++counts.tests;
  if (step.status == "failed") {
    ++(is_check(step.name) ? counts.failures : counts.errors);
    inside = failure_of(cell, step);
  } else if (step.status != "ok") {
    ++counts.skipped;
    const std::string reason = step.reason.empty() ? step.status : step.reason;
    inside = fmt::format("      <skipped message=\"{}\"/>\n", escaped(reason));
  }
  const std::string head = fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.3f}")", escaped(cell.id),
                                       escaped(step.name), seconds(step.duration));
  return inside.empty() ? head + "/>\n" : head + ">\n" + inside + "    </testcase>\n";
}

/// A failure that belongs to no step: the cell never began, because something that it needs failed.
std::string case_without_step(const CellReport& cell, Counts& counts) {
  ++counts.tests;
  ++counts.errors;
  const StepReport whole{"cell", "failed", cell.failure->error.message, {}, {}, false};
  CellReport told = cell;
  told.failure->step = whole.name;
  return fmt::format("    <testcase classname=\"{}\" name=\"cell\" time=\"0.000\">\n{}    </testcase>\n",
                     escaped(cell.id), failure_of(told, whole));
}

} // namespace

std::string to_junit_xml(const pipeline::RunReport& report) {
  Counts all;
  std::string suites;
  for (const CellReport& cell : report.cells) {
    if (cell.status == pipeline::CellStatus::skipped) {
      continue;
    }
    Counts counts;
    std::string cases;
    std::chrono::milliseconds time{0};
    bool has_failed_step = false;
    for (const StepReport& step : cell.steps) {
      cases += case_of(cell, step, counts);
      time += step.duration;
      has_failed_step |= step.status == "failed";
    }
    if (cell.failure && !has_failed_step && cell.status != pipeline::CellStatus::cancelled) {
      cases += case_without_step(cell, counts);
    }
    suites += fmt::format("  <testsuite name=\"{}\" {} time=\"{:.3f}\" timestamp=\"{}\">\n{}  </testsuite>\n",
                          escaped(cell.id), counts.attributes(), seconds(time), escaped(report.started), cases);
    all.add(counts);
  }
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"wheelforge\" {} "
                     "time=\"{:.3f}\">\n{}</testsuites>\n",
                     all.attributes(), seconds(report.duration), suites);
}

} // namespace wheelforge::report
