// From the text of a matrix file to a MatrixFile, or to everything that is wrong with it.
#pragma once

#include "orchestrator/matrix/matrix_file.hpp"
#include "orchestrator/matrix/requires_python.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::matrix {

/// A matrix file as far as it can be read, and everything that is wrong with it in itself.
struct MatrixReading {
  MatrixFile file; ///< without what is wrong
  Diagnostics diagnostics;
  bool can_expand = true; ///< the axes are good, so that its cells say more: selectors that match none, and the like
};

/// Reads a wheelforge.toml. Fails on a syntax error alone.
[[nodiscard]] Checked<MatrixReading> read_matrix(std::string_view text, std::string_view file_name);
/// Reads the same tables below [tool.wheelforge] of a pyproject.toml. Fails on a syntax error, and where there are
/// none.
[[nodiscard]] Checked<MatrixReading> read_pyproject_matrix(std::string_view text, std::string_view file_name);

/// Parses a wheelforge.toml. All semantic errors are reported at once, a syntax error alone.
[[nodiscard]] Checked<MatrixFile> parse_matrix(std::string_view text, std::string_view file_name);

/// Parses the same tables below [tool.wheelforge] of a pyproject.toml.
[[nodiscard]] Checked<MatrixFile> parse_pyproject_matrix(std::string_view text, std::string_view file_name);

/// The matrix of a project that has none: every CPython of the image that the project allows, platform and architecture
/// "auto", cpu.
[[nodiscard]] MatrixFile default_matrix();

/// What a pyproject.toml says about the project itself.
struct ProjectFacts {
  std::string name; ///< as written; empty where the file has none
  std::optional<RequiresPython> requires_python;
  bool has_matrix = false;       ///< there is a [tool.wheelforge]
  bool has_build_system = false; ///< there is a [build-system]
};

/// Reads [project] of a pyproject.toml. Fails on broken TOML and on a requires-python that is not PEP 440.
[[nodiscard]] Checked<ProjectFacts> parse_project(std::string_view text, std::string_view file_name);

/// python_requires of [options] in a setup.cfg; nothing where there is none.
[[nodiscard]] std::optional<Located<std::string>> find_python_requires(std::string_view setup_cfg);

} // namespace wheelforge::matrix
