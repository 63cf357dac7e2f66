// Each file of a wheel in a process of its own.
#include "orchestrator/loader/prediction.hpp"

#include "orchestrator/loader/process.hpp"

#include <algorithm>

namespace wheelforge::loader {

Interpreter interpreter_for(const tags::TagSet& tags, const Machine& machine) {
  Interpreter interpreter;
  for (const tags::PythonTag& python : tags.pythons) {
    interpreter.is_cpython = interpreter.is_cpython && python.implementation != "pp";
    if (!python.is_cpython() || !python.minor) {
      continue;
    }
    const tags::PythonVersion version{python.major, *python.minor};
    interpreter.version = std::min(interpreter.version.value_or(version), version);
  }
  const bool is_stable =
      std::any_of(tags.abis.begin(), tags.abis.end(), [](const tags::AbiTag& abi) { return abi.is_stable(); });
  if (is_stable && interpreter.version && machine.python) {
    interpreter.version =
        std::max(*interpreter.version, tags::PythonVersion{machine.python->major, machine.python->minor});
  }
  return interpreter;
}

TogetherLoads load_in_order(const WheelImages& all, const std::vector<std::size_t>& order,
                            const std::vector<std::size_t>& owner, const Machine& machine,
                            const Interpreter& interpreter) {
  const auto process = machine.libc == platform::Libc::musl ? make_musl_process(all, machine, interpreter)
                                                            : make_glibc_process(all, machine, interpreter);
  TogetherLoads loads;
  for (const std::size_t image : order) {
    if (auto sentence = process->load(image)) {
      loads.failing[image] = without_prefix(*std::move(sentence));
    }
  }
  const auto index_of = [&](const ElfImage* image) { return static_cast<std::size_t>(image - all.all().data()); };
  for (const LoadedFile& file : process->loaded()) {
    if (file.image == nullptr) {
      continue;
    }
    const std::size_t user = index_of(file.image);
    for (std::size_t i = 0; i < file.needs.size(); ++i) {
      const ElfImage* const given = process->loaded()[file.needs[i]].image;
      if (given != nullptr && owner[index_of(given)] != owner[user]) {
        loads.borrowed.push_back({user, index_of(given), given->soname});
      }
    }
  }
  return loads;
}

LoadResults predict(const WheelImages& wheel, const Machine& machine, const Interpreter& interpreter) {
  LoadResults results;
  for (std::size_t i = 0; i < wheel.all().size(); ++i) {
    const auto process = machine.libc == platform::Libc::musl ? make_musl_process(wheel, machine, interpreter)
                                                              : make_glibc_process(wheel, machine, interpreter);
    std::optional<std::string> sentence = process->load(i);
    if (sentence) {
      // Files below *.data are installed elsewhere; the sentence names them as the wheel does.
      const std::string& place = wheel.place(i);
      for (std::size_t at = sentence->find(place); at != std::string::npos;) {
        sentence->replace(at, place.size(), wheel.all()[i].path);
        at = sentence->find(place, at + wheel.all()[i].path.size());
      }
      sentence = without_prefix(*std::move(sentence));
    }
    results[wheel.all()[i].path] = std::move(sentence);
  }
  return results;
}

} // namespace wheelforge::loader
