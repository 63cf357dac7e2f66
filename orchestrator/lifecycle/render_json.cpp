// The report as JSON and as SARIF.
#include "orchestrator/lifecycle/report.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace wheelforge::lifecycle {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

/// Names may hold any byte.
std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

Json json_of(const SupportEntry& entry) {
  Json ends = Json::array();
  for (const SupportEnd& end : entry.ends) {
    ends.push_back({{"date", end.date}, {"what", end.what}, {"source", end.source}, {"decides", end.decides}});
  }
  Json costs = Json::array();
  for (const MoveCost& cost : entry.costs) {
    costs.push_back({{"arch", cost.arch},
                     {"percent_now", or_null(cost.percent_now)},
                     {"percent_then", or_null(cost.percent_then)},
                     {"loses", cost.loses}});
  }
  return {{"kind", to_string(entry.kind)},
          {"name", entry.name},
          {"state", to_string(entry.state)},
          {"days_left", or_null(entry.days_left)},
          {"days_left_at_most", or_null(entry.days_left_at_most)},
          {"ends", std::move(ends)},
          {"detail", text_or_null(entry.detail)},
          {"move_to", text_or_null(entry.move_to)},
          {"costs", std::move(costs)},
          {"percent", or_null(entry.percent)},
          {"used_by", entry.used_by}};
}

Json json_of(const AssessedComponent& one) {
  Json vulnerabilities = Json::array();
  for (const KnownVulnerability& known : one.assessment.vulnerabilities) {
    vulnerabilities.push_back({{"id", known.id},
                               {"aliases", known.aliases},
                               {"severity", to_string(known.severity)},
                               {"summary", text_or_null(known.summary)},
                               {"fixed", text_or_null(known.fixed)}});
  }
  return {{"name", one.component.name},
          {"version", text_or_null(one.component.version)},
          {"purl", text_or_null(one.component.purl)},
          {"source", text_or_null(one.component.source)},
          {"ecosystem", text_or_null(one.component.base.ecosystem)},
          {"base", text_or_null(one.component.base.distribution)},
          {"base_assumed", one.component.base.assumed},
          {"known_by", to_string(one.component.means)},
          {"files", one.component.files},
          {"state", to_string(one.assessment.state)},
          {"reason", text_or_null(one.assessment.reason)},
          {"vulnerabilities", std::move(vulnerabilities)}};
}

std::string_view level_of(FindingLevel level) {
  constexpr std::array<std::string_view, 3> kNames = {"note", "warning", "error"};
  return kNames.at(static_cast<std::size_t>(level));
}

/// What stands for a severity where a number is wanted (SARIF's security-severity): the least of its band.
std::string_view number_of(Severity severity) {
  constexpr std::array<std::string_view, 6> kNumbers = {"7.0", "0.0", "0.1", "4.0", "7.0", "9.0"};
  return kNumbers.at(static_cast<std::size_t>(severity));
}

} // namespace

std::string to_json(const LifecycleReport& report) {
  Json feeds = Json::array();
  for (const Feed& feed : report.feeds) {
    feeds.push_back({{"name", feed.name},
                     {"advisories", feed.advisories},
                     {"newest", text_or_null(feed.newest)},
                     {"fetched", text_or_null(feed.fetched)},
                     {"problem", text_or_null(feed.problem)}});
  }
  Json entries = Json::array();
  for (const SupportEntry& entry : report.entries) {
    entries.push_back(json_of(entry));
  }
  Json wheels = Json::array();
  for (const WheelReport& wheel : report.wheels) {
    Json components = Json::array();
    for (const AssessedComponent& one : wheel.components) {
      components.push_back(json_of(one));
    }
    wheels.push_back({{"wheel", wheel.file}, {"problems", wheel.problems}, {"components", std::move(components)}});
  }
  Json findings = Json::array();
  for (const LifecycleFinding& finding : findings_of(report)) {
    findings.push_back(
        {{"code", finding.code},
         {"level", level_of(finding.level)},
         {"subject", finding.subject},
         {"wheel", text_or_null(finding.file)},
         {"severity", finding.code == "vulnerability" ? Json(to_string(finding.severity)) : Json(nullptr)},
         {"days_left", or_null(finding.days_left)},
         {"message", finding.message}});
  }
  return dumped({{"schema", 1},
                 {"today", to_string(report.today)},
                 {"facts_as_of", report.facts_as_of},
                 {"feeds", std::move(feeds)},
                 {"support", std::move(entries)},
                 {"wheels", std::move(wheels)},
                 {"findings", std::move(findings)}});
}

std::string to_sarif(const LifecycleReport& report, std::string_view tool_version) {
  struct Rule {
    std::string_view id;
    std::string_view text;
    std::string_view help;
  };
  constexpr std::array<Rule, 6> kRules = {
      {{"eol", "something in use is out of support", "move to what the message names"},
       {"eol-disputed", "sources disagree whether something is out of support", "plan the move before the later date"},
       {"eol-soon", "something in use is about to go out of support", "move to what the message names"},
       {"stale-database", "the advisories are old", "run wheelforge lifecycle --refresh where the network is"},
       {"unknown", "nobody can say whether a component is vulnerable", "see the message for what is missing"},
       {"vulnerability", "a component of a wheel has a known vulnerability",
        "build the wheel anew on a base that has the fixed version"}}};
  Json rules = Json::array();
  for (const Rule& rule : kRules) {
    rules.push_back({{"id", rule.id}, {"shortDescription", {{"text", rule.text}}}, {"help", {{"text", rule.help}}}});
  }
  Json results = Json::array();
  for (const LifecycleFinding& finding : findings_of(report)) {
    Json result = {
        {"ruleId", finding.code},
        {"level", level_of(finding.level)},
        {"message", {{"text", finding.subject + ": " + finding.message}}},
        {"locations",
         Json::array({{{"physicalLocation",
                        {{"artifactLocation", {{"uri", finding.file.empty() ? "wheelforge.toml" : finding.file}}}}}}})},
        {"partialFingerprints",
         {{"wheelforge/v1", finding.code + "|" + finding.subject + "|" + finding.file + "|" +
                                finding.message.substr(0, finding.message.find(':'))}}}};
    if (finding.code == "vulnerability") {
      result["properties"] = {{"security-severity", number_of(finding.severity)},
                              {"severity", to_string(finding.severity)}};
    }
    results.push_back(std::move(result));
  }
  Json notifications = Json::array();
  for (const Feed& feed : report.feeds) {
    if (!feed.problem.empty()) {
      notifications.push_back({{"level", "warning"}, {"message", {{"text", feed.name + ": " + feed.problem}}}});
    }
  }
  Json run = {{"tool", {{"driver", {{"name", "wheelforge"}, {"version", tool_version}, {"rules", std::move(rules)}}}}},
              {"invocations", Json::array({{{"executionSuccessful", true},
                                            {"toolExecutionNotifications", std::move(notifications)}}})},
              {"results", std::move(results)}};
  return dumped({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({std::move(run)})}});
}

} // namespace wheelforge::lifecycle
