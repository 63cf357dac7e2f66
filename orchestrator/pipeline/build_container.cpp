// Mounts the cross tool set, and lets it take its place.
#include "orchestrator/pipeline/build_container.hpp"

#include "orchestrator/engine/emulator.hpp"

#include <fmt/core.h>

namespace wheelforge::pipeline {
namespace {

using plan::Compilers;

/// Says in the log that the compilers run emulated; an error where they must not.
Result<void> fall_back(const RunContext& run, CellLog& log, const std::string& step, const std::string& why) {
  if (run.cross_compilers == "native") {
    return with_hint(fail("[cross] compilers is \"native\", but {}", why),
                     "say compilers = \"auto\" to have such cells compiled under emulation");
  }
  log.note(step, "compilers: emulated, which is slow: " + why);
  return {};
}

/// A container that only tells which gcc the cell's image has: the image itself, for in what before-all made of it the
/// compilers may be native ones already, which are not there without their tool set.
Result<engine::Container> start_probe(RunContext& run, const plan::PlannedCell& cell, engine::ContainerSpec spec,
                                      const host::OutputSink& sink, std::stop_token stop) {
  WF_TRY(const auto image, run.images.ensure(cell.image, cell.digest, sink, stop));
  spec.image = image.name;
  spec.name += "-probe";
  return engine::Container::start(run.engine, spec, std::move(stop));
}

} // namespace

Result<void> check_architecture(const ReadyImage& image, const plan::PlannedCell& cell) {
  const std::string_view wanted = tags::oci_name(cell.cell.arch);
  const std::string& has = image.info.architecture;
  if (has.empty() || has == wanted.substr(0, wanted.find('/'))) {
    return {};
  }
  return with_hint(
      fail(ErrorKind::not_found, "the image {} is for {}, the cell needs one for {} ({})", image.name, has, wanted,
           tags::to_string(cell.cell.arch)),
      fmt::format("pull it with --platform linux/{0}, or make it: wheelforge images build RECIPE --arch {1} "
                  "(old engines' import records their own architecture, whatever is in the image)",
                  wanted, tags::to_string(cell.cell.arch)));
}

Result<engine::Container> start_build_container(RunContext& run, const plan::PlannedCell& cell,
                                                engine::ContainerSpec spec, CellLog& log, const std::string& step,
                                                std::stop_token stop) {
  if (cell.compilers.compilers != Compilers::native || run.tool_sets == nullptr) {
    if (cell.compilers.compilers == Compilers::emulated) {
      WF_TRY_VOID(fall_back(run, log, step, cell.compilers.why));
    }
    return engine::Container::start(run.engine, spec, std::move(stop));
  }
  Result<std::string> release = cell.compilers.release;
  if (release->empty()) {
    WF_TRY(auto probe, start_probe(run, cell, spec, log.sink(step), stop));
    release = cross::release_of(probe, stop);
  }
  if (!release) {
    WF_TRY_VOID(fall_back(run, log, step, release.error().message));
    return engine::Container::start(run.engine, spec, std::move(stop));
  }
  const auto folder = run.tool_sets->ensure(*release, cell.cell.arch, log.sink(step), stop);
  if (!folder) {
    if (folder.error().kind == ErrorKind::cancelled) {
      return tl::unexpected(folder.error());
    }
    WF_TRY_VOID(fall_back(run, log, step, folder.error().message));
    return engine::Container::start(run.engine, spec, std::move(stop));
  }
  spec.mounts.push_back(cross::mount_of(*folder));
  spec.environment[cross::kVariable] = cross::kMountPoint;
  WF_TRY(auto container, engine::Container::start(run.engine, spec, stop));
  WF_TRY(const auto entered, cross::enter(container, std::move(stop)));
  if (!entered.is_native) {
    WF_TRY_VOID(fall_back(run, log, step, entered.message));
    return container;
  }
  log.note(step, fmt::format("compilers: native; {}", entered.message));
  return container;
}

Error name_emulator_crash(EmulatorCrashes& crashes, const plan::PlannedCell& cell, const std::string& step,
                          const std::vector<std::string>& tail, Error error) {
  if (cell.compilers.compilers == Compilers::own || error.kind != ErrorKind::failed) {
    return error;
  }
  std::string text;
  for (const std::string& line : tail) {
    text += line + "\n";
  }
  const auto crash = engine::find_emulator_crash(text);
  if (!crash) {
    return error;
  }
  if (crashes.is_first(cell.cell.id.text + " " + step)) {
    return {fmt::format("{}; the emulator of {} crashed: {}", error.message, tags::to_string(cell.cell.arch), *crash),
            ErrorKind::temporary,
            "it is tried again once; `wheelforge doctor` tells whether this QEMU is known for it"};
  }
  error.message += fmt::format("; a program crashed under the emulator of {} a second time: {}",
                               tags::to_string(cell.cell.arch), *crash);
  error.hint =
      "the program itself may be at fault, or this QEMU (`wheelforge doctor`): try a newer one, or a machine of "
      "that architecture in [engine.hosts]";
  return error;
}

std::filesystem::path tools_folder(const RunContext& run, const plan::PlannedCell& cell) {
  if (cell.compilers.compilers == Compilers::own) {
    return run.tools / "own" / std::string(tags::to_string(cell.cell.arch));
  }
  return run.tools / "foreign";
}

} // namespace wheelforge::pipeline
