// Reads advisories, and keeps the last good copy of what was downloaded.
#include "orchestrator/cli/advisory_feeds.hpp"

#include "orchestrator/base/ascii.hpp"
#include "orchestrator/base/sha256.hpp"
#include "orchestrator/lifecycle/default_feeds.hpp"
#include "orchestrator/zip/inflater.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <span>

namespace wheelforge::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t kLargestAdvisory = std::uint64_t{256} << 20U;

/// Gathers advisories and lets go of what nobody will ask for.
class Gatherer {
public:
  Gatherer(const host::FileSystem& files, const std::set<std::string>& wanted) : files_(files), wanted_(wanted) {}

  Result<void> add_path(const fs::path& path, int depth = 0) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      return depth < 16 ? add_folder(path, depth)
                        : Result<void>(fail(ErrorKind::invalid_data, "{}: folders are nested too deep", path.string()));
    }
    if (path.extension() == ".zip") {
      WF_TRY_CONTEXT(const zip::ZipReader archive, zip::ZipReader::open(path), path.string());
      return add_archive(archive, path.string());
    }
    WF_TRY(const std::string text, files_.read(path));
    if (text.starts_with("PK\x03\x04")) {
      WF_TRY_CONTEXT(const zip::ZipReader archive, zip::ZipReader::from_bytes(std::as_bytes(std::span(text))),
                     path.string());
      return add_archive(archive, path.string());
    }
    return add_text(text, path.string());
  }

  ReadAdvisories take() { return std::move(out_); }

private:
  Result<void> add_folder(const fs::path& folder, int depth) {
    WF_TRY(const std::vector<host::FolderEntry> entries, files_.list(folder));
    for (const host::FolderEntry& entry : entries) {
      const fs::path path = folder / entry.name;
      if (entry.name.starts_with('.') ||
          (entry.type != host::FileType::folder && path.extension() != ".json" && path.extension() != ".zip")) {
        continue;
      }
      WF_TRY_VOID(add_path(path, depth + 1));
    }
    return {};
  }

  Result<void> add_archive(const zip::ZipReader& archive, const std::string& path) {
    zip::Inflater inflater;
    for (const zip::ZipMember& member : archive.members()) {
      if (!member.name.ends_with(".json")) {
        continue;
      }
      const std::string name = path + ": " + member.name;
      WF_TRY_CONTEXT(const auto bytes, inflater.read(archive, member, zip::CheckCrc::yes, kLargestAdvisory), name);
      WF_TRY_VOID(add_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name));
    }
    return {};
  }

  Result<void> add_text(std::string_view text, const std::string& name) {
    WF_TRY_CONTEXT(std::vector<lifecycle::Advisory> read, lifecycle::parse_advisories(text), name);
    ++out_.files;
    for (lifecycle::Advisory& advisory : read) {
      for (lifecycle::AffectedPackage& package : advisory.affected) {
        if (!wanted_.empty() && !wanted_.contains(lower_case(package.name))) {
          package.ranges = {};
          package.versions = {};
        }
      }
      out_.advisories.push_back(std::move(advisory));
    }
    return {};
  }

  const host::FileSystem& files_;
  const std::set<std::string>& wanted_;
  ReadAdvisories out_;
};

Result<FeedStore::Kept> parse_description(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  const auto member = [&](const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>()
                                                                           : std::string();
  };
  FeedStore::Kept kept{member("url"), member("fetched"), member("file"), 0, member("problem")};
  if (kept.url.empty() || kept.fetched.empty() || kept.file.empty() || kept.file.has_parent_path()) {
    return fail(ErrorKind::invalid_data, "it is no description of a feed; remove it and run lifecycle --refresh");
  }
  kept.advisories = json.value("advisories", std::size_t{0});
  return kept;
}

