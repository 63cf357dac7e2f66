// From the evidence in a wheel to its components: the surest means first.
#include "orchestrator/lifecycle/component.hpp"

#include "orchestrator/lifecycle/graft_name.hpp"
#include "orchestrator/wheel/wheel_name.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace wheelforge::lifecycle {
namespace {

std::string_view file_name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// The original name of a library, whether or not a hash was put into it.
std::string original_name(std::string_view path) {
  const auto graft = parse_graft_name(file_name_of(path));
  return graft ? graft->original : std::string(file_name_of(path));
}

/// True where the entry of a bill is about this file.
bool is_about(const BillEntry& entry, const LibraryEvidence& library, const std::vector<std::string>& digests) {
  if (!entry.path_digest.empty() && std::find(digests.begin(), digests.end(), entry.path_digest) != digests.end()) {
    return true;
  }
  const auto graft = parse_graft_name(file_name_of(library.path));
  const auto same_hash = [&](const std::string& hash) {
    return hash == library.sha256 || (graft && hash.starts_with(graft->hash));
  };
  return std::any_of(entry.hashes.begin(), entry.hashes.end(), same_hash) ||
         std::find(entry.files.begin(), entry.files.end(), library.path) != entry.files.end();
}

/// A .note.package as a purl. Source: systemd, "Package Metadata for Executable Files".
std::string purl_of_note(std::string_view note) {
  const nlohmann::json json = nlohmann::json::parse(note, nullptr, false);
  const auto text = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>()
                                                                           : std::string();
  };
  if (text("name").empty() || text("version").empty() || text("type").empty()) {
    return {};
  }
  const std::string os = text("os").empty() ? text("osCpe") : text("os");
  const std::string space = os.find("almalinux") != std::string::npos ? "almalinux"
                            : os.find("fedora") != std::string::npos  ? "fedora"
                            : os.find("redhat") != std::string::npos  ? "redhat"
                            : os.find("debian") != std::string::npos  ? "debian"
                            : os.find("alpine") != std::string::npos  ? "alpine"
                                                                      : os;
  const std::string distro = text("osVersion").empty() ? std::string() : "?distro=" + space + "-" + text("osVersion");
  return "pkg:" + text("type") + "/" + space + "/" + text("name") + "@" + text("version") + distro;
}

/// Puts components together: one a package, with all its files.
class Collector {
public:
  explicit Collector(std::string_view image_base) : image_base_(image_base) {}

  /// Adds a package by its purl; what cannot be read as one is kept by name and version.
  Component& add(const std::string& purl, std::string name, std::string version, Means means) {
    Component component{std::move(name), std::move(version), purl, {}, {}, {}, means};
    if (const Result<PackageUrl> url = parse_package_url(purl)) {
      component.name = url->name;
      component.version = url->version.empty() ? component.version : url->full_version();
      component.base = base_of(*url, image_base_);
      component.source = source_package(*url);
      component.purl = purl.substr(0, purl.find('#'));
    }
    const auto key = std::tuple(component.name, component.version, component.purl);
    const auto [at, is_new] = places_.emplace(key, components_.size());
    if (is_new) {
      components_.push_back(std::move(component));
    }
    Component& known = components_[at->second];
    known.means = std::min(known.means, means);
    return known;
  }

  std::vector<Component> take() {
    for (Component& component : components_) {
      std::sort(component.files.begin(), component.files.end());
      component.files.erase(std::unique(component.files.begin(), component.files.end()), component.files.end());
    }
    std::sort(components_.begin(), components_.end(), [](const Component& a, const Component& b) {
      return std::tie(a.name, a.version, a.purl) < std::tie(b.name, b.version, b.purl);
    });
    return std::move(components_);
  }

private:
  std::string_view image_base_;
  std::vector<Component> components_;
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> places_;
};

