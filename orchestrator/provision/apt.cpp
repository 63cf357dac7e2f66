// Runs APT over a folder of its own, so that this machine's packages, sources and lists stay as they are.
#include "orchestrator/provision/apt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>
#include <sstream>

namespace wheelforge::provision {
namespace {

using toolchain::LockedPart;
using toolchain::PartKind;

constexpr const char* kKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

std::string debian_name(tags::Architecture arch) {
  switch (arch) {
  case tags::Architecture::x86_64:
    return "amd64";
  case tags::Architecture::aarch64:
    return "arm64";
  case tags::Architecture::i686:
    return "i386";
  case tags::Architecture::armv7l:
    return "armhf";
  case tags::Architecture::ppc64le:
    return "ppc64el";
  default:
    return std::string(tags::to_string(arch));
  }
}

/// Debian's archive: WHEELFORGE_DEBIAN_MIRROR, else the one that this machine's own APT uses.
Result<std::string> mirror(const Doors& doors, std::stop_token stop) {
  if (const char* given = std::getenv("WHEELFORGE_DEBIAN_MIRROR"); given != nullptr && *given != '\0') {
    return std::string(given);
  }
  host::Command command;
  command.argv = {"apt-get", "indextargets", "--format", "$(REPO_URI)|$(ORIGIN)|$(CODENAME)"};
  const auto answer = doors.runner.run(command, {}, stop);
  if (answer && answer->ok()) {
    std::istringstream lines(answer->out);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t bar = line.find('|');
      const bool is_main = line.find("|Debian|") != std::string::npos && line.find("-security") == std::string::npos;
      if (is_main && bar != std::string::npos) {
        return line.substr(0, bar);
      }
    }
  }
  // Where its lists were never fetched or are cleaned away, only its sources are known.
  command.argv = {"apt-get", "--print-uris", "update"};
  const auto sources = doors.runner.run(command, {}, std::move(stop));
  if (sources && sources->ok()) {
    std::istringstream lines(sources->out);
    for (std::string line; std::getline(lines, line);) {
      if (auto archive = archive_of_source(line)) {
        return *std::move(archive);
      }
    }
  }
  return with_hint(fail(ErrorKind::usage, "this machine's APT knows no archive of Debian"),
                   "set WHEELFORGE_DEBIAN_MIRROR to one");
}

/// An APT of its own in a temporary folder.
class Apt {
public:
  static Result<Apt> open(const Doors& doors, const std::string& suite, const std::vector<std::string>& components,
                          tags::Architecture arch, std::stop_token stop) {
    WF_TRY(const std::string archive, mirror(doors, stop));
    if (!doors.files.exists(kKeyring)) {
      return with_hint(fail(ErrorKind::not_found, "{} is missing: Debian's packages cannot be checked", kKeyring),
                       "apt-get install debian-archive-keyring");
    }
    WF_TRY(auto folder, host::TempFolder::create(doors.files, doors.cache, "apt-"));
    const std::filesystem::path root = folder.path();
    for (const char* part : {"etc/apt/sources.list.d", "etc/apt/preferences.d", "etc/apt/apt.conf.d",
                             "var/lib/apt/lists/partial", "var/cache/apt/archives/partial"}) {
      WF_TRY_VOID(doors.files.create_folders(root / part));
    }
    WF_TRY_VOID(doors.files.write_atomically(root / "status", ""));
    WF_TRY_VOID(doors.files.write_atomically(
        root / "etc/apt/sources.list",
        fmt::format("deb [signed-by={}] {} {} {}\n", kKeyring, archive, suite, fmt::join(components, " "))));
    const std::string source = fmt::format("{} ({})", suite, fmt::join(components, " "));
    Apt apt(doors, std::move(folder), arch, source);
    // An archive that lags behind has Release files of yesterday; what is fetched is held against the lock anyhow.
    // Without the error mode, a list that nobody gave us would be no failure here, and its packages missing later.
    WF_TRY_VOID(
        apt.run({"-qq", "-o", "Acquire::Check-Valid-Until=false", "-o", "APT::Update::Error-Mode=any", "update"},
                source, stop));
    return apt;
  }

