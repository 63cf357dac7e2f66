// Looks first, pulls second, remembers both.
#include "orchestrator/pipeline/image_store.hpp"

#include "orchestrator/image/catalog.hpp"

namespace wheelforge::pipeline {
namespace {

constexpr auto is_missing = [](const Result<engine::ImageInfo>& info) {
  return !info && info.error().kind == ErrorKind::not_found;
};

/// The reference with the digest, where there is one and the reference has none itself.
Result<image::ImageRef> pinned_ref(const std::string& reference, const std::string& digest) {
  WF_TRY(image::ImageRef ref, image::parse_image_ref(reference));
  if (ref.digest.empty()) {
    ref.digest = digest;
  }
  return ref;
}

/// No registry has it, so that the only way to it is to make it.
tl::unexpected<Error> not_built(const image::ImageRef& ref) {
  auto error = fail(ErrorKind::not_found, "the image {} is not there", to_string(ref));
  const auto recipe = image::recipe_of(image::known_catalog(), ref);
  std::string arch;
  for (const tags::Architecture each : tags::kArchitectures) {
    if (ref.repository.ends_with(fmt::format("_{}", tags::to_string(each)))) {
      arch = fmt::format(" --arch {}", tags::to_string(each));
    }
  }
  return with_hint(std::move(error), recipe ? "make it: wheelforge images build " + *recipe + arch
                                            : "wheelforge images build makes only the images in `images list`");
}

} // namespace

ImageStore::Slot& ImageStore::slot_of(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  return slots_[name];
}

/// What the engine has: under the pinned name, as an image that was made here, or as the copy that `images pull` keeps.
Result<ReadyImage> ImageStore::find_here(const image::ImageRef& ref) {
  auto info = engine_.inspect_image(ref.pull_name());
  if (!is_missing(info) || ref.digest.empty()) {
    return std::move(info).map([&](engine::ImageInfo found) { return ReadyImage{ref.pull_name(), std::move(found)}; });
  }
  // An image that was made here has no registry's digest: its own id is what pins it.
  const std::string by_tag = ref.tag.empty() ? ref.name() : ref.name() + ":" + ref.tag;
  if (auto local = engine_.inspect_image(by_tag); local && local->id == ref.digest) {
    return ReadyImage{by_tag, *std::move(local)};
  }
  const std::string kept = to_string(image::kept_copy(ref));
  return engine_.inspect_image(kept).map([&](engine::ImageInfo found) { return ReadyImage{kept, std::move(found)}; });
}

Result<ReadyImage> ImageStore::ensure(const std::string& reference, const std::string& digest,
                                      const host::OutputSink& sink, std::stop_token stop) {
  WF_TRY(const image::ImageRef ref, pinned_ref(reference, digest));
  Slot& slot = slot_of(ref.pull_name());
  const std::scoped_lock lock(slot.mutex);
  if (slot.image) {
    return *slot.image;
  }
  auto found = find_here(ref);
  if (!found && found.error().kind == ErrorKind::not_found) {
    if (image::is_local(ref)) {
      return not_built(ref);
    }
    WF_TRY_VOID(engine_.pull_image(ref.pull_name(), {}, sink, stop));
    WF_TRY(auto info, engine_.inspect_image(ref.pull_name()));
    if (!ref.digest.empty()) {
      // An image without a tag is rubbish to the engine's clean-up; this one also survives `images save` and `load`.
      WF_TRY_VOID(engine_.tag_image(ref.pull_name(), to_string(image::kept_copy(ref))));
    }
    found = ReadyImage{ref.pull_name(), std::move(info)};
  }
  if (found) {
    slot.image = *found;
  }
  return found;
}

} // namespace wheelforge::pipeline
