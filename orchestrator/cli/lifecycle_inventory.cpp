// Takes stock of wheels, matrix and locks.
#include "orchestrator/cli/lifecycle_inventory.hpp"

#include "orchestrator/cli/image_sources.hpp"
#include "orchestrator/cli/planning.hpp"
#include "orchestrator/cli/wheel_files.hpp"
#include "orchestrator/image/lock.hpp"
#include "orchestrator/lifecycle/evidence.hpp"
#include "orchestrator/tags/python_tag.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <algorithm>
#include <set>

namespace wheelforge::cli {
namespace {

namespace fs = std::filesystem;

void add_python(std::string_view text, const std::string& user, lifecycle::Inventory& out) {
  const Result<tags::PythonTag> tag = tags::parse_python_tag(text.substr(0, text.find_first_of("t")));
  if (tag && tag->is_cpython() && tag->minor) {
    out.pythons.push_back({tag->major, *tag->minor, user});
  }
}

/// The distribution of the newest tag's image.
std::string image_base_of(const lifecycle::WheelEvidence& wheel, const lifecycle::SupportFacts& facts) {
  std::optional<tags::PlatformTag> best;
  std::string base;
  for (const std::string& text : wheel.platforms) {
    const Result<tags::PlatformTag> tag = tags::parse_platform_tag(text);
    const image::ImageFamily* family = tag ? lifecycle::family_for(*facts.catalog, *tag) : nullptr;
    if (family != nullptr && (!best || tag->version > best->version)) {
      best = *tag;
      base = lifecycle::distribution_of_base(family->base);
    }
  }
  return base;
}

Result<void> add_lock(const host::FileSystem& files, const fs::path& path, lifecycle::Inventory& out) {
  WF_TRY(const std::string text, files.read(path));
  WF_TRY(const image::ImageLock lock, image::parse_lock(text, path.string()));
  for (const image::LockedImage& locked : lock.images) {
    out.images.push_back({locked.name, locked.tag, locked.digest, path.filename().string()});
  }
  return {};
}

Result<bool> add_project(const InventoryChoice& choice, const host::FileSystem& files, lifecycle::Inventory& out) {
  const auto configuration = load_configuration(files, choice.configuration);
  if (!configuration) {
    return fail(ErrorKind::usage, "the project's configuration cannot be read");
  }
  if (configuration->file.empty() && !choice.asks_for_project()) {
    return false;
  }
  const auto plan = plan_cells(files, *configuration, {});
  if (!plan) {
    return fail(ErrorKind::usage, "the project's matrix cannot be planned");
  }
  for (const plan::PlannedCell& cell : plan->cells) {
    if (!cell.is_in()) {
      continue;
    }
    const std::string id = to_string(cell.cell.id);
    out.tags.push_back({cell.cell.platform.text, id});
    add_python(id.substr(0, id.find('-')), id, out);
    const Result<image::ImageRef> ref = image::parse_image_ref(cell.image);
    if (ref && !image::is_local(*ref)) {
      out.images.push_back({ref->name(), ref->tag, cell.digest, id});
    }
  }
  if (const fs::path lock = lock_path(*configuration); files.exists(lock)) {
    WF_TRY_VOID(add_lock(files, lock, out));
  }
  return true;
}

void add_wheel(const lifecycle::WheelEvidence& wheel, lifecycle::Inventory& out) {
  for (const std::string& platform : wheel.platforms) {
    out.tags.push_back({platform, wheel.file});
  }
  // A wheel with the stable ABI also serves newer Pythons: its own tag's end does not end it.
  if (std::find(wheel.abis.begin(), wheel.abis.end(), "abi3") == wheel.abis.end()) {
    for (const std::string& python : wheel.pythons) {
      add_python(python, wheel.file, out);
    }
  }
}

} // namespace

Result<std::vector<lifecycle::WheelEvidence>> read_wheels(const std::vector<std::string>& arguments) {
  std::vector<lifecycle::WheelEvidence> out;
  WF_TRY(const std::vector<fs::path> paths, find_wheel_files(arguments));
  for (const fs::path& path : paths) {
    WF_TRY_CONTEXT(const zip::ZipReader archive, zip::ZipReader::open(path), path.string());
    WF_TRY_CONTEXT(lifecycle::WheelEvidence wheel, lifecycle::read_evidence(archive, path.filename().string()),
                   path.string());
    out.push_back(std::move(wheel));
  }
  return out;
}

Result<TakenInventory> take_inventory(const InventoryChoice& choice, const host::FileSystem& files,
                                      const lifecycle::SupportFacts& facts, const lifecycle::KnownGrafts& known) {
  TakenInventory out;
  if (choice.everything) {
    out.inventory = lifecycle::whole_inventory(facts);
  }
  std::string chosen_base;
  if (!choice.base.empty()) {
    WF_TRY(const platform::Distribution* base, platform::find_distribution(*facts.distributions, choice.base));
    chosen_base = base->id();
  }
  for (const std::string& id : choice.distributions) {
    WF_TRY(const platform::Distribution* distribution, platform::find_distribution(*facts.distributions, id));
    out.inventory.distributions.push_back(distribution->id());
  }
  for (const std::string& lock : choice.locks) {
    WF_TRY_VOID(add_lock(files, lock, out.inventory));
  }
  const bool project = choice.configuration.file || choice.configuration.folder != ".";
  if (project || (choice.wheels.empty() && !choice.asks_for_project())) {
    WF_TRY(const bool there, add_project(choice, files, out.inventory));
    if (!there) {
      out.inventory = lifecycle::whole_inventory(facts);
    }
  }
  WF_TRY(std::vector<lifecycle::WheelEvidence> wheels,
         choice.wheels.empty() ? Result<std::vector<lifecycle::WheelEvidence>>() : read_wheels(choice.wheels));
  std::set<std::string> bases;
  for (lifecycle::WheelEvidence& wheel : wheels) {
    add_wheel(wheel, out.inventory);
    const std::string base = chosen_base.empty() ? image_base_of(wheel, facts) : chosen_base;
    auto components = lifecycle::identify_components(wheel, known, base);
    for (const lifecycle::Component& component : components) {
      if (!component.base.distribution.empty()) {
        bases.insert(component.base.distribution);
      }
    }
    out.wheels.push_back({std::move(wheel), std::move(components)});
  }
  out.inventory.distributions.insert(out.inventory.distributions.end(), bases.begin(), bases.end());
  return out;
}

} // namespace wheelforge::cli