  /// What apt-get wrote to stdout. `what` is for messages: the packages or the suite that are wanted.
  [[nodiscard]] Result<std::string> run(const std::vector<std::string>& words, std::string_view what,
                                        std::stop_token stop, const std::filesystem::path& folder = {}) const {
    const std::string root = folder_.path().string();
    host::Command command;
    command.argv = {"apt-get",
                    "-o",
                    "Dir=" + root,
                    "-o",
                    "Dir::State::status=" + root + "/status",
                    "-o",
                    "APT::Architecture=" + debian_name(arch_),
                    "-o",
                    "APT::Architectures=" + debian_name(arch_),
                    "-o",
                    "Acquire::Languages=none",
                    "-o",
                    "Acquire::ForceHash=sha256",
                    "-o",
                    "Acquire::Retries=3",
                    "-o",
                    "APT::Sandbox::User=root"};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    command.folder = folder;
    command.environment = {{"LC_ALL", "C"}}; // its words are read
    command.capture_bytes = std::size_t{8} << 20U;
    auto result = doors_.runner.run(command, {}, std::move(stop));
    const AptFailure failure = result ? read_apt_failure(result->out, result->err) : AptFailure{};
    auto ran = host::require_success(command, std::move(result), failure.kind);
    if (ran) {
      return std::move(ran->out);
    }
    if (ran.error().kind == failure.kind && !failure.seen.empty()) {
      return with_hint(fail(failure.kind, "{} cannot be had from Debian's archive: {}", what, failure.seen),
                       failure.hint);
    }
    return tl::unexpected(std::move(ran).error());
  }

  [[nodiscard]] Result<std::vector<LockedPart>> closure(const std::vector<std::string>& packages,
                                                        std::stop_token stop) const {
    // Quieter than this, it does not say which dependencies are unmet.
    std::vector<std::string> words = {"-q", "-y", "--no-install-recommends", "--print-uris", "install"};
    words.insert(words.end(), packages.begin(), packages.end());
    const std::string what = fmt::format("{} of {}", fmt::join(packages, ", "), source_);
    WF_TRY(const std::string text, run(words, what, std::move(stop)));
    std::vector<LockedPart> parts;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (auto part = parse_apt_line(line)) {
        parts.push_back(*std::move(part));
      }
    }
    return parts;
  }

private:
  Apt(const Doors& doors, host::TempFolder folder, tags::Architecture arch, std::string source)
      : doors_(doors), folder_(std::move(folder)), arch_(arch), source_(std::move(source)) {}

  const Doors& doors_;
  host::TempFolder folder_;
  tags::Architecture arch_;
  std::string source_; ///< for messages: "bookworm (main non-free)"
};

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// The unmet dependencies that APT lists, a text a package: "a : Depends: b but it is not installable or c".
std::vector<std::string> unmet_dependencies(std::string_view out) {
  std::istringstream lines{std::string(out)};
  std::vector<std::string> unmet;
  bool is_in_list = false;
  for (std::string line; std::getline(lines, line);) {
    if (!is_in_list) {
      is_in_list = line.ends_with("unmet dependencies:");
      continue;
    }
    const std::size_t text = line.find_first_not_of(' ');
    if (text == 0 || text == std::string::npos) {
      break;
    }
    if (text == 1 || unmet.empty()) { // what goes on is indented further
      unmet.push_back(line.substr(text));
    } else {
      unmet.back() += " " + line.substr(text);
    }
  }
  return unmet;
}

/// APT's first error, without the "E: " before it.
std::string first_error(std::string_view err) {
  std::istringstream lines{std::string(err)};
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("E: ", 0) == 0) {
      return line.substr(3);
    }
  }
  return {};
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

