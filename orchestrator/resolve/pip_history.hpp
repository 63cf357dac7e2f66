// Since which pip a file is taken somewhere: "update pip to 20.3".
#pragma once

#include "orchestrator/resolve/resolution.hpp"

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace wheelforge::resolve {

/// Every known pip that starts on one Python of one machine, with the tags it has there; tags are made when they are
/// first needed.
class PipHistory {
public:
  PipHistory(const Interpreter& python, const Machine& machine);

  /// The pips that start there, oldest first; pointers into known_pips().
  [[nodiscard]] const std::vector<const Pip*>& pips() const { return pips_; }
  /// The oldest pip there that takes this file if nothing else is offered; nullptr where none does.
  [[nodiscard]] const Pip* lowest(const ReleaseFile& file) const;
  /// The oldest one that is newer than `version`; nullptr where none does.
  [[nodiscard]] const Pip* lowest_after(const Version& version, const ReleaseFile& file) const;
  /// Whether this pip (one of pips()) takes the file.
  [[nodiscard]] bool takes(const Pip& pip, const ReleaseFile& file) const;

private:
  const TagTable* tags_of(const Pip& pip) const;

  Interpreter python_;
  Machine machine_;
  std::vector<const Pip*> pips_;
  /// By pip; pips with the same rules share one table, and those that stop while they list their tags have none.
  mutable std::map<const Pip*, std::shared_ptr<const TagTable>> tables_;
};

} // namespace wheelforge::resolve
