// Feeds bytes to the parser of matrix files as a wheelforge.toml and as a pyproject.toml, and expands what it accepts.
#include "orchestrator/matrix/axis.hpp"
#include "orchestrator/matrix/expand.hpp"
#include "orchestrator/matrix/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace wheelforge;
using namespace wheelforge::matrix;

namespace {

Surroundings machine() {
  Surroundings surroundings;
  surroundings.auto_platform = [](tags::Architecture arch) {
    return arch == tags::Architecture::ppc64 ? std::nullopt : std::optional(platform_on("manylinux_2_31", arch));
  };
  surroundings.auto_pythons = [](const tags::PlatformTag&) {
    return std::vector<Interpreter>{*parse_interpreter("cp39"), *parse_interpreter("cp313t")};
  };
  return surroundings;
}

void check(const Checked<MatrixFile>& file, const Surroundings& surroundings) {
  if (!file) {
    WF_CHECK(!file.error().empty());
    WF_CHECK(!render(file.error()).empty());
    return;
  }
  WF_CHECK(!dump(*file).empty());
  const auto cells = expand(*file, surroundings);
  if (!cells) {
    WF_CHECK(!cells.error().empty());
    WF_CHECK(!render(cells.error()).empty());
    return;
  }
  for (const Cell& cell : *cells) {
    WF_CHECK(cell.options != nullptr);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Surroundings surroundings = machine();
  check(parse_matrix(text, "wheelforge.toml"), surroundings);
  if (const auto project = parse_project(text, "pyproject.toml")) {
    surroundings.requires_python = project->requires_python;
  }
  check(parse_pyproject_matrix(text, "pyproject.toml"), surroundings);
  if (const auto found = find_python_requires(text)) {
    const auto parsed = parse_requires_python(found->value);
    WF_CHECK(parsed.has_value() || !parsed.error().message.empty());
  }
  return 0;
}
