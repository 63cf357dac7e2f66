// What `wheelforge images lock` does: pins images by what their registries say, and compares pins with them later.
#pragma once

#include "orchestrator/engine/registry.hpp"
#include "orchestrator/image/image_for.hpp"

#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace wheelforge::cli {

/// Which entries of a lock are asked for again.
enum class LockUpdate {
  missing, ///< those that are not there yet
  all,     ///< every one of the choices, by its newest dated tag
};

/// The lock with an entry for every choice that a registry serves; entries of other images stay as they are. Each
/// choice is asked for where it would be pulled (the mirror, where there is one). Fails as Registry does.
[[nodiscard]] Result<image::ImageLock> pin_images(engine::Registry& registry, const image::ImageSources& sources,
                                                  std::span<const image::ImageChoice> choices, LockUpdate update,
                                                  std::stop_token stop);

/// What became of a pin.
enum class PinState {
  current,  ///< the tag still has the pinned digest
  moved,    ///< the tag has another digest now; the pinned one is still there
  untagged, ///< the tag is gone; the pinned digest is still there, as long as the registry keeps it
  vanished, ///< the pinned digest is gone: it cannot be pulled any more
};

[[nodiscard]] std::string_view to_string(PinState state);

/// One pin and its state.
struct PinCheck {
  image::LockedImage image;
  PinState state = PinState::current;
  std::string digest_now; ///< of the tag; empty where the tag is gone
};

/// Asks for every entry of the lock. Fails as Registry does, not_found excepted.
[[nodiscard]] Result<std::vector<PinCheck>> check_pins(engine::Registry& registry, const image::ImageSources& sources,
                                                       std::stop_token stop);

} // namespace wheelforge::cli
