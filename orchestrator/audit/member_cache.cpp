// The keys of members, and what is remembered under them.
#include "orchestrator/audit/member_cache.hpp"

#include <utility>

namespace wheelforge::audit {
namespace {

/// The file name counts: it decides whether a file is an extension.
std::uint64_t key_of(const zip::ZipMember& member) {
  return symbol_hash(
      fmt::format("{:x} {:x} {:x} {}", member.crc32, member.size, member.compressed_size, file_name_of(member.name)));
}

} // namespace

void MemberCache::announce(const zip::ZipReader& archive) {
  for (const zip::ZipMember& member : archive.members()) {
    if (member.compressed_size >= kSmallest) {
      ++announced_[key_of(member)];
    }
  }
}

bool MemberCache::is_repeated(const zip::ZipMember& member) const {
  if (member.compressed_size < kSmallest) {
    return false;
  }
  const auto found = announced_.find(key_of(member));
  return found != announced_.end() && found->second > 1;
}

void MemberCache::remember(std::shared_ptr<const zip::ZipReader> archive, const zip::ZipMember& member,
                           const ElfFacts& facts) {
  auto seen = std::make_shared<const Seen>(Seen{std::move(archive), member, facts});
  const std::lock_guard lock(mutex_);
  seen_.emplace(key_of(member), std::move(seen));
}

std::vector<std::shared_ptr<const MemberCache::Seen>> MemberCache::alike(const zip::ZipMember& member) const {
  std::vector<std::shared_ptr<const Seen>> found;
  const std::lock_guard lock(mutex_);
  const auto [begin, end] = seen_.equal_range(key_of(member));
  for (auto at = begin; at != end; ++at) {
    found.push_back(at->second);
  }
  return found;
}

} // namespace wheelforge::audit