void collect_bills(const WheelEvidence& wheel, Collector& out, std::set<std::string>& explained) {
  for (const BillEvidence& bill : wheel.bills) {
    for (const BillEntry& entry : bill.bill.entries) {
      Component& component = out.add(entry.purl, entry.name, entry.version, Means::bill);
      for (const LibraryEvidence& library : wheel.libraries) {
        if (is_about(entry, library, path_digests(original_name(library.path)))) {
          component.files.push_back(library.path);
          explained.insert(library.path);
        }
      }
    }
  }
}

/// Recognises a grafted file that no bill explains.
void collect_graft(const LibraryEvidence& library, const KnownGrafts& known, Collector& out) {
  const auto graft = parse_graft_name(file_name_of(library.path));
  const std::string original = original_name(library.path);
  if (const std::string purl = purl_of_note(library.package_note); !purl.empty()) {
    out.add(purl, {}, {}, Means::package_note).files.push_back(library.path);
  } else if (const KnownGraft* row = graft ? known.by_hash(graft->hash, original) : nullptr) {
    out.add(row->purl, {}, {}, Means::hash).files.push_back(library.path);
  } else if (const KnownGraft* built = known.by_build_id(library.build_id)) {
    out.add(built->purl, {}, {}, Means::build_id).files.push_back(library.path);
  } else if (!library.versions.empty()) {
    for (const FoundVersion& found : library.versions) {
      out.add({}, found.library, found.version, Means::version_string).files.push_back(library.path);
    }
  } else {
    out.add({}, std::string(original.substr(0, original.find(".so"))), version_in_name(original), Means::file_name)
        .files.push_back(library.path);
  }
}

} // namespace

std::string_view to_string(Means means) {
  constexpr std::array<std::string_view, 6> kNames = {"bill of materials", "package note",   "hash",
                                                      "build-id",          "version string", "file name"};
  return kNames.at(static_cast<std::size_t>(means));
}

std::vector<Component> identify_components(const WheelEvidence& wheel, const KnownGrafts& known,
                                           std::string_view image_base) {
  Collector collector(image_base);
  std::set<std::string> explained;
  collect_bills(wheel, collector, explained);
  for (const LibraryEvidence& library : wheel.libraries) {
    if (explained.contains(library.path)) {
      continue;
    }
    if (is_in_graft_folder(library.path) || parse_graft_name(file_name_of(library.path))) {
      collect_graft(library, known, collector);
      continue;
    }
    for (const FoundVersion& found : library.versions) { // linked into the project's own files
      collector.add({}, found.library, found.version, Means::version_string).files.push_back(library.path);
    }
  }
  std::vector<Component> components = collector.take();
  Component own;
  own.name = wheel.project;
  own.version = wheel.version;
  own.purl = "pkg:pypi/" + wheel.project + "@" + wheel.version;
  own.base.ecosystem = "PyPI";
  own.means = Means::file_name;
  components.insert(components.begin(), std::move(own));
  return components;
}

std::vector<KnownGraft> learn_grafts(const WheelEvidence& wheel) {
  std::vector<KnownGraft> rows;
  for (const BillEvidence& bill : wheel.bills) {
    for (const BillEntry& entry : bill.bill.entries) {
      const Result<PackageUrl> url = parse_package_url(entry.purl);
      if (!url || (url->type != "rpm" && url->type != "deb" && url->type != "apk")) {
        continue;
      }
      for (const LibraryEvidence& library : wheel.libraries) {
        const auto graft = parse_graft_name(file_name_of(library.path));
        if (graft && is_about(entry, library, path_digests(graft->original))) {
          rows.push_back({graft->hash, graft->original, entry.purl.substr(0, entry.purl.find('#')), library.build_id});
        }
      }
    }
  }
  std::sort(rows.begin(), rows.end(), [](const KnownGraft& a, const KnownGraft& b) {
    return std::tie(a.file, a.hash, a.purl) < std::tie(b.file, b.hash, b.purl);
  });
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

} // namespace wheelforge::lifecycle
