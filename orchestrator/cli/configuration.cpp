// Finds and reads the files that configure a run.
#include "orchestrator/cli/configuration.hpp"

#include "orchestrator/cli/planning.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace wheelforge::cli {
namespace {

using Path = std::filesystem::path;
using matrix::Checked;
using matrix::Diagnostics;
using matrix::ProjectFacts;

constexpr const char* kMatrixFile = "wheelforge.toml";
constexpr const char* kProjectFile = "pyproject.toml";

/// The text of a file of the project; nothing where there is none.
Result<std::optional<std::string>> read_if_there(const host::FileSystem& files, const Path& path) {
  if (!files.exists(path)) {
    return std::nullopt;
  }
  WF_TRY(std::string text, files.read(path));
  return std::optional(std::move(text));
}

/// As messages name it: relative to where the command was started.
std::string shown(const Path& path) { return path.lexically_normal().string(); }

/// requires-python of a setup.cfg, as a fact of the project.
Checked<std::optional<matrix::RequiresPython>> setup_cfg_requires(const std::string& text, const Path& path) {
  const auto found = matrix::find_python_requires(text);
  if (!found) {
    return std::nullopt;
  }
  auto parsed = matrix::parse_requires_python(found->value);
  if (!parsed) {
    matrix::Diagnostic diagnostic = diagnose({shown(path), text}, found->at, parsed.error().message);
    diagnostic.hint = parsed.error().hint;
    return tl::unexpected(Diagnostics{diagnostic});
  }
  return std::optional(*std::move(parsed));
}

struct ProjectFiles {
  std::optional<std::string> pyproject;
  std::optional<std::string> setup_cfg;
};

Reported<ProjectFacts> read_facts(const Path& folder, const ProjectFiles& texts) {
  ProjectFacts facts;
  if (texts.pyproject) {
    auto parsed = matrix::parse_project(*texts.pyproject, shown(folder / kProjectFile));
    if (!parsed) {
      return report(parsed.error());
    }
    facts = *std::move(parsed);
  }
  if (texts.setup_cfg && !facts.requires_python) {
    auto requires_python = setup_cfg_requires(*texts.setup_cfg, folder / "setup.cfg");
    if (!requires_python) {
      return report(requires_python.error());
    }
    facts.requires_python = *std::move(requires_python);
  }
  return facts;
}

/// Which file has the matrix; empty where none has.
Result<Path> choose_file(const host::FileSystem& files, const ConfigurationChoice& choice, const ProjectFacts& facts) {
  if (choice.file) {
    return *choice.file;
  }
  const Path own = choice.folder / kMatrixFile;
  const bool has_own = files.exists(own);
  if (has_own && facts.has_matrix) {
    return with_hint(fail(ErrorKind::usage, "both {} and [tool.wheelforge] of {} configure wheelforge", shown(own),
                          shown(choice.folder / kProjectFile)),
                     "keep one of them, or choose with --config");
  }
  return has_own ? own : facts.has_matrix ? choice.folder / kProjectFile : Path();
}

Reported<matrix::MatrixReading> read_matrix_file(const host::FileSystem& files, const Path& path) {
  const auto text = files.read(path);
  if (!text) {
    return report(text.error());
  }
  auto reading = path.filename() == kProjectFile ? matrix::read_pyproject_matrix(*text, shown(path))
                                                 : matrix::read_matrix(*text, shown(path));
  if (!reading) {
    return report(reading.error());
  }
  return *std::move(reading);
}

/// A folder without a matrix must at least be a project.
Result<void> check_project(const host::FileSystem& files, const Path& folder, const ProjectFiles& texts) {
  if (texts.pyproject || texts.setup_cfg || files.exists(folder / "setup.py")) {
    return {};
  }
  return with_hint(fail(ErrorKind::usage,
                        "there is no Python project in {}: no wheelforge.toml, pyproject.toml, setup.cfg or setup.py",
                        shown(folder)),
                   "start wheelforge in a checkout, or name its folder");
}

} // namespace

tl::unexpected<ExitCode> report(const Diagnostics& diagnostics) {
  fmt::print(stderr, "{}", render(diagnostics));
  return tl::unexpected(ExitCode::usage);
}

tl::unexpected<ExitCode> report(const Error& error) {
  report_error(error);
  return tl::unexpected(exit_code_of(error));
}

Reported<Configuration> load_configuration(const host::FileSystem& files, const ConfigurationChoice& choice) {
  ProjectFiles texts;
  for (auto [name, text] : {std::pair{kProjectFile, &texts.pyproject}, std::pair{"setup.cfg", &texts.setup_cfg}}) {
    auto read = read_if_there(files, choice.folder / name);
    if (!read) {
      return report(read.error());
    }
    *text = *std::move(read);
  }
  auto facts = read_facts(choice.folder, texts);
  if (!facts) {
    return tl::unexpected(facts.error());
  }
  matrix::DependencyGroups groups;
  if (texts.pyproject) {
    auto parsed = matrix::parse_dependency_groups(*texts.pyproject, shown(choice.folder / kProjectFile));
    if (!parsed) {
      return report(parsed.error());
    }
    groups = *std::move(parsed);
  }
  const auto file = choose_file(files, choice, *facts);
  if (!file) {
    return report(file.error());
  }
  if (file->empty()) {
    if (const auto checked = check_project(files, choice.folder, texts); !checked) {
      return report(checked.error());
    }
    return Configuration{matrix::default_matrix(), choice.folder,     choice.folder,        {},
                         *std::move(facts),        std::move(groups), matrix::Diagnostics()};
  }
  auto reading = read_matrix_file(files, *file);
  if (!reading) {
    return tl::unexpected(reading.error());
  }
  Configuration configuration{
      std::move(reading->file),       choice.folder, file->parent_path(), *file, *std::move(facts), std::move(groups),
      std::move(reading->diagnostics)};
  if (configuration.diagnostics.empty()) {
    return configuration;
  }
  if (!reading->can_expand) {
    return report(configuration.diagnostics);
  }
  // The cells say more about the same file: all of it is told at once.
  return plan_cells(files, configuration, {}).and_then([](const plan::Plan&) -> Reported<Configuration> {
    return tl::unexpected(ExitCode::usage);
  });
}

} // namespace wheelforge::cli
