// Walks entries of search paths from where files will be installed.
#include "orchestrator/accelerator/search_path.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::accelerator {
namespace {

constexpr std::array<std::string_view, 5> kKinds = {"wheel", "provider", "dead", "absolute", "escaping"};

/// The folder below site-packages that a wheel's member is installed in, as its parts.
std::vector<std::string> folder_of(std::string_view file) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t slash = file.find('/'); slash != std::string_view::npos; slash = file.find('/', begin)) {
    parts.emplace_back(file.substr(begin, slash - begin));
    begin = slash + 1;
  }
  const bool is_data = parts.size() >= 2 && parts[0].ends_with(".data");
  if (is_data && (parts[1] == "purelib" || parts[1] == "platlib")) {
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  return parts;
}

/// The entry as a path seen from site-packages, which is "" itself; "../.." and the like where it leaves them.
std::string resolve(std::string_view file, std::string_view entry) {
  std::string_view rest = entry;
  for (const std::string_view origin : {std::string_view("$ORIGIN"), std::string_view("${ORIGIN}")}) {
    if (rest.rfind(origin, 0) == 0) {
      rest.remove_prefix(origin.size());
      break;
    }
  }
  std::vector<std::string> parts = folder_of(file);
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    if (part == "..") {
      if (parts.empty() || parts.back() == "..") {
        parts.emplace_back("..");
      } else {
        parts.pop_back();
      }
    } else if (!part.empty() && part != ".") {
      parts.emplace_back(part);
    }
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  std::string path;
  for (const std::string& part : parts) {
    path += (path.empty() ? "" : "/") + part;
  }
  return path;
}

bool is_from_origin(std::string_view entry) {
  return entry.rfind("$ORIGIN", 0) == 0 || entry.rfind("${ORIGIN}", 0) == 0;
}

} // namespace

std::string_view to_string(SearchPath::Kind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

std::string path_to_folder(std::string_view file, std::string_view folder) {
  std::string path = "$ORIGIN";
  for (std::size_t i = 0; i < folder_of(file).size(); ++i) {
    path += "/..";
  }
  return path + "/" + std::string(folder);
}

bool leads_to(std::string_view file, std::string_view entry, std::string_view folder) {
  return is_from_origin(entry) && resolve(file, entry) == std::string(folder);
}

std::vector<SearchPath> search_paths(const audit::ElfReport& elf, const zip::ZipReader& archive,
                                     std::span<const toolchain::Recipe> recipes) {
  std::vector<SearchPath> paths;
  std::string_view rest = elf.runpath ? std::string_view(*elf.runpath)
                          : elf.rpath ? std::string_view(*elf.rpath)
                                      : std::string_view();
  const auto is_in_wheel = [&](const std::string& folder) {
    return folder.empty() || std::any_of(archive.members().begin(), archive.members().end(), [&](const auto& member) {
             return member.name.size() > folder.size() && member.name.rfind(folder, 0) == 0 &&
                    member.name[folder.size()] == '/';
           });
  };
  const auto is_provided = [&](const std::string& folder) {
    return std::any_of(recipes.begin(), recipes.end(), [&](const toolchain::Recipe& recipe) {
      return std::any_of(recipe.providers.begin(), recipe.providers.end(),
                         [&](const toolchain::Provider& provider) { return provider.folder == folder; });
    });
  };
  while (!rest.empty()) {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    const std::string entry(rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    SearchPath path{elf.path, entry, SearchPath::Kind::dead};
    if (!is_from_origin(entry)) {
      path.kind = SearchPath::Kind::absolute;
    } else if (const std::string folder = resolve(elf.path, entry); is_provided(folder)) {
      path.kind = SearchPath::Kind::provider;
    } else if (folder.rfind("..", 0) == 0) {
      path.kind = SearchPath::Kind::escaping;
    } else if (is_in_wheel(folder)) {
      path.kind = SearchPath::Kind::wheel;
    }
    paths.push_back(std::move(path));
  }
  return paths;
}

} // namespace wheelforge::accelerator
