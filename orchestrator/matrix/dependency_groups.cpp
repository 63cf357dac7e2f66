// Resolves dependency groups: includes first to last, no group inside itself.
#include "orchestrator/matrix/dependency_groups.hpp"

#include "orchestrator/matrix/document.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

namespace wheelforge::matrix {
namespace {

/// PEP 503's form, by which groups are compared: "Test_All" → "test-all".
std::string normalized(std::string_view name) {
  std::string result;
  for (const char c : name) {
    if (c == '-' || c == '_' || c == '.') {
      if (!result.ends_with('-')) {
        result += '-';
      }
    } else {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return result;
}

class Resolver {
public:
  Resolver(const SourceText& source, const Table& groups) : source_(source) {
    for (const Entry& entry : groups) {
      written_.emplace(normalized(entry.key), &entry.value);
    }
  }

  Checked<DependencyGroups> resolve_all() {
    DependencyGroups groups;
    for (const auto& [name, node] : written_) {
      std::vector<std::string> path;
      resolve(name, node->at, path, groups[name]);
    }
    if (!diagnostics_.empty()) {
      return tl::unexpected(std::move(diagnostics_));
    }
    return groups;
  }

private:
  void resolve(const std::string& name, Location at, std::vector<std::string>& path, std::vector<std::string>& into) {
    const auto group = written_.find(name);
    if (group == written_.end()) {
      diagnostics_.push_back(diagnose(source_, at, fmt::format("no dependency group has the name \"{}\"", name)));
      return;
    }
    if (std::find(path.begin(), path.end(), name) != path.end()) {
      diagnostics_.push_back(diagnose(source_, at, fmt::format("dependency group \"{}\" includes itself", name)));
      return;
    }
    const Array* entries = group->second->array();
    if (entries == nullptr) {
      diagnostics_.push_back(diagnose(source_, group->second->at, "a dependency group is an array of requirements"));
      return;
    }
    path.push_back(name);
    for (const Node& entry : *entries) {
      const Entry* include = entry.find("include-group");
      if (const std::string* requirement = entry.text()) {
        into.push_back(*requirement);
      } else if (include != nullptr && include->value.text() != nullptr) {
        resolve(normalized(*include->value.text()), include->value.at, path, into);
      } else {
        diagnostics_.push_back(diagnose(
            source_, entry.at, "an entry of a dependency group is a requirement or {include-group = \"NAME\"}"));
      }
    }
    path.pop_back();
  }

  const SourceText& source_;
  std::map<std::string, const Node*> written_;
  Diagnostics diagnostics_;
};

} // namespace

Checked<DependencyGroups> parse_dependency_groups(std::string_view pyproject, std::string_view file_name) {
  const SourceText source{std::string(file_name), std::string(pyproject)};
  auto document = parse_document(source);
  if (!document) {
    return tl::unexpected(std::move(document).error());
  }
  const Entry* groups = document->find("dependency-groups");
  if (groups == nullptr || groups->value.table() == nullptr) {
    return DependencyGroups{};
  }
  return Resolver(source, *groups->value.table()).resolve_all();
}

} // namespace wheelforge::matrix
