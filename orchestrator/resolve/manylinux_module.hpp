// The `_manylinux` module: how a distribution tells pip which manylinux wheels it takes (PEP 513, 600).
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/tags/platform_tag.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::resolve {

struct PythonModule;

/// A `_manylinux` module, executed from its source text by an interpreter for the small part of Python that such
/// modules are written in: assignments, functions, if, return, and expressions over numbers, strings, tuples, lists,
/// sets and dictionaries. It can do nothing but compute, and ends after a bounded number of steps.
class ManylinuxModule {
public:
  /// Runs the module's top level. Fails (kind invalid_data) with the line on syntax that is not understood and where
  /// Python itself would raise.
  [[nodiscard]] static Result<ManylinuxModule> parse(std::string_view source);

  /// bool(_manylinux.NAME), where NAME is as "manylinux2014_compatible"; nothing where the module does not have it.
  [[nodiscard]] std::optional<bool> attribute(std::string_view name) const;

  /// True where the module has manylinux_compatible, which is then asked instead of the attributes (PEP 600).
  [[nodiscard]] bool has_function() const;
  /// manylinux_compatible(major, minor, arch); nothing for None. Fails where the call would raise.
  [[nodiscard]] Result<std::optional<bool>> compatible(tags::LibcVersion version, const std::string& arch) const;

private:
  explicit ManylinuxModule(std::shared_ptr<const PythonModule> module) : module_(std::move(module)) {}
  std::shared_ptr<const PythonModule> module_;
};

} // namespace wheelforge::resolve
