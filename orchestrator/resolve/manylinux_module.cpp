// Answers pip's questions to a `_manylinux` module from its source text.
#include "orchestrator/resolve/manylinux_module.hpp"

#include "orchestrator/resolve/python_value.hpp"

namespace wheelforge::resolve {

Result<ManylinuxModule> ManylinuxModule::parse(std::string_view source) {
  constexpr std::size_t kLongest = 16384;
  if (source.size() > kLongest) {
    return fail(ErrorKind::invalid_data, "_manylinux has {} characters, at most {} are read", source.size(), kLongest);
  }
  WF_TRY(const std::vector<Statement> statements, parse_python(source));
  WF_TRY(PythonModule module, run_python(statements));
  return ManylinuxModule(std::make_shared<const PythonModule>(std::move(module)));
}

std::optional<bool> ManylinuxModule::attribute(std::string_view name) const {
  const auto found = module_->globals.find(name);
  return found == module_->globals.end() ? std::nullopt : std::optional<bool>(found->second.truth());
}

bool ManylinuxModule::has_function() const { return module_->globals.contains("manylinux_compatible"); }

Result<std::optional<bool>> ManylinuxModule::compatible(tags::LibcVersion version, const std::string& arch) const {
  const PythonValue& function = module_->globals.find("manylinux_compatible")->second;
  std::vector<PythonValue> arguments;
  arguments.push_back(PythonValue::integer(version.major));
  arguments.push_back(PythonValue::integer(version.minor));
  arguments.push_back(PythonValue::string(arch));
  WF_TRY(const PythonValue answer, call_python(*module_, function, std::move(arguments)));
  return answer.kind == PythonValue::Kind::none ? std::optional<bool>() : std::optional<bool>(answer.truth());
}

} // namespace wheelforge::resolve
