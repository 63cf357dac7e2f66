// Asks resolve and loader.
#include "orchestrator/pipeline/machine_prediction.hpp"

#include "orchestrator/loader/prediction.hpp"
#include "orchestrator/resolve/explanation.hpp"
#include "orchestrator/wheel/wheel_name.hpp"
#include "orchestrator/zip/zip_reader.hpp"

namespace wheelforge::pipeline {
namespace {

/// Whether the newest pip of that Python takes the file; left open where the facts do not reach.
void predict_install(const std::string& file, const MachineQuestion& question, MachineReport::Predicted& predicted) {
  if (!question.is_cpython) {
    return; // the rules that are known are those of CPython's tags
  }
  const auto distribution = platform::find_distribution(platform::known_distributions(), question.distribution);
  auto python = resolve::parse_interpreter(question.python);
  if (!distribution || !python) {
    return;
  }
  python->free_threaded = question.is_free_threaded;
  const auto machine = resolve::machine_of(**distribution, tags::to_string(question.arch));
  if (!machine) {
    return;
  }
  const resolve::PipHistory history(*python, *machine);
  if (history.pips().empty()) {
    return;
  }
  const resolve::InstallTarget target{*history.pips().back(), *python, *machine};
  const resolve::ReleaseFile release{file};
  const auto resolution = resolve::resolve(target, {release}, resolve::Request());
  if (!resolution) {
    return;
  }
  predicted.installs = resolution->picked.has_value();
  predicted.pip = target.pip.version.text;
  if (!resolution->picked) {
    predicted.why = resolve::explain(target, release, resolution->verdicts.front(), history);
  }
}

} // namespace

Result<MachineReport::Predicted> predict_machine(const std::filesystem::path& wheel, const MachineQuestion& question) {
  MachineReport::Predicted predicted;
  const auto machine = loader::find_machine(question.distribution, question.arch);
  if (!machine) {
    return predicted;
  }
  predict_install(wheel.filename().string(), question, predicted);
  WF_TRY(const auto archive, zip::ZipReader::open(wheel));
  WF_TRY(const auto images, loader::WheelImages::read(archive, 1));
  loader::Interpreter interpreter;
  interpreter.is_cpython = question.is_cpython;
  if (const auto python = resolve::parse_interpreter(question.python)) {
    interpreter.version = tags::PythonVersion{python->major, python->minor};
  }
  predicted.basis = std::string(to_string(machine->basis));
  predicted.loads = loader::predict(images, *machine, interpreter);
  return predicted;
}

} // namespace wheelforge::pipeline
