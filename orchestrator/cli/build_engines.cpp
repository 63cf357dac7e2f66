// Opens engines by the plan, and asks for emulators by it.
#include "orchestrator/cli/build_engines.hpp"

#include "orchestrator/cli/emulators.hpp"
#include "orchestrator/engine/engine_pool.hpp"
#include "orchestrator/image/catalog.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

namespace wheelforge::cli {
namespace {

/// The names of the images that a cell is built and tested in.
std::vector<std::string> images_of(const plan::PlannedCell& cell) {
  std::vector<std::string> names{cell.image};
  if (auto ref = image::parse_image_ref(cell.image)) {
    ref->digest = cell.digest;
    if (!ref->digest.empty()) {
      names.push_back(to_string(image::kept_copy(*ref)));
    }
  }
  constexpr std::string_view kImage = "image:";
  for (const plan::Step& step : cell.steps) {
    const std::string& name = step.place;
    if (name.starts_with(kImage)) {
      names.push_back(name.substr(kImage.size()));
    } else if (const auto test = image::test_image(image::known_catalog(), name, cell.cell.arch)) {
      names.push_back(to_string(*test));
    }
  }
  return names;
}

} // namespace

Result<std::unique_ptr<engine::ContainerEngine>>
open_engines(host::ProcessRunner& runner, host::Clock& clock, const host::FileSystem& files,
             engine::EngineChoice choice, const Configuration& configuration, const plan::Plan& plan) {
  WF_TRY(auto own, engine::detect_engine(runner, clock, choice));
  std::map<std::string, std::vector<std::string>> images;
  for (const plan::PlannedCell& cell : plan.cells) {
    if (cell.is_in() && !cell.host.empty()) {
      const auto names = images_of(cell);
      images[cell.host].insert(images[cell.host].end(), names.begin(), names.end());
    }
  }
  if (images.empty()) {
    return own;
  }
  auto pool = std::make_unique<engine::EnginePool>(std::move(own), files);
  for (const matrix::EngineHost& host : configuration.matrix.engine.hosts) {
    if (const auto used = images.find(host.name); used != images.end()) {
      WF_TRY_CONTEXT(auto engine, engine::connect_engine(runner, clock, host.url),
                     fmt::format("[engine.hosts.{}]", host.name));
      pool->add(std::move(engine), used->second);
    }
  }
  return pool;
}

Result<void> check_emulators(const plan::Plan& plan, const host::FileSystem& files, host::ProcessRunner& runner) {
  std::set<std::string_view> foreign;
  for (const plan::PlannedCell& cell : plan.cells) {
    if (cell.is_in() && cell.compilers.compilers != plan::Compilers::own) {
      foreign.insert(tags::to_string(cell.cell.arch));
    }
  }
  bool is_warned = false; // one program, one line
  for (const std::string_view arch : foreign) {
    const auto verdict = engine::judge(inspect_emulator(arch, files, runner));
    if (!verdict.is_usable()) {
      return with_hint(fail(ErrorKind::engine_unavailable, "{}", verdict.message), verdict.hint);
    }
    if (verdict.trouble != engine::EmulatorTrouble::none && !std::exchange(is_warned, true)) {
      fmt::print(stderr, "wheelforge: warning: {}\n  hint: {}\n", verdict.message, verdict.hint);
    }
  }
  return {};
}

} // namespace wheelforge::cli
