// CVSS vectors and words as severities.
#include "orchestrator/lifecycle/severity.hpp"

#include "orchestrator/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

namespace wheelforge::lifecycle {
namespace {

using Metrics = std::map<std::string_view, std::string_view>;

Metrics metrics_of(std::string_view vector) {
  Metrics out;
  while (!vector.empty()) {
    const std::string_view part = vector.substr(0, vector.find('/'));
    vector.remove_prefix(std::min(part.size() + 1, vector.size()));
    if (const std::size_t colon = part.find(':'); colon != std::string_view::npos) {
      out[part.substr(0, colon)] = part.substr(colon + 1);
    }
  }
  return out;
}

/// The weight of a metric's value: `values` are single letters, `weights` theirs. NaN for what is missing or unknown.
double weight(const Metrics& metrics, std::string_view name, std::string_view values,
              std::initializer_list<double> weights) {
  const auto found = metrics.find(name);
  const std::size_t at =
      found == metrics.end() || found->second.size() != 1 ? std::string_view::npos : values.find(found->second);
  return at == std::string_view::npos ? std::nan("") : *(weights.begin() + at);
}

std::optional<double> score_or_nothing(double score) { return std::isnan(score) ? std::nullopt : std::optional(score); }

/// CVSS 3.1's Roundup: the next tenth, without the errors of floating point.
double round_up(double value) {
  const double scaled = std::round(value * 100000);
  return std::fmod(scaled, 10000) == 0 ? scaled / 100000 : (std::floor(scaled / 10000) + 1) / 10;
}

std::optional<double> base_score_3(const Metrics& metrics) {
  const auto scope = metrics.find("S");
  if (scope == metrics.end() || (scope->second != "U" && scope->second != "C")) {
    return std::nullopt;
  }
  const bool changed = scope->second == "C";
  const double privileges =
      changed ? weight(metrics, "PR", "NLH", {0.85, 0.68, 0.5}) : weight(metrics, "PR", "NLH", {0.85, 0.62, 0.27});
  const double exploitability = 8.22 * weight(metrics, "AV", "NALP", {0.85, 0.62, 0.55, 0.2}) *
                                weight(metrics, "AC", "LH", {0.77, 0.44}) * privileges *
                                weight(metrics, "UI", "NR", {0.85, 0.62});
  const double kept = (1 - weight(metrics, "C", "HLN", {0.56, 0.22, 0})) *
                      (1 - weight(metrics, "I", "HLN", {0.56, 0.22, 0})) *
                      (1 - weight(metrics, "A", "HLN", {0.56, 0.22, 0}));
  const double base = 1 - kept;
  const double impact = changed ? 7.52 * (base - 0.029) - 3.25 * std::pow(base - 0.02, 15) : 6.42 * base;
  if (std::isnan(impact) || std::isnan(exploitability)) {
    return std::nullopt;
  }
  if (impact <= 0) {
    return 0.0;
  }
  return round_up(std::min((changed ? 1.08 : 1.0) * (impact + exploitability), 10.0));
}

std::optional<double> base_score_2(const Metrics& metrics) {
  const double impact = 10.41 * (1 - (1 - weight(metrics, "C", "NPC", {0, 0.275, 0.66})) *
                                         (1 - weight(metrics, "I", "NPC", {0, 0.275, 0.66})) *
                                         (1 - weight(metrics, "A", "NPC", {0, 0.275, 0.66})));
  const double exploitability = 20 * weight(metrics, "AV", "LAN", {0.395, 0.646, 1.0}) *
                                weight(metrics, "AC", "HML", {0.35, 0.61, 0.71}) *
                                weight(metrics, "Au", "MSN", {0.45, 0.56, 0.704});
  const double score = ((0.6 * impact) + (0.4 * exploitability) - 1.5) * (impact == 0 ? 0 : 1.176);
  return score_or_nothing(std::round(score * 10) / 10);
}

/// An upper bound of CVSS 4.0's severity from its impact alone; never lower than the real one.
Severity bound_4(const Metrics& metrics) {
  std::array<std::size_t, 3> count{}; // high, low, none
  for (const std::string_view name : {"VC", "VI", "VA", "SC", "SI", "SA"}) {
    const auto found = metrics.find(name);
    const std::size_t at =
        found == metrics.end() ? std::string_view::npos : std::string_view("HLN").find(found->second);
    if (at == std::string_view::npos || found->second.size() != 1) {
      return Severity::unknown;
    }
    ++count.at(at);
  }
  return count[0] > 0 ? Severity::critical : count[1] > 0 ? Severity::medium : Severity::none;
}

Severity severity_of_score(double score) {
  return score >= 9.0   ? Severity::critical
         : score >= 7.0 ? Severity::high
         : score >= 4.0 ? Severity::medium
         : score > 0    ? Severity::low
                        : Severity::none;
}

} // namespace

std::string_view to_string(Severity severity) {
  constexpr std::array<std::string_view, 6> kNames = {"unknown", "none", "low", "medium", "high", "critical"};
  return kNames.at(static_cast<std::size_t>(severity));
}

std::optional<Severity> severity_of_word(std::string_view word) {
  const std::string lower = lower_case(word);
  constexpr std::array<std::pair<std::string_view, Severity>, 12> kWords = {{{"critical", Severity::critical},
                                                                             {"important", Severity::high},
                                                                             {"high", Severity::high},
                                                                             {"moderate", Severity::medium},
                                                                             {"medium", Severity::medium},
                                                                             {"low", Severity::low},
                                                                             {"minor", Severity::low},
                                                                             {"negligible", Severity::low},
                                                                             {"unimportant", Severity::low},
                                                                             {"none", Severity::none},
                                                                             {"unknown", Severity::unknown},
                                                                             {"not yet assigned", Severity::unknown}}};
  const auto* found =
      std::find_if(kWords.begin(), kWords.end(), [&](const auto& known) { return known.first == lower; });
  return found == kWords.end() ? std::nullopt : std::optional(found->second);
}

std::optional<double> cvss_base_score(std::string_view vector) {
  double number = 0;
  const auto [end, error] = std::from_chars(vector.data(), vector.data() + vector.size(), number);
  if (error == std::errc() && end == vector.data() + vector.size()) {
    return number >= 0 && number <= 10 ? std::optional(number) : std::nullopt;
  }
  const Metrics metrics = metrics_of(vector);
  if (vector.starts_with("CVSS:3.0/") || vector.starts_with("CVSS:3.1/")) {
    return base_score_3(metrics);
  }
  return vector.starts_with("CVSS:") ? std::nullopt : base_score_2(metrics);
}

Severity severity_of_cvss(std::string_view vector) {
  if (vector.starts_with("CVSS:4.")) {
    return bound_4(metrics_of(vector));
  }
  const std::optional<double> score = cvss_base_score(vector);
  return score ? severity_of_score(*score) : Severity::unknown;
}

} // namespace wheelforge::lifecycle
