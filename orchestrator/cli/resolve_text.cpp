// Renders resolutions.
#include "orchestrator/cli/resolve_text.hpp"

#include "orchestrator/resolve/explanation.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace wheelforge::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string since(const std::string& pip) {
  return pip.empty() ? "no known pip takes it here" : fmt::format("pip {} and newer take it", pip);
}

std::string picked_name(const ResolvedTarget& one) {
  return one.resolution.picked ? one.files[*one.resolution.picked].name : "nothing";
}

Json verdict_json(const ResolvedTarget& one, std::size_t index) {
  const resolve::Verdict& verdict = one.resolution.verdicts[index];
  const bool picked = one.resolution.picked == index;
  Json out;
  out["file"] = one.files[index].name;
  out["verdict"] = picked ? "picked" : resolve::is_refusal(verdict.reason) ? "refused" : "passed_over";
  out["reason"] = picked ? Json() : Json(verdict.detail);
  out["explanation"] = one.explanations[index];
  out["tag"] = verdict.tag ? Json(*verdict.tag) : Json();
  out["place"] = verdict.rank ? Json(*verdict.rank + 1) : Json();
  out["lowest_pip"] = one.lowest_pips[index].empty() ? Json() : Json(one.lowest_pips[index]);
  return out;
}

} // namespace

std::string render_details(const std::vector<ResolvedTarget>& all) {
  std::string out;
  for (const ResolvedTarget& one : all) {
    out += fmt::format("{}{}: {} ({})\n", out.empty() ? "" : "\n", one.project, one.target,
                       resolve::describe(one.install));
    if (!one.resolution.picked) {
      out += "  picks nothing\n";
    }
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < one.files.size(); ++i) {
      order.insert(one.resolution.picked == i ? order.begin() : order.end(), i);
    }
    for (const std::size_t i : order) {
      const resolve::Verdict& verdict = one.resolution.verdicts[i];
      const bool picked = one.resolution.picked == i;
      const bool refused = resolve::is_refusal(verdict.reason);
      out += fmt::format("  {:<11} {}\n              {}\n",
                         picked    ? "picked"
                         : refused ? "refused"
                                   : "passed over",
                         one.files[i].name, one.explanations[i]);
      if (verdict.reason != resolve::Reason::name && verdict.reason != resolve::Reason::other_project) {
        out += fmt::format("              {}\n", since(one.lowest_pips[i]));
      }
    }
  }
  return out;
}

std::string render_table(const std::vector<ResolvedTarget>& all) {
  std::vector<std::vector<std::string>> rows = {{"target", "libc", "python", "pip", "picks"}};
  for (const ResolvedTarget& one : all) {
    rows.push_back(
        {one.target,
         fmt::format("{} {}", platform::to_string(one.install.machine.libc), one.install.machine.libc_version),
         to_string(one.install.python), one.install.pip.version.text, picked_name(one)});
  }
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      out += fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    out += row.back() + "\n";
  }
  return out;
}

std::string render_json(const std::vector<ResolvedTarget>& all,
                        const std::vector<std::pair<std::string, std::string>>& skipped) {
  Json targets = Json::array();
  for (const ResolvedTarget& one : all) {
    Json item;
    item["target"] = one.target;
    item["project"] = one.project;
    item["machine"] = one.install.machine.name;
    item["libc"] = platform::to_string(one.install.machine.libc);
    item["libc_version"] = one.install.machine.libc_version;
    item["python"] = to_string(one.install.python);
    item["pip"] = one.install.pip.version.text;
    item["picked"] = one.resolution.picked ? Json(one.files[*one.resolution.picked].name) : Json();
    item["files"] = Json::array();
    for (std::size_t i = 0; i < one.files.size(); ++i) {
      item["files"].push_back(verdict_json(one, i));
    }
    targets.push_back(std::move(item));
  }
  Json without = Json::object();
  for (const auto& [target, why] : skipped) {
    without[target] = why;
  }
  Json document{{"schema", 1}, {"targets", std::move(targets)}, {"skipped", std::move(without)}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace wheelforge::cli