std::string describe(const FeedStore::Kept& kept) {
  Json json = {{"schema", 1},
               {"url", kept.url},
               {"fetched", kept.fetched},
               {"file", kept.file.filename().string()},
               {"advisories", kept.advisories}};
  if (!kept.problem.empty()) {
    json["problem"] = kept.problem;
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

bool is_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

Result<std::string> feed_of_ecosystem(const std::string& ecosystem) {
  const auto& feeds = lifecycle::default_feeds();
  if (const auto found = feeds.find(ecosystem); found != feeds.end()) {
    return found->second;
  }
  std::vector<std::string> names;
  for (const auto& [name, url] : feeds) {
    names.push_back(name);
  }
  return fail(ErrorKind::usage, "no feed is known for the ecosystem {:?}, wanted one of {}", ecosystem,
              fmt::join(names, ", "));
}

Result<ReadAdvisories> read_advisories(const host::FileSystem& files, const fs::path& path,
                                       const std::set<std::string>& wanted) {
  if (!files.exists(path)) {
    return fail(ErrorKind::not_found, "{}: there is no such database of advisories", path.string());
  }
  Gatherer gatherer(files, wanted);
  WF_TRY_VOID(gatherer.add_path(path));
  ReadAdvisories read = gatherer.take();
  if (read.advisories.empty()) {
    return fail(ErrorKind::invalid_data, "{}: no advisory is in it, wanted OSV's JSON files or archives of them",
                path.string());
  }
  return read;
}

std::string FeedStore::key_of(const std::string& url) const { return sha256(url).hex().substr(0, 16); }

Result<void> FeedStore::download(const std::string& url, const fs::path& to, std::stop_token stop) {
  host::Command command;
  command.argv = {"curl",
                  "--fail",
                  "--silent",
                  "--show-error",
                  "--location",
                  "--proto",
                  "=http,https",
                  "--max-redirs",
                  "5",
                  "--retry",
                  "2",
                  "--retry-delay",
                  "1",
                  "--connect-timeout",
                  "20",
                  "--speed-limit",
                  "100",
                  "--speed-time",
                  "60",
                  "--output",
                  to.string(),
                  "--",
                  url};
  const auto result = runner_.run(command, {}, std::move(stop));
  if (!result) {
    return result.error().kind == ErrorKind::not_found
               ? Result<void>(fail(ErrorKind::temporary, "{}: curl is not installed, it fetches feeds", url))
               : tl::unexpected(result.error());
  }
  if (!result->ok()) {
    std::string said = result->err.substr(0, result->err.find_last_not_of("\r\n ") + 1);
    return fail(ErrorKind::temporary, "{}: {}", url,
                said.empty() ? fmt::format("curl ended with {}", result->exit_code) : said);
  }
  return {};
}

Result<FeedStore::Kept> FeedStore::refresh(const std::string& url, const std::string& today, std::stop_token stop) {
  WF_TRY(const host::TempFolder scratch, host::TempFolder::create(files_, folder_, ".refresh-"));
  const fs::path arrived = scratch.path() / "feed";
  const fs::path description = folder_ / (key_of(url) + ".feed.json");
  const auto remember_failure = [&](Error error) -> Result<Kept> {
    const auto text = files_.read(description);
    auto last = text ? parse_description(*text) : Result<Kept>(tl::unexpected(text.error()));
    if (last) { // said again by every later run, until a refresh succeeds
      last->problem = error.message;
      WF_TRY_VOID(files_.write_atomically(description, describe(*last)));
      error.hint = fmt::format("the last good data, of {}, is kept", last->fetched);
    }
    error.kind =
        error.kind == ErrorKind::invalid_data || error.kind == ErrorKind::not_found ? ErrorKind::temporary : error.kind;
    return tl::unexpected(std::move(error));
  };
  if (auto done = download(url, arrived, std::move(stop)); !done) {
    return remember_failure(std::move(done).error());
  }
  auto read = read_advisories(files_, arrived, {"no package has this name"});
  if (!read) {
    Error error = std::move(read).error();
    const std::string where = arrived.string();
    const std::size_t at = error.message.find(where);
    error.message = at == std::string::npos ? error.message : error.message.replace(at, where.size(), url);
    return remember_failure(std::move(error));
  }
  Kept kept{url, today, fs::path(key_of(url) + ".data"), read->advisories.size(), {}};
  if (const auto text = files_.read(description)) {
    const auto last = parse_description(*text);
    if (last && kept.advisories * 2 < last->advisories) {
      return remember_failure({fmt::format("{}: it has {} advisories, the last good one had {}: taken for incomplete",
                                           url, kept.advisories, last->advisories),
                               ErrorKind::temporary,
                               {}});
    }
  }
  WF_TRY_VOID(files_.publish(arrived, folder_ / kept.file));
  WF_TRY_VOID(files_.write_atomically(description, describe(kept)));
  kept.file = folder_ / kept.file;
  return kept;
}

Result<std::vector<FeedStore::Kept>> FeedStore::kept() const {
  std::vector<Kept> out;
  if (!files_.exists(folder_)) {
    return out;
  }
  WF_TRY(const std::vector<host::FolderEntry> entries, files_.list(folder_));
  for (const host::FolderEntry& entry : entries) {
    if (!entry.name.ends_with(".feed.json")) {
      continue;
    }
    const fs::path path = folder_ / entry.name;
    WF_TRY(const std::string text, files_.read(path));
    WF_TRY_CONTEXT(Kept kept, parse_description(text), path.string());
    kept.file = folder_ / kept.file;
    out.push_back(std::move(kept));
  }
  std::sort(out.begin(), out.end(), [](const Kept& a, const Kept& b) { return a.url < b.url; });
  return out;
}

} // namespace wheelforge::cli
