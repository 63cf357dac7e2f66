// Chooses images.
#include "orchestrator/image/image_for.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::image {
namespace {

constexpr std::string_view kMirrored = "pypa/";
constexpr std::string_view kMirroredRegistry = "quay.io";

/// An image that serves the tag exactly, with its family.
struct Served {
  const ImageFamily* family = nullptr;
  const FamilyImage* image = nullptr;
};

/// Published families come before those that are built here.
Served find_served(const ImageCatalog& catalog, const tags::PlatformTag& platform) {
  Served built;
  for (const ImageFamily& family : catalog.families) {
    const FamilyImage* image = platform.arch ? family.find(*platform.arch) : nullptr;
    if (image == nullptr || family.status == Status::unpublished ||
        !tags::same_platform(family.platform(image->arch), platform)) {
      continue;
    }
    if (family.origin == Origin::registry) {
      return {&family, image};
    }
    if (built.family == nullptr) {
      built = {&family, image};
    }
  }
  return built;
}

/// One sentence about what the catalogue has instead.
std::string why_not(const ImageCatalog& catalog, const tags::PlatformTag& platform) {
  if (!platform.arch ||
      (platform.family != tags::PlatformFamily::manylinux && platform.family != tags::PlatformFamily::musllinux)) {
    return fmt::format("no image serves {}: images are made for manylinux and musllinux tags", platform.text);
  }
  std::vector<std::string> policies;
  for (const ImageFamily& family : catalog.families) {
    if (family.find(*platform.arch) == nullptr) {
      continue;
    }
    const tags::PlatformTag tag = family.platform(*platform.arch);
    if (family.status == Status::unpublished && tags::same_platform(tag, platform)) {
      return fmt::format("no registry has an image for {}: {}", platform.text, family.note);
    }
    if (tag.family == platform.family && family.status != Status::unpublished) {
      policies.push_back(family.policy);
    }
  }
  if (policies.empty()) {
    return fmt::format("no image serves {}: there is none for {} at all", platform.text,
                       tags::to_string(*platform.arch));
  }
  return fmt::format("no image serves {}: for {} there are {}", platform.text, tags::to_string(*platform.arch),
                     fmt::join(policies, ", "));
}

/// Tag, digest and Pythons of the lock's entry, where there is one for that name and tag.
bool apply_lock(const ImageLock& lock, ImageChoice& choice) {
  const LockedImage* locked = lock.find(choice.name);
  if (locked == nullptr || (!choice.ref.tag.empty() && choice.ref.tag != locked->tag)) {
    return false;
  }
  choice.ref.tag = locked->tag;
  choice.ref.digest = locked->digest;
  choice.pythons = locked->pythons;
  return true;
}

ImageChoice choose_own(const ImageSources& sources, const ImageRef& own) {
  ImageChoice choice{own, own.name(), Origin::registry, {}, {}, {}, {}, {}};
  if (own.digest.empty()) {
    (void)apply_lock(sources.lock, choice);
  }
  return choice;
}

ImageChoice choose_known(const ImageSources& sources, const Served& served) {
  const ImageFamily& family = *served.family;
  ImageChoice choice{
      family.name(served.image->arch), {}, family.origin, family.recipe, {}, family.compiler, family.binutils,
      family.package_manager};
  choice.name = choice.ref.name();
  if (family.origin == Origin::built_here) {
    choice.ref.tag = family.recipe;
    const bool is_emulated = sources.is_emulated && sources.is_emulated(served.image->arch);
    choice.pythons =
        is_emulated && !served.image->emulated_pythons.empty() ? served.image->emulated_pythons : served.image->pythons;
    return choice;
  }
  const std::optional<Pin>& pin = served.image->pin;
  if (apply_lock(sources.lock, choice)) {
    // What the catalogue knows of Pythons holds for its own pin only.
    if (choice.pythons.empty() && pin && pin->digest == choice.ref.digest) {
      choice.pythons = served.image->pythons;
    }
    return choice;
  }
  choice.pythons = served.image->pythons;
  if (pin) {
    choice.ref.tag = pin->tag;
    choice.ref.digest = pin->digest;
  } else {
    choice.ref.tag = "latest";
  }
  return choice;
}

} // namespace

Result<ImageRef> through_mirror(const ImageRef& ref, std::string_view mirror) {
  if (mirror.empty() || ref.registry != kMirroredRegistry || !ref.repository.starts_with(kMirrored)) {
    return ref;
  }
  while (mirror.ends_with('/')) {
    mirror.remove_suffix(1);
  }
  const std::string image = ref.repository.substr(kMirrored.size());
  auto moved = parse_image_ref(fmt::format("{}/{}", mirror, image));
  if (!moved || moved->registry.empty() || !moved->tag.empty() || !moved->digest.empty()) {
    return fail(ErrorKind::usage,
                "mirror is \"{}\", wanted REGISTRY or REGISTRY/FOLDER, such as registry.example.com/pypa", mirror);
  }
  moved->tag = ref.tag;
  moved->digest = ref.digest;
  return moved;
}

tl::expected<ImageChoice, std::string> image_for(const ImageSources& sources, const tags::PlatformTag& platform) {
  WF_CHECK(sources.catalog != nullptr);
  ImageChoice choice;
  const auto own = std::find_if(sources.use.begin(), sources.use.end(), [&](const auto& entry) {
    const auto tag = tags::parse_platform_tag(entry.first);
    return tag && tags::same_platform(*tag, platform);
  });
  if (own != sources.use.end()) {
    choice = choose_own(sources, own->second);
  } else if (const Served served = find_served(*sources.catalog, platform); served.family != nullptr) {
    choice = choose_known(sources, served);
  } else {
    return tl::unexpected(why_not(*sources.catalog, platform));
  }
  auto mirrored = through_mirror(choice.ref, sources.mirror);
  if (!mirrored) {
    return tl::unexpected(mirrored.error().message);
  }
  choice.ref = *std::move(mirrored);
  return choice;
}

std::optional<tags::PlatformTag> auto_platform(const ImageCatalog& catalog, tags::Architecture arch) {
  std::optional<tags::PlatformTag> oldest;
  for (const ImageFamily& family : catalog.families) {
    if (family.origin != Origin::built_here || family.find(arch) == nullptr) {
      continue;
    }
    tags::PlatformTag tag = family.platform(arch);
    if (!oldest || tags::is_wider(tag, *oldest)) {
      oldest = std::move(tag);
    }
  }
  return oldest;
}

} // namespace wheelforge::image
