// Finds and reads the memory files of a control group, of both versions.
#include "orchestrator/engine/cgroup_memory.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace wheelforge::engine {
namespace {

using Path = std::filesystem::path;

/// Version 1 writes "no limit" as the largest multiple of a page; anything beyond this is none.
constexpr std::uint64_t kNoLimit = 1ULL << 60U;

template <class Visit>
void each_line(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find(separator);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

bool contains(const std::vector<std::string_view>& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end != text.data() ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> number_in_file(const host::FileSystem& files, const Path& path) {
  const auto text = files.read(path);
  return text ? number(*text) : std::nullopt;
}

/// The value of "NAME N" in a file of such lines.
std::optional<std::uint64_t> field(std::string_view text, std::string_view name) {
  std::optional<std::uint64_t> value;
  each_line(text, [&](std::string_view line) {
    if (line.size() > name.size() && line.substr(0, name.size()) == name && line[name.size()] == ' ') {
      value = number(line.substr(name.size() + 1));
    }
  });
  return value;
}

std::optional<std::uint64_t> as_limit(std::optional<std::uint64_t> bytes) {
  return bytes && *bytes < kNoLimit ? bytes : std::nullopt;
}

/// A process's path in the hierarchy as a path below the mount point, which may show only a part of the hierarchy.
std::optional<Path> below_mount(std::string_view mount_point, std::string_view root, std::string_view path) {
  if (root != "/") {
    if (path.substr(0, root.size()) != root) {
      return std::nullopt;
    }
    path.remove_prefix(root.size());
  }
  return Path(std::string(mount_point) + std::string(path)).lexically_normal();
}

} // namespace

std::optional<MemoryGroup> find_memory_group(std::string_view process_cgroup, std::string_view mountinfo) {
  std::string_view path_v1;
  std::string_view path_v2;
  each_line(process_cgroup, [&](std::string_view line) { // "4:memory:/docker/ID", "0::/docker/ID"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) {
      return;
    }
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    if (controllers.empty()) {
      path_v2 = line.substr(second + 1);
    } else if (contains(split(controllers, ','), "memory")) {
      path_v1 = line.substr(second + 1);
    }
  });
  std::optional<MemoryGroup> group;
  each_line(mountinfo, [&](std::string_view line) { // "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) {
      return;
    }
    const auto left = split(line.substr(0, dash), ' ');
    const auto right = split(line.substr(dash + 3), ' ');
    if (left.size() < 5 || right.size() < 3) {
      return;
    }
    const bool is_v1 = right[0] == "cgroup" && contains(split(right[2], ','), "memory");
    if (is_v1 && !path_v1.empty()) {
      if (auto folder = below_mount(left[4], left[3], path_v1)) {
        group = MemoryGroup{*std::move(folder), 1};
      }
    } else if (right[0] == "cgroup2" && path_v1.empty() && !path_v2.empty() && !group) {
      if (auto folder = below_mount(left[4], left[3], path_v2)) {
        group = MemoryGroup{*std::move(folder), 2};
      }
    }
  });
  return group;
}

std::optional<MemoryGroup> guess_memory_group(const host::FileSystem& files, const std::string& id) {
  struct Place {
    std::string_view before;
    std::string_view after;
  };
  static constexpr std::array kPlaces = {Place{"docker/", ""},                      // docker, cgroupfs
                                         Place{"system.slice/docker-", ".scope"},   // docker, systemd
                                         Place{"libpod_parent/libpod-", ""},        // podman, cgroupfs
                                         Place{"machine.slice/libpod-", ".scope"}}; // podman, systemd
  for (const auto& [root, version] : {std::pair("/sys/fs/cgroup/memory/", 1), std::pair("/sys/fs/cgroup/", 2)}) {
    for (const Place& place : kPlaces) {
      Path folder = root + std::string(place.before) + id + std::string(place.after);
      if (files.exists(folder / (version == 1 ? "memory.oom_control" : "memory.events"))) {
        return MemoryGroup{std::move(folder), version};
      }
    }
  }
  return std::nullopt;
}

MemoryUse read_memory_use(const host::FileSystem& files, const MemoryGroup& group) {
  MemoryUse use;
  if (group.version == 1) {
    use.peak_bytes = number_in_file(files, group.folder / "memory.max_usage_in_bytes");
    use.limit_bytes = as_limit(number_in_file(files, group.folder / "memory.limit_in_bytes"));
    use.kills = field(files.read(group.folder / "memory.oom_control").value_or(""), "oom_kill");
  } else {
    use.peak_bytes = number_in_file(files, group.folder / "memory.peak");
    use.limit_bytes = as_limit(number_in_file(files, group.folder / "memory.max"));
    use.kills = field(files.read(group.folder / "memory.events").value_or(""), "oom_kill");
  }
  return use;
}

MemoryUse parse_memory_script(std::string_view output) {
  return {field(output, "peak"), as_limit(field(output, "limit")), field(output, "oom_kill")};
}

std::string_view memory_script() {
  return R"sh(cd /sys/fs/cgroup || exit 0
if [ -e memory/memory.oom_control ]; then
  cd memory
  echo "peak $(cat memory.max_usage_in_bytes)";
  echo "limit $(cat memory.limit_in_bytes)";
  grep '^oom_kill ' memory.oom_control else echo "peak $(cat memory.peak)";
  echo "limit $(cat memory.max)"; grep '^oom_kill ' memory.events
fi 2>/dev/null
exit 0)sh";
}

} // namespace wheelforge::engine
