// The folders of tests/golden/matrix: a matrix file each, and beside it the cells it makes or the errors it has.
#include "orchestrator/matrix/axis.hpp"
#include "orchestrator/matrix/expand.hpp"
#include "orchestrator/matrix/keys.hpp"
#include "orchestrator/matrix/parse.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

using namespace wheelforge;
using namespace wheelforge::matrix;

namespace {

const std::string kFolder = WF_SOURCE_DIR "/tests/golden/matrix";

/// A machine like any: x86_64, with a baseline image of Debian 11.
Surroundings machine() {
  Surroundings surroundings;
  surroundings.auto_platform = [](tags::Architecture arch) {
    return arch == tags::Architecture::loongarch64 ? std::nullopt : std::optional(platform_on("manylinux_2_31", arch));
  };
  surroundings.auto_pythons = [](const tags::PlatformTag&) {
    std::vector<Interpreter> pythons;
    for (const char* name : {"cp39", "cp311", "cp313", "cp313t"}) {
      pythons.push_back(*parse_interpreter(name));
    }
    return pythons;
  };
  return surroundings;
}

/// The cells one a line, then the options once for each different set.
std::string show(const std::vector<Cell>& cells) {
  std::map<const CellOptions*, std::size_t> numbers;
  std::string text;
  for (const Cell& cell : cells) {
    const std::size_t number = numbers.emplace(cell.options.get(), numbers.size()).first->second;
    text += fmt::format("{:<45} options {}{}{}\n", cell.id.text, number, cell.is_tested ? "" : ", not tested",
                        cell.skip_reason.empty() ? "" : ", skipped: " + cell.skip_reason);
  }
  std::vector<const CellOptions*> ordered(numbers.size());
  for (const auto& [options, number] : numbers) {
    ordered[number] = options;
  }
  for (std::size_t number = 0; number < ordered.size(); ++number) {
    text += fmt::format("\noptions {}\n{}", number, dump(*ordered[number]));
  }
  return text;
}

/// What wheelforge makes of the matrix file in a folder.
std::string outcome(const std::string& folder) {
  Surroundings surroundings = machine();
  const bool is_pyproject = std::filesystem::exists(folder + "/pyproject.toml");
  const std::string name = is_pyproject ? "pyproject.toml" : "input.toml";
  const std::string text = support::read_text(folder + "/" + name);
  if (is_pyproject) {
    const auto project = parse_project(text, name);
    if (!project) {
      return render(project.error());
    }
    surroundings.requires_python = project->requires_python;
  }
  const auto file = is_pyproject ? parse_pyproject_matrix(text, name) : parse_matrix(text, name);
  if (!file) {
    return render(file.error());
  }
  const auto cells = expand(*file, surroundings);
  return cells ? dump(*file) + "\n" + show(*cells) : render(cells.error());
}

std::vector<std::string> folders_in(const std::string& parent) {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(parent)) {
    if (entry.is_directory()) {
      folders.push_back(entry.path().string());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

} // namespace

TEST_CASE("every good matrix file gives the cells and options that stand beside it") {
  for (const std::string& folder : folders_in(kFolder)) {
    if (folder != kFolder + "/errors") {
      support::check_golden(folder + "/expected.txt", outcome(folder));
    }
  }
}

TEST_CASE("every bad matrix file gives the errors that stand beside it") {
  const auto folders = folders_in(kFolder + "/errors");
  CHECK(folders.size() >= 30);
  for (const std::string& folder : folders) {
    const std::string text = outcome(folder);
    CHECK(text.find(": error: ") != std::string::npos);
    support::check_golden(folder + "/expected.txt", text);
  }
}

TEST_CASE("the complete example sets every key there is") {
  const std::string text = support::read_text(kFolder + "/complete/input.toml");
  const auto root = parse_document({"input.toml", text});
  REQUIRE(root);
  for (const Section& section : sections()) {
    const std::string first(section.path.substr(0, section.path.find('.')));
    const Entry* entry = root->find(first);
    INFO("section " << section.path);
    REQUIRE(entry != nullptr);
    const Node* table = &entry->value;
    if (section.path.find('.') != std::string_view::npos) {
      const Entry* child = table->find(section.path.substr(first.size() + 1));
      REQUIRE(child != nullptr);
      table = &child->value;
    }
    if (section.form == Form::array_of_tables) {
      REQUIRE(table->array() != nullptr);
      continue; // an exclusion names some axes, not all
    }
    if (section.form == Form::named_tables) {
      table = &table->table()->front().value;
    }
    for (const Key& key : section.keys) {
      INFO("key " << key.path());
      CHECK(table->find(key.name) != nullptr);
    }
  }
}
