// Asks pip, which knows indexes, mirrors and certificates, and reads its installation report.
#include "orchestrator/provision/pip.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wheelforge::provision {
namespace {

using toolchain::LockedPart;
using toolchain::PartKind;

constexpr int kNewestGlibc = 43;

std::vector<std::string> pip_command(std::string_view verb) {
  return {"python3",       "-m",   "pip", std::string(verb), "--disable-pip-version-check", "--quiet", "--no-deps",
          "--only-binary", ":all:"};
}

/// pip failed: no such version is the user's affair, everything else may pass.
Error pip_error(const host::Command& command, Result<host::ProcessResult> result) {
  const bool is_missing = result && (result->err.find("No matching distribution") != std::string::npos ||
                                     result->err.find("Could not find a version") != std::string::npos);
  const bool is_absent = result && result->err.find("No module named pip") != std::string::npos;
  auto error =
      host::require_success(command, std::move(result), is_missing ? ErrorKind::not_found : ErrorKind::temporary)
          .error();
  if (is_absent || error.kind == ErrorKind::not_found) {
    error.hint =
        is_absent ? "install pip for python3 (python3-pip)" : "the recipe's version is not on the package index";
  }
  return error;
}

/// A file's size by what its server says; 0 where it says nothing.
std::uint64_t size_of(const Doors& doors, const std::string& url, std::stop_token stop) {
  if (url.rfind("file://", 0) == 0) {
    std::error_code error;
    const auto size = std::filesystem::file_size(url.substr(7), error);
    return error ? 0 : size;
  }
  host::Command command;
  command.argv = {"curl", "--silent", "--head", "--location", "--fail", "--max-time", "30", url};
  const auto answer = doors.runner.run(command, {}, std::move(stop));
  std::uint64_t size = 0;
  if (!answer || !answer->ok()) {
    return 0;
  }
  std::string text = answer->out;
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::string_view kName = "\ncontent-length:";
  if (const std::size_t at = text.rfind(kName); at != std::string::npos) {
    const std::size_t digit = text.find_first_of("0123456789", at + kName.size());
    if (digit != std::string::npos) {
      std::from_chars(text.data() + digit, text.data() + text.size(), size);
    }
  }
  return size;
}

std::string file_name_of(const std::string& url) {
  std::string name = url.substr(url.rfind('/') + 1);
  name = name.substr(0, name.find('#'));
  for (std::size_t at = name.find("%2B"); at != std::string::npos; at = name.find("%2B")) {
    name.replace(at, 3, "+");
  }
  return name;
}

} // namespace

std::vector<std::string> pip_platform_options(tags::Architecture arch) {
  std::vector<std::string> options = {"--python-version", "3.12", "--implementation", "cp"};
  const auto add = [&](const tags::PlatformTag& tag) {
    for (const tags::PlatformTag& one : tags::with_alias(tag)) {
      options.insert(options.end(), {"--platform", one.text});
    }
  };
  for (int minor = kNewestGlibc; minor >= tags::first_glibc(arch).minor; --minor) {
    add(tags::manylinux({2, minor}, arch));
  }
  return options;
}

Result<std::vector<std::pair<LockedPart, std::string>>> parse_pip_report(std::string_view json) {
  const auto report = nlohmann::json::parse(json, nullptr, false);
  if (!report.is_object() || !report.contains("install") || !report["install"].is_array()) {
    return fail(ErrorKind::invalid_data, "pip's report has no list \"install\"");
  }
  std::vector<std::pair<LockedPart, std::string>> parts;
  const auto text = [](const nlohmann::json& from, std::initializer_list<const char*> path) {
    const nlohmann::json* at = &from;
    for (const char* key : path) {
      if (!at->is_object() || !at->contains(key)) {
        return std::string();
      }
      at = &(*at)[key];
    }
    return at->is_string() ? at->get<std::string>() : std::string();
  };
  for (const auto& one : report["install"]) {
    LockedPart part;
    part.kind = PartKind::pypi;
    part.name = text(one, {"metadata", "name"});
    part.version = text(one, {"metadata", "version"});
    const std::string url = text(one, {"download_info", "url"});
    part.file = file_name_of(url);
    part.sha256 = text(one, {"download_info", "archive_info", "hashes", "sha256"});
    if (const std::string hash = text(one, {"download_info", "archive_info", "hash"});
        part.sha256.empty() && hash.rfind("sha256=", 0) == 0) {
      part.sha256 = hash.substr(7);
    }
    if (part.name.empty() || part.version.empty() || part.file.empty()) {
      return fail(ErrorKind::invalid_data, "pip's report has an entry without name, version or address");
    }
    parts.emplace_back(std::move(part), url);
  }
  return parts;
}

Result<std::vector<LockedPart>> resolve_wheels(const Doors& doors, const std::vector<toolchain::Part>& parts,
                                               tags::Architecture arch, std::stop_token stop) {
  WF_TRY(const auto folder, host::TempFolder::create(doors.files, doors.cache, "pip-"));
  const std::string report = (folder.path() / "report.json").string();
  host::Command command;
  command.argv = pip_command("install");
  for (const std::string& word : {std::string("--dry-run"), std::string("--ignore-installed"), std::string("--target"),
                                  (folder.path() / "nothing").string(), std::string("--report"), report}) {
    command.argv.push_back(word);
  }
  for (std::string& option : pip_platform_options(arch)) {
    command.argv.push_back(std::move(option));
  }
  for (const toolchain::Part& part : parts) {
    command.argv.push_back(part.name + part.version);
  }
  auto ran = doors.runner.run(command, {}, stop);
  if (!ran || !ran->ok()) {
    return tl::unexpected(pip_error(command, std::move(ran)));
  }
  if (ran->err.find("yanked") != std::string::npos) {
    doors.say("warning: a part was yanked by its publisher: " + ran->err);
  }
  WF_TRY(const std::string text, doors.files.read(report));
  WF_TRY(auto found, parse_pip_report(text));
  std::vector<LockedPart> locked;
  for (auto& [part, url] : found) {
    if (part.sha256.empty()) {
      return with_hint(fail(ErrorKind::invalid_data, "the package index gives no SHA-256 for {}", part.file),
                       "a toolchain is locked by hash: use an index that has them");
    }
    part.size_bytes = size_of(doors, url, stop);
    locked.push_back(std::move(part));
  }
  return locked;
}

Result<void> download_wheels(const Doors& doors, const std::vector<LockedPart>& parts, tags::Architecture arch,
                             const std::filesystem::path& folder, std::stop_token stop) {
  std::string requirements;
  for (const LockedPart& part : parts) {
    requirements += fmt::format("{}=={} --hash=sha256:{}\n", part.name, part.version, part.sha256);
  }
  const std::filesystem::path list = folder / "requirements.txt";
  WF_TRY_VOID(doors.files.write_atomically(list, requirements));
  host::Command command;
  command.argv = pip_command("download");
  for (const std::string& word :
       {std::string("--require-hashes"), std::string("--no-cache-dir"), std::string("--dest"), folder.string()}) {
    command.argv.push_back(word);
  }
  for (std::string& option : pip_platform_options(arch)) {
    command.argv.push_back(std::move(option));
  }
  command.argv.insert(command.argv.end(), {"-r", list.string()});
  auto ran = doors.runner.run(command, {}, std::move(stop));
  if (!ran || !ran->ok()) {
    return tl::unexpected(pip_error(command, std::move(ran)));
  }
  return {};
}

} // namespace wheelforge::provision
