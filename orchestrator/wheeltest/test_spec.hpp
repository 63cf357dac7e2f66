// One regression test of one wheel: where it runs, what is installed, what is executed.
#pragma once

#include "orchestrator/matrix/interpreter.hpp"
#include "orchestrator/matrix/options.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::wheeltest {

/// The folder of a test inside its container: the wheel, the test sources, the virtual environment.
inline constexpr const char* kTestFolder = "/wheelforge/test";
/// The same as a name inside a tar stream that is unpacked at the root, which makes the folder.
inline constexpr const char* kTestFolderName = "wheelforge/test";
/// The virtual environment that the wheel is installed into.
inline constexpr const char* kTestEnvironment = "/wheelforge/test/environment";
/// Where uv is brought along for images that have none.
inline constexpr const char* kToolsFolder = "/wheelforge/tools";

/// What to do with a wheel in a clean container.
struct TestSpec {
  matrix::Interpreter python;
  /// Of a wheel that also serves newer CPythons: the oldest minor version of Python 3 that it is for. Where the image
  /// has not `python`, its own python3 takes its place if it is as new as that.
  std::optional<int> oldest_minor;
  std::string wheel;                     ///< its file name, in kTestFolder
  std::vector<std::string> extras;       ///< of the wheel
  std::vector<std::string> requirements; ///< beside the wheel: test requirements, groups resolved
  matrix::Assignments environment;
  matrix::ShellLines before;    ///< in the virtual environment, before the wheel is installed
  matrix::ShellLines command;   ///< empty: the wheel is installed and nothing more
  std::string project;          ///< the source tree inside; empty where the commands do not ask for it
  std::string package;          ///< the project's folder inside that tree
  matrix::Timeout timeout;      ///< of the whole test
  bool has_tar = false;         ///< the image has tar: the files come with the first command
  std::string observed_project; ///< whose libraries are loaded one by one once they are installed; empty: none are
};

/// The script that makes the virtual environment and installs the wheel. It ends with kNoPython where the image has no
/// fitting interpreter. The wheel is installed with --no-index where it asks for nothing else. With `has_tar` it takes
/// the test's files from its standard input, as a tar stream of kTestFolderName.
[[nodiscard]] std::string install_script(const TestSpec& spec, bool needs_index);

/// The script that runs the test command in the virtual environment, in a folder that holds only the test sources.
[[nodiscard]] std::string command_script(const TestSpec& spec);

/// Both in one, each in a shell of its own; says kInstalled between them.
[[nodiscard]] std::string install_and_command_script(const TestSpec& spec, bool needs_index);

/// What install_and_command_script says on stderr when the wheel is installed.
inline constexpr const char* kInstalled = "wheelforge: the wheel is installed";

/// The script that prints an Observation of `observed_project`, by the virtual environment's own Python.
[[nodiscard]] std::string observe_script(const TestSpec& spec);

/// install_script's exit code where there is no interpreter of the cell's kind.
inline constexpr int kNoPython = 79;

} // namespace wheelforge::wheeltest
