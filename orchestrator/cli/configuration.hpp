// From a checkout to its matrix and its plan: which file is read, and where its errors go.
#pragma once

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/matrix/dependency_groups.hpp"
#include "orchestrator/matrix/matrix_file.hpp"
#include "orchestrator/matrix/parse.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace wheelforge::cli {

/// What the command line says about where the configuration is.
struct ConfigurationChoice {
  std::filesystem::path folder = ".";        ///< of the project
  std::optional<std::filesystem::path> file; ///< --config
};

/// A checkout's configuration.
struct Configuration {
  matrix::MatrixFile matrix;
  std::filesystem::path project; ///< the folder with the project
  std::filesystem::path folder;  ///< what paths in the matrix are relative to
  std::filesystem::path file;    ///< empty: the project has no matrix and gets the default one
  matrix::ProjectFacts facts;
  matrix::DependencyGroups dependency_groups; ///< of the project's pyproject.toml
  matrix::Diagnostics diagnostics;            ///< what is wrong in the matrix file itself; empty once it is loaded
};

/// A value, or the code to exit with: what was wrong stands on stderr already.
template <class T>
using Reported = tl::expected<T, ExitCode>;

/// Prints the diagnostics on stderr.
[[nodiscard]] tl::unexpected<ExitCode> report(const matrix::Diagnostics& diagnostics);
/// Prints the error on stderr.
[[nodiscard]] tl::unexpected<ExitCode> report(const Error& error);

/// Reads wheelforge.toml of the project's folder, or else [tool.wheelforge] of its pyproject.toml; both at once are an
/// error. A project with neither gets the default matrix. requires-python comes from pyproject.toml, or else setup.cfg.
[[nodiscard]] Reported<Configuration> load_configuration(const host::FileSystem& files,
                                                         const ConfigurationChoice& choice);

} // namespace wheelforge::cli
