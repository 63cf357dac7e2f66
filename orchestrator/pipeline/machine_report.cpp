// Compares prediction and observation, and keeps both as JSON.
#include "orchestrator/pipeline/machine_report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace wheelforge::pipeline {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const FileLoads& loads) {
  Json object = Json::object();
  for (const auto& [path, sentence] : loads) {
    object[path] = sentence ? Json(*sentence) : Json(nullptr);
  }
  return object;
}

Json bool_or_null(std::optional<bool> value) { return value ? Json(*value) : Json(nullptr); }

std::string text_of(const Json& object, const char* name) {
  const Json& value = object.at(name);
  return value.is_null() ? std::string() : value.get<std::string>();
}

std::optional<bool> bool_of(const Json& object, const char* name) {
  const Json& value = object.at(name);
  return value.is_null() ? std::nullopt : std::optional(value.get<bool>());
}

FileLoads loads_of(const Json& object) {
  FileLoads loads;
  for (const auto& [path, sentence] : object.items()) {
    loads[path] = sentence.is_null() ? std::nullopt : std::optional(sentence.get<std::string>());
  }
  return loads;
}

std::string said(const std::optional<std::string>& sentence) {
  return sentence ? "\"" + *sentence + "\"" : "that it loads";
}

} // namespace

std::vector<Disagreement> disagreements(const MachineReport& report) {
  std::vector<Disagreement> found;
  const auto& [predicted, observed] = std::tie(report.predicted, report.observed);
  if (predicted.installs && observed.installed && *predicted.installs != *observed.installed) {
    found.push_back(
        {"", *observed.installed
                 ? fmt::format("it was installed, though pip {} was expected to refuse it: {}", predicted.pip,
                               predicted.why)
                 : fmt::format("it could not be installed, though pip {} was expected to take it", predicted.pip)});
  }
  if (!observed.loads || predicted.basis.empty()) {
    return found;
  }
  for (const auto& [path, sentence] : *observed.loads) {
    const auto expected = predicted.loads.find(path);
    if (expected != predicted.loads.end() && expected->second != sentence) {
      found.push_back(
          {path, fmt::format("the prediction was {}, the loader says {}", said(expected->second), said(sentence))});
    }
  }
  return found;
}

std::size_t failing_files(const FileLoads& loads) {
  return static_cast<std::size_t>(
      std::count_if(loads.begin(), loads.end(), [](const auto& file) { return file.second.has_value(); }));
}

std::string to_json(const MachineReport& report) {
  Json differences = Json::array();
  for (const Disagreement& one : disagreements(report)) {
    differences.push_back({{"path", text_or_null(one.path)}, {"message", one.message}});
  }
  const Json document = {{"place", report.place},
                         {"distribution", text_or_null(report.distribution)},
                         {"python", text_or_null(report.python)},
                         {"libc", text_or_null(report.libc)},
                         {"predicted",
                          {{"installs", bool_or_null(report.predicted.installs)},
                           {"pip", text_or_null(report.predicted.pip)},
                           {"why", text_or_null(report.predicted.why)},
                           {"basis", text_or_null(report.predicted.basis)},
                           {"loads", to_json(report.predicted.loads)}}},
                         {"observed",
                          {{"result", report.observed.result},
                           {"installed", bool_or_null(report.observed.installed)},
                           {"loads", report.observed.loads ? to_json(*report.observed.loads) : Json(nullptr)}}},
                         {"disagreements", std::move(differences)}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<MachineReport> parse_machine_report(std::string_view json) {
  try {
    const Json document = Json::parse(json);
    const Json& predicted = document.at("predicted");
    const Json& observed = document.at("observed");
    MachineReport report{document.at("place").get<std::string>(),
                         text_of(document, "distribution"),
                         text_of(document, "python"),
                         text_of(document, "libc"),
                         {},
                         {}};
    report.predicted = {bool_of(predicted, "installs"), text_of(predicted, "pip"), text_of(predicted, "why"),
                        text_of(predicted, "basis"), loads_of(predicted.at("loads"))};
    report.observed = {observed.at("result").get<std::string>(), bool_of(observed, "installed"), {}};
    if (const Json& loads = observed.at("loads"); !loads.is_null()) {
      report.observed.loads = loads_of(loads);
    }
    return report;
  } catch (const Json::exception& error) {
    return fail(ErrorKind::invalid_data, "a kept report of a machine is not readable: {}", error.what());
  }
}

} // namespace wheelforge::pipeline
