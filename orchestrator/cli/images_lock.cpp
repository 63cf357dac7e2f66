// Pins images, and checks pins.
#include "orchestrator/cli/images_lock.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::cli {
namespace {

/// The name of a lock's entry as a reference that can be asked for.
Result<image::ImageRef> asked_at(const image::ImageSources& sources, const std::string& name) {
  WF_TRY(const image::ImageRef ref, image::parse_image_ref(name));
  return image::through_mirror(ref, sources.mirror);
}

/// What the catalogue knows of the Pythons in the image with this digest; none where it does not know it.
std::vector<std::string> pythons_in(const image::ImageCatalog& catalog, const std::string& digest) {
  for (const image::ImageFamily& family : catalog.families) {
    for (const image::FamilyImage& one : family.images) {
      if (one.pin && one.pin->digest == digest) {
        return one.pythons;
      }
    }
  }
  return {};
}

/// The digest; empty where the registry has none of that name.
Result<std::string> digest_or_none(engine::Registry& registry, const image::ImageRef& ref, std::stop_token stop) {
  auto digest = registry.digest_of(ref, std::move(stop));
  if (!digest && digest.error().kind == ErrorKind::not_found) {
    return std::string();
  }
  return digest;
}

} // namespace

std::string_view to_string(PinState state) {
  constexpr std::array<std::string_view, 4> kNames = {"current", "moved", "untagged", "vanished"};
  return kNames.at(static_cast<std::size_t>(state));
}

Result<image::ImageLock> pin_images(engine::Registry& registry, const image::ImageSources& sources,
                                    std::span<const image::ImageChoice> choices, LockUpdate update,
                                    std::stop_token stop) {
  image::ImageLock lock = sources.lock;
  for (const image::ImageChoice& choice : choices) {
    if (choice.origin != image::Origin::registry ||
        (update == LockUpdate::missing && lock.find(choice.name) != nullptr)) {
      continue;
    }
    image::ImageRef ref = choice.ref;
    ref.digest.clear();
    if (update == LockUpdate::all) {
      WF_TRY(const auto tags, registry.tags_of(ref, stop));
      if (std::string newest = engine::newest_dated_tag(tags); !newest.empty()) {
        ref.tag = std::move(newest);
      }
    }
    if (ref.tag.empty()) {
      ref.tag = "latest";
    }
    WF_TRY(std::string digest, registry.digest_of(ref, stop));
    std::vector<std::string> pythons = pythons_in(*sources.catalog, digest);
    lock.put({choice.name, ref.tag, std::move(digest), std::move(pythons)});
  }
  return lock;
}

Result<std::vector<PinCheck>> check_pins(engine::Registry& registry, const image::ImageSources& sources,
                                         std::stop_token stop) {
  std::vector<PinCheck> checks;
  for (const image::LockedImage& locked : sources.lock.images) {
    WF_TRY(image::ImageRef ref, asked_at(sources, locked.name));
    ref.tag = locked.tag;
    PinCheck check{locked, PinState::current, {}};
    WF_TRY(check.digest_now, digest_or_none(registry, ref, stop));
    if (check.digest_now != locked.digest) {
      ref.digest = locked.digest;
      WF_TRY(const std::string pinned, digest_or_none(registry, ref, stop));
      check.state = pinned.empty()             ? PinState::vanished
                    : check.digest_now.empty() ? PinState::untagged
                                               : PinState::moved;
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

} // namespace wheelforge::cli
