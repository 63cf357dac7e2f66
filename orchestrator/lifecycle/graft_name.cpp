// Takes the names of grafted libraries apart.
#include "orchestrator/lifecycle/graft_name.hpp"

#include "orchestrator/base/sha256.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::lifecycle {
namespace {

constexpr std::array<std::string_view, 8> kTriplets = {
    "x86_64-linux-gnu",      "i386-linux-gnu",  "aarch64-linux-gnu", "arm-linux-gnueabihf",
    "powerpc64le-linux-gnu", "s390x-linux-gnu", "riscv64-linux-gnu", "loongarch64-linux-gnu"};
constexpr std::array<std::string_view, 8> kFolders = {
    "/lib64/", "/usr/lib64/", "/lib/", "/usr/lib/", "/usr/local/lib/", "/usr/local/lib64/", "/usr/lib/lib/", "/lib32/"};

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

} // namespace

std::string version_in_name(std::string_view file_name) {
  std::string_view tail;
  if (const std::size_t so = file_name.find(".so."); so != std::string_view::npos) {
    tail = file_name.substr(so + 4);
  } else if (file_name.ends_with(".so")) {
    const std::string_view stem = file_name.substr(0, file_name.size() - 3);
    const std::size_t last = stem.find_last_not_of("0123456789.");
    tail = last == std::string_view::npos ? stem : stem.substr(last + 1);
    tail.remove_prefix(std::min(tail.find_first_not_of('.'), tail.size()));
    tail = tail.find('.') == std::string_view::npos ? std::string_view() : tail;
  }
  return std::string(tail);
}

std::optional<GraftName> parse_graft_name(std::string_view file_name) {
  constexpr std::size_t kDigits = 8;
  const std::size_t dot = file_name.find('.');
  const std::string_view stem = file_name.substr(0, dot);
  if (dot == std::string_view::npos || stem.size() < kDigits + 2 || stem[stem.size() - kDigits - 1] != '-' ||
      !is_hex(stem.substr(stem.size() - kDigits))) {
    return std::nullopt;
  }
  GraftName out;
  out.base = std::string(stem.substr(0, stem.size() - kDigits - 1));
  out.hash = std::string(stem.substr(stem.size() - kDigits));
  out.original = out.base + std::string(file_name.substr(dot));
  out.version = version_in_name(out.original);
  return out;
}

bool is_in_graft_folder(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  return folder.ends_with(".libs");
}

std::vector<std::string> path_digests(std::string_view file_name) {
  std::vector<std::string> out;
  for (const std::string_view folder : kFolders) {
    out.push_back(sha256(std::string(folder) + std::string(file_name)).hex());
  }
  for (const std::string_view triplet : kTriplets) {
    for (const std::string_view root : {"/usr/lib/", "/lib/"}) {
      out.push_back(sha256(std::string(root) + std::string(triplet) + "/" + std::string(file_name)).hex());
    }
  }
  return out;
}

} // namespace wheelforge::lifecycle
