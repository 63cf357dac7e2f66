// Reading a wheel's ELF files on several threads.
#include "orchestrator/loader/wheel_images.hpp"

#include "orchestrator/audit/elf_member.hpp"
#include "orchestrator/audit/library_tree.hpp"
#include "orchestrator/audit/loader.hpp"
#include "orchestrator/audit/reading_crew.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <algorithm>

namespace wheelforge::loader {
namespace {

std::optional<ElfImage> read_member(const zip::ZipReader& archive, const zip::ZipMember& member,
                                    zip::Inflater& inflater) {
  if (member.is_directory()) {
    return std::nullopt;
  }
  const auto head = inflater.peek(archive, member, 64);
  if (!head || !elf::is_elf(*head)) {
    return std::nullopt;
  }
  const auto file = audit::parse_member(archive, member, inflater);
  if (file) {
    return image_of(member.name, *file);
  }
  ElfImage image;
  image.path = member.name;
  image.broken = file.error().message;
  return image;
}

} // namespace

Result<WheelImages> WheelImages::read(const zip::ZipReader& archive, unsigned threads) {
  const std::vector<zip::ZipMember>& members = archive.members();
  std::vector<std::optional<ElfImage>> found(members.size());
  audit::ReadingCrew crew(threads);
  crew.run(members.size(), [&](std::size_t i, audit::ReadingMemory& memory) {
    found[i] = read_member(archive, members[i], memory.inflater);
  });
  std::vector<ElfImage> images;
  for (std::optional<ElfImage>& image : found) {
    if (image) {
      images.push_back(*std::move(image));
    }
  }
  return of(std::move(images));
}

WheelImages WheelImages::of(std::vector<ElfImage> images) {
  WheelImages wheel;
  wheel.images_ = std::move(images);
  wheel.index();
  return wheel;
}

void WheelImages::add(WheelImages other) {
  std::move(other.images_.begin(), other.images_.end(), std::back_inserter(images_));
  index();
}

void WheelImages::index() {
  std::stable_sort(images_.begin(), images_.end(),
                   [](const ElfImage& a, const ElfImage& b) { return a.path < b.path; });
  places_.clear();
  by_place_.clear();
  for (std::size_t i = 0; i < images_.size(); ++i) {
    places_.push_back(audit::InstalledFiles::place_of(images_[i].path));
    by_place_[places_.back()] = i;
  }
}

std::optional<std::size_t> WheelImages::at(std::string_view path) const {
  const auto found = by_place_.find(audit::normal_path(path));
  return found == by_place_.end() ? std::nullopt : std::optional(found->second);
}

std::string without_prefix(std::string text) {
  const std::string prefix = fmt::format("{}/", audit::InstalledFiles::kSitePackages);
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
    text.erase(at, prefix.size());
  }
  return text;
}

} // namespace wheelforge::loader
