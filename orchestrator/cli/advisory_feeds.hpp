// Advisories from files, folders, archives and URLs, and the copies of them that are kept on this machine.
#pragma once

#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/process_runner.hpp"
#include "orchestrator/lifecycle/advisory_database.hpp"

#include <filesystem>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace wheelforge::cli {

/// Reads advisories of files and folders. Of packages whose name (in any case) is not in `wanted` only the names are
/// kept; an empty set keeps everything.
struct ReadAdvisories {
  std::vector<lifecycle::Advisory> advisories;
  std::size_t files = 0;
};

/// A .json file, a .zip archive of them, or a folder with either. Fails (kind invalid_data) naming the file and what is
/// wrong with it, and where nothing is found.
[[nodiscard]] Result<ReadAdvisories> read_advisories(const host::FileSystem& files, const std::filesystem::path& path,
                                                     const std::set<std::string>& wanted);

/// Downloaded feeds in a folder: each is the file as it came and a description beside it.
class FeedStore {
public:
  FeedStore(host::FileSystem& files, host::ProcessRunner& runner, std::filesystem::path folder)
      : files_(files), runner_(runner), folder_(std::move(folder)) {}

  /// One feed as it is kept.
  struct Kept {
    std::string url;
    std::string fetched; ///< RFC 3339 full-date
    std::filesystem::path file;
    std::size_t advisories = 0;
    std::string problem; ///< why the last refresh failed; empty where it did not
  };

  /// Downloads the feed, checks that all of it can be read, and only then puts it in the place of the last good one.
  /// Fails (kind temporary) where it could not be had or is not whole; what was there stays.
  [[nodiscard]] Result<Kept> refresh(const std::string& url, const std::string& today, std::stop_token stop);
  /// Every kept feed, by URL. Fails where a description is broken.
  [[nodiscard]] Result<std::vector<Kept>> kept() const;

private:
  [[nodiscard]] std::string key_of(const std::string& url) const;
  [[nodiscard]] Result<void> download(const std::string& url, const std::filesystem::path& to, std::stop_token stop);

  host::FileSystem& files_;
  host::ProcessRunner& runner_;
  std::filesystem::path folder_;
};

/// True for http:// and https://.
[[nodiscard]] bool is_url(std::string_view text);

/// The feed of an ecosystem: "AlmaLinux" → its URL. Fails (kind usage) with the ecosystems there are.
[[nodiscard]] Result<std::string> feed_of_ecosystem(const std::string& ecosystem);

} // namespace wheelforge::cli
