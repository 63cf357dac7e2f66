// Applies overrides.
#include "orchestrator/matrix/resolve_options.hpp"

#include "orchestrator/matrix/keys.hpp"
#include "orchestrator/matrix/read_value.hpp"

#include <algorithm>

namespace wheelforge::matrix {
namespace {

/// The parser has checked every glob.
CellSelector selector_of(const Located<std::string>& glob, std::string_view key) {
  auto compiled = parse_glob(glob.value);
  WF_CHECK(compiled.has_value());
  return {*std::move(compiled), glob.at, key, false};
}

/// True where one of them matches; all that do are marked.
bool match_any(std::vector<CellSelector>& selectors, std::string_view id) {
  bool found = false;
  for (CellSelector& one : selectors) {
    if ((!found || !one.is_used) && one.glob.matches(id)) {
      found = one.is_used = true;
    }
  }
  return found;
}

} // namespace

OptionsResolver::OptionsResolver(const MatrixFile& file) : file_(file) {
  for (const Override& one : file.overrides) {
    auto& selectors = overrides_.emplace_back();
    for (const Located<std::string>& glob : one.select) {
      selectors.push_back(selector_of(glob, "override.select"));
    }
  }
}

std::size_t OptionsResolver::index_of_skip(const Located<std::string>& glob) {
  const auto same = [&glob](const CellSelector& one) { return one.at == glob.at && one.glob.text() == glob.value; };
  const auto found = std::find_if(skips_.begin(), skips_.end(), same);
  const auto index = static_cast<std::size_t>(found - skips_.begin());
  if (found == skips_.end()) {
    skips_.push_back(selector_of(glob, "test.skip"));
  }
  return index;
}

OptionsResolver::Resolved& OptionsResolver::options_for(const std::string& matching) {
  const auto known = resolved_.find(matching);
  if (known != resolved_.end()) {
    return known->second;
  }
  auto options = std::make_shared<CellOptions>(file_.options);
  ValueReader reader(*file_.source);
  for (std::size_t at = 0; at < matching.size(); ++at) {
    if (matching[at] == '0') {
      continue;
    }
    for (const OverrideEntry& entry : file_.overrides[at].entries) {
      const auto& binding = std::get<Binding<CellOptions>>(entry.key->binding);
      const bool is_good = binding.read(reader, *entry.key, entry.value, *options, entry.inherit);
      WF_CHECK(is_good); // the parser has read it before
    }
  }
  Resolved resolved;
  for (const Located<std::string>& glob : options->test.skip) {
    resolved.skips.push_back(index_of_skip(glob));
  }
  resolved.options = std::move(options);
  return resolved_.emplace(matching, std::move(resolved)).first->second;
}

void OptionsResolver::resolve(Cell& cell) {
  std::string matching(overrides_.size(), '0');
  for (std::size_t at = 0; at < overrides_.size(); ++at) {
    if (match_any(overrides_[at], cell.id.text)) {
      matching[at] = '1';
    }
  }
  const Resolved& resolved = options_for(matching);
  cell.options = resolved.options;
  cell.is_tested = true;
  for (const std::size_t skip : resolved.skips) {
    if (skips_[skip].glob.matches(cell.id.text)) {
      skips_[skip].is_used = true;
      cell.is_tested = false;
    }
  }
}

std::vector<const CellSelector*> OptionsResolver::unused() const {
  std::vector<const CellSelector*> result;
  for (const auto& selectors : overrides_) {
    for (const CellSelector& one : selectors) {
      if (!one.is_used) {
        result.push_back(&one);
      }
    }
  }
  for (const CellSelector& one : skips_) {
    if (!one.is_used) {
      result.push_back(&one);
    }
  }
  return result;
}

} // namespace wheelforge::matrix
