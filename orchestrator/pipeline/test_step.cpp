// Reads the wheel's metadata, lists its test sources, and says what must be installed.
#include "orchestrator/pipeline/test_step.hpp"
#include "orchestrator/pipeline/accelerator_step.hpp"

#include "orchestrator/matrix/shell_text.hpp"
#include "orchestrator/pipeline/container_layout.hpp"
#include "orchestrator/pipeline/stable_abi_hint.hpp"
#include "orchestrator/pipeline/step_inputs.hpp"
#include "orchestrator/source/tar_stream.hpp"
#include "orchestrator/wheel/metadata.hpp"
#include "orchestrator/wheel/wheel_name.hpp"
#include "orchestrator/zip/inflater.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wheelforge::pipeline {
namespace {

Result<wheel::Metadata> metadata_of(const std::filesystem::path& path) {
  WF_TRY(const auto archive, zip::ZipReader::open(path));
  for (const zip::ZipMember& member : archive.members()) {
    if (member.name.ends_with(".dist-info/METADATA") && std::count(member.name.begin(), member.name.end(), '/') == 1) {
      zip::Inflater inflater;
      WF_TRY(const auto bytes, inflater.read(archive, member));
      return wheel::parse_metadata({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); // NOLINT: char view
    }
  }
  return fail(ErrorKind::invalid_data, "{} has no METADATA", path.filename().string());
}

/// Whether installing the wheel asks for other distributions: only those of the wanted extras count.
bool has_dependencies(const wheel::Metadata& metadata, const std::vector<std::string>& extras) {
  return std::any_of(metadata.requires_dist.begin(), metadata.requires_dist.end(), [&](const std::string& requirement) {
    return requirement.find("extra ==") == std::string::npos || !extras.empty();
  });
}

/// The files below one entry of [test] sources, as they are to stand below sources/.
Result<void> add_test_source(const source::SourceTree& tree, const std::string& wanted,
                             std::vector<source::TarEntry>& entries) {
  const std::string below = (tree.project() / wanted).lexically_normal().generic_string();
  bool found = false;
  for (const source::SourceEntry& entry : tree.entries()) {
    if (entry.path != below && !entry.path.starts_with(below + "/")) {
      continue;
    }
    found = true;
    const auto relative =
        std::filesystem::path(entry.path).lexically_relative(tree.project().empty() ? "." : tree.project());
    const auto type = entry.type == source::SourceEntry::Type::symlink      ? source::TarEntry::Type::symlink
                      : entry.type == source::SourceEntry::Type::executable ? source::TarEntry::Type::executable
                                                                            : source::TarEntry::Type::file;
    entries.push_back({fmt::format("{}/sources/{}", wheeltest::kTestFolderName, relative.generic_string()), type,
                       entry.size_bytes, entry.origin});
  }
  if (!found) {
    return with_hint(fail(ErrorKind::usage, "[test] sources names \"{}\", the source tree has no such file", wanted),
                     "files that git ignores are not part of the tree");
  }
  return {};
}

/// The oldest minor version of CPython 3 that a wheel serves together with all later ones; nothing where it is for one.
std::optional<int> oldest_minor_of(const std::string& file) {
  const auto name = wheel::parse_wheel_name(file);
  if (!name || name->tags.pythons.empty()) {
    return std::nullopt;
  }
  const tags::PythonTag& python = name->tags.pythons.front();
  const bool is_pure = std::all_of(name->tags.abis.begin(), name->tags.abis.end(),
                                   [](const tags::AbiTag& abi) { return to_string(abi) == "none"; });
  if (is_pure && python.implementation == "py") {
    return python.minor.value_or(0);
  }
  return stable_abi_minor(*name);
}

} // namespace

Result<PreparedTest> prepare_test(const RunContext& run, const TestRequest& request) {
  const matrix::TestOptions& test = request.cell.cell.options->test;
  PreparedTest prepared;
  std::tie(prepared.image, prepared.digest) = image_of_place(request.cell, request.place);

  wheeltest::TestSpec& spec = prepared.spec;
  spec.python = request.cell.cell.python;
  spec.wheel = installable_name(request.cell, request.wheel.filename().string());
  if (request.whose == TestedWheel::own) { // other Pythons are tested by the cell that made the wheel
    spec.oldest_minor = oldest_minor_of(spec.wheel);
  }
  if (is_machine(request.place)) {
    WF_TRY(const auto name, wheel::parse_wheel_name(spec.wheel));
    spec.observed_project = name.distribution;
  }
  spec.extras = test.extras;
  spec.requirements = test.requires_;
  for (const std::string& group : test.groups) {
    const auto resolved = run.dependency_groups.find(group);
    if (resolved == run.dependency_groups.end()) {
      return fail(ErrorKind::usage, "[test] groups names \"{}\", pyproject.toml has no such dependency group", group);
    }
    spec.requirements.insert(spec.requirements.end(), resolved->second.begin(), resolved->second.end());
  }
  spec.environment = test.environment;
  spec.before = test.before;
  spec.command = test.command;
  spec.project = kProject;
  spec.package = request.package;
  spec.timeout = test.timeout;
  spec.has_tar = request.place == "same"; // which the build needs as well

  const std::string commands = matrix::joined(test.before) + "\n" + matrix::joined(test.command);
  prepared.needs_project = matrix::has_placeholder(commands, "project") || matrix::has_placeholder(commands, "package");
  WF_TRY(const wheel::Metadata metadata, metadata_of(request.wheel));
  prepared.needs_index = !spec.requirements.empty() || has_dependencies(metadata, test.extras);

  std::error_code error;
  const auto size = std::filesystem::file_size(request.wheel, error);
  if (error) {
    return fail("{} cannot be read: {}", request.wheel.string(), error.message());
  }
  std::vector<source::TarEntry> entries = {
      {fmt::format("{}/{}", wheeltest::kTestFolderName, spec.wheel), source::TarEntry::Type::file, size, request.wheel},
      {fmt::format("{}/sources", wheeltest::kTestFolderName), source::TarEntry::Type::folder, 0, {}},
  };
  for (const std::string& wanted : test.sources) {
    WF_TRY_VOID(add_test_source(run.tree, wanted, entries));
  }
  prepared.payload = source::tar_stream(std::move(entries), run.tree.revision().epoch);
  return prepared;
}

} // namespace wheelforge::pipeline
