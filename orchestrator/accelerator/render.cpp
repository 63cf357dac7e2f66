// An inspection as JSON and as text.
#include "orchestrator/accelerator/inspection.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace wheelforge::accelerator {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json shares(const std::vector<Share>& all) {
  Json list = Json::array();
  for (const Share& share : all) {
    list.push_back({{"name", share.name}, {"bytes", share.bytes}});
  }
  return list;
}

Json needs_json(const Inspection& inspection) {
  Json list = Json::array();
  for (const Need& need : inspection.needs) {
    Json one = {
        {"file", need.path},
        {"soname", need.soname},
        {"origin", to_string(need.origin)},
        {"from", or_null(need.from)},
        {"glibc", need.floor ? Json(fmt::format("{}.{}", need.floor->major, need.floor->minor)) : Json(nullptr)}};
    if (need.origin == Origin::provider) {
      one["required"] = need.is_required;
      one["on_path"] = need.is_reached;
      one["wanted_rpath"] = need.wanted_path;
    }
    list.push_back(std::move(one));
  }
  return list;
}

std::string megabytes(std::uint64_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

} // namespace

std::string to_json(const Inspection& inspection) {
  Json device = Json::array();
  for (const auto& [target, code] : inspection.device.targets) {
    device.push_back({{"target", target}, {"objects", code.objects}, {"bytes", code.bytes}});
  }
  const devicecode::TargetCode& packed = inspection.device.compressed;
  const Json compressed = packed.objects == 0
                              ? Json(nullptr)
                              : Json{{"bundles", packed.objects}, {"bytes", packed.bytes}, {"targets", "unknown"}};
  Json paths = Json::array();
  for (const SearchPath& path : inspection.search_paths) {
    paths.push_back({{"file", path.path}, {"entry", path.written}, {"kind", to_string(path.kind)}});
  }
  Json problems = Json::array();
  for (const Problem& problem : inspection.problems) {
    problems.push_back({{"code", problem.code},
                        {"severity", problem.is_error ? "error" : "warning"},
                        {"file", or_null(problem.path)},
                        {"message", problem.message}});
  }
  const SizeReport& size = inspection.size;
  const Json json = {{"wheel", inspection.wheel},
                     {"tag", inspection.tag},
                     {"tag_reason", inspection.tag_reason},
                     {"toolchains", inspection.toolchains},
                     {"device_targets", device},
                     {"compressed_device_code", compressed},
                     {"needed", needs_json(inspection)},
                     {"search_paths", paths},
                     {"openmp_runtimes", inspection.openmp_runtimes},
                     {"threading_layers", inspection.threading_layers},
                     {"size",
                      {{"wheel_bytes", size.wheel_bytes},
                       {"unpacked_bytes", size.unpacked_bytes},
                       {"files", shares(size.files)},
                       {"sections", shares(size.sections)},
                       {"targets", shares(size.targets)}}},
                     {"problems", problems}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_text(const Inspection& inspection) {
  std::string text = fmt::format("{}\n  tag: {} ({})\n", inspection.wheel, inspection.tag, inspection.tag_reason);
  if (!inspection.toolchains.empty()) {
    text += fmt::format("  toolchain: {}\n", fmt::join(inspection.toolchains, ", "));
  }
  std::set<std::string> libraries; // each once, whoever needs it
  for (const Need& need : inspection.needs) {
    if (need.origin != Origin::own && need.origin != Origin::grafted && need.origin != Origin::policy) {
      libraries.insert(fmt::format("{}: {}{}", need.soname, to_string(need.origin),
                                   need.from.empty() ? "" : " (" + need.from + ")"));
    }
  }
  for (const std::string& library : libraries) {
    text += fmt::format("  needs {}\n", library);
  }
  for (const auto& [target, code] : inspection.device.targets) {
    text += fmt::format("  device code for {}: {} objects, {}\n", target, code.objects, megabytes(code.bytes));
  }
  if (const auto& compressed = inspection.device.compressed; compressed.objects > 0) {
    text += fmt::format("  device code in {} compressed bundles, {}: targets unknown\n", compressed.objects,
                        megabytes(compressed.bytes));
  }
  for (const std::string& oddity : inspection.device.oddities) {
    text += fmt::format("  device code: {}\n", oddity);
  }
  if (!inspection.openmp_runtimes.empty()) {
    text += fmt::format("  OpenMP: {}\n", fmt::join(inspection.openmp_runtimes, ", "));
  }
  for (const std::string& layer : inspection.threading_layers) {
    text += fmt::format("  threading: {}\n", layer);
  }
  text += fmt::format("  size: {} packed, {} unpacked\n", megabytes(inspection.size.wheel_bytes),
                      megabytes(inspection.size.unpacked_bytes));
  for (std::size_t i = 0; i < std::min<std::size_t>(3, inspection.size.files.size()); ++i) {
    text += fmt::format("    {} {}\n", megabytes(inspection.size.files[i].bytes), inspection.size.files[i].name);
  }
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < inspection.problems.size() && i < kShown; ++i) {
    const Problem& problem = inspection.problems[i];
    text += fmt::format("  {} {}: {}{}\n", problem.is_error ? "error" : "warning", problem.code,
                        problem.path.empty() ? "" : problem.path + ": ", problem.message);
  }
  if (inspection.problems.size() > kShown) {
    text += fmt::format("  and {} more (--json has all)\n", inspection.problems.size() - kShown);
  }
  return text;
}

} // namespace wheelforge::accelerator
