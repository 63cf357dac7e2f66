// Finds the oldest pip that takes a file.
#include "orchestrator/resolve/pip_history.hpp"

#include "orchestrator/resolve/supported_tags.hpp"

namespace wheelforge::resolve {

PipHistory::PipHistory(const Interpreter& python, const Machine& machine) : python_(python), machine_(machine) {
  const Version version = full_version(python);
  for (const Pip& pip : known_pips()) {
    if (pip.runs_on(version)) {
      pips_.push_back(&pip);
    }
  }
}

const TagTable* PipHistory::tags_of(const Pip& pip) const {
  if (const auto found = tables_.find(&pip); found != tables_.end()) {
    return found->second.get();
  }
  for (const auto& [other, table] : tables_) {
    if (other->rules == pip.rules) {
      return tables_.emplace(&pip, table).first->second.get();
    }
  }
  Result<std::vector<std::string>> tags = supported_tags({pip, python_, machine_});
  return tables_.emplace(&pip, tags ? std::make_shared<const TagTable>(*std::move(tags)) : nullptr).first->second.get();
}

bool PipHistory::takes(const Pip& pip, const ReleaseFile& file) const {
  const TagTable* tags = tags_of(pip);
  if (tags == nullptr) {
    return false;
  }
  ReleaseFile alone = file;
  alone.yanked = false; // whether it was withdrawn says nothing of pip
  return resolve({pip, python_, machine_}, *tags, {alone}, Request()).picked.has_value();
}

const Pip* PipHistory::lowest(const ReleaseFile& file) const {
  for (const Pip* pip : pips_) {
    if (takes(*pip, file)) {
      return pip;
    }
  }
  return nullptr;
}

const Pip* PipHistory::lowest_after(const Version& version, const ReleaseFile& file) const {
  for (const Pip* pip : pips_) {
    if (pip->version > version && takes(*pip, file)) {
      return pip;
    }
  }
  return nullptr;
}

} // namespace wheelforge::resolve