std::optional<std::string> archive_of_source(std::string_view line) {
  const std::size_t dists = line.find("/dists/");
  if (line.empty() || line.front() != '\'' || dists == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view archive = line.substr(1, dists - 1);
  return archive.ends_with("/debian") ? std::optional(std::string(archive)) : std::nullopt;
}

AptFailure read_apt_failure(std::string_view out, std::string_view err) {
  const std::string error = first_error(err);
  if (has_any(err, {"Failed to fetch", "Could not"})) {
    return {ErrorKind::temporary, error, "try again when the archive answers, or set WHEELFORGE_DEBIAN_MIRROR"};
  }
  const std::vector<std::string> unmet = unmet_dependencies(out);
  if (!unmet.empty() || has_any(err, {"held broken packages", "Unable to satisfy dependencies"})) {
    std::string seen = unmet.empty() ? error : unmet.front();
    if (unmet.size() > 1) {
      seen += fmt::format(", and {} more with unmet dependencies", unmet.size() - 1);
    }
    return {ErrorKind::not_found, std::move(seen),
            "add the components that have them to the recipe's part; in a suite that moves, lock again later"};
  }
  if (has_any(err, {"Unable to locate package", "has no installation candidate", "was not found",
                    "does not have a Release file"})) {
    return {ErrorKind::not_found, error, "look at suite, components and packages of the recipe's part"};
  }
  return {};
}

std::optional<LockedPart> parse_apt_line(std::string_view line) {
  std::istringstream words{std::string(line)};
  std::string address;
  std::string file;
  std::string size;
  std::string hash;
  constexpr std::string_view kHash = "SHA256:";
  if (!(words >> address >> file >> size >> hash) || address.size() < 3 || address.front() != '\'' ||
      address.back() != '\'' || hash.rfind(kHash, 0) != 0) {
    return std::nullopt;
  }
  LockedPart part;
  part.kind = PartKind::deb;
  part.file = file;
  part.sha256 = hash.substr(kHash.size());
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), part.size_bytes);
  const std::size_t first = file.find('_');
  const std::size_t last = file.rfind('_');
  if (error != std::errc() || end != size.data() + size.size() || first == std::string::npos || last <= first) {
    return std::nullopt;
  }
  part.name = file.substr(0, first);
  part.version = file.substr(first + 1, last - first - 1);
  // APT writes an epoch's colon as %3a in names of files.
  if (const std::size_t colon = part.version.find("%3a"); colon != std::string::npos) {
    part.version.replace(colon, 3, ":");
  }
  return part;
}

Result<std::vector<LockedPart>> resolve_packages(const Doors& doors, const toolchain::Part& part,
                                                 tags::Architecture arch, std::stop_token stop) {
  WF_TRY(const Apt apt, Apt::open(doors, part.suite, part.components, arch, stop));
  WF_TRY(auto wanted, apt.closure(part.packages, stop));
  std::set<std::string> left_out;
  if (!part.present.empty()) {
    WF_TRY(const auto present, apt.closure(part.present, stop));
    for (const LockedPart& one : present) {
      left_out.insert(one.name);
    }
  }
  std::erase_if(wanted, [&](const LockedPart& one) {
    return left_out.count(one.name) != 0 || (!part.only.empty() && !has(part.only, one.name));
  });
  for (LockedPart& one : wanted) {
    one.from = fmt::format("{} {}", part.suite, fmt::join(part.components, " "));
  }
  if (wanted.empty()) {
    return fail(ErrorKind::not_found, "the packages {} of {} come to nothing", fmt::join(part.packages, ", "),
                part.suite);
  }
  return wanted;
}

Result<void> download_packages(const Doors& doors, const std::vector<LockedPart>& parts, tags::Architecture arch,
                               const std::filesystem::path& folder, std::stop_token stop) {
  std::set<std::string> sources;
  for (const LockedPart& part : parts) {
    sources.insert(part.from);
  }
  for (const std::string& source : sources) {
    std::istringstream words(source);
    std::string suite;
    words >> suite;
    std::vector<std::string> components;
    for (std::string word; words >> word;) {
      components.push_back(word);
    }
    WF_TRY(const Apt apt, Apt::open(doors, suite, components, arch, stop));
    std::vector<std::string> command = {"-qq", "download"};
    for (const LockedPart& part : parts) {
      if (part.from == source) {
        command.push_back(fmt::format("{}={}", part.name, part.version));
      }
    }
    auto ran = apt.run(command, "what is locked", stop, folder);
    if (!ran) {
      Error error = with_context(std::move(ran).error(), fmt::format("fetching packages of {}", source));
      error.hint = "where the archive has newer versions by now, lock again: wheelforge toolchain lock --update";
      return tl::unexpected(std::move(error));
    }
  }
  return {};
}

} // namespace wheelforge::provision
