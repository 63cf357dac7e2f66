// Looks first, pulls second, remembers both.
#include "orchestrator/pipeline/image_store.hpp"

namespace wheelforge::pipeline {
namespace {

/// "registry/name:tag" → "registry/name".
std::string repository_of(const std::string& reference) {
  const std::string plain = reference.substr(0, reference.find('@'));
  const std::size_t slash = plain.rfind('/');
  const std::size_t colon = plain.find(':', slash == std::string::npos ? 0 : slash);
  return plain.substr(0, colon);
}

} // namespace

ImageStore::Slot& ImageStore::slot_of(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  return slots_[name];
}

Result<ReadyImage> ImageStore::ensure(const std::string& reference, const std::string& digest,
                                      const host::OutputSink& sink, std::stop_token stop) {
  const std::string pinned =
      digest.empty() || reference.find('@') != std::string::npos ? reference : repository_of(reference) + "@" + digest;
  Slot& slot = slot_of(pinned);
  const std::scoped_lock lock(slot.mutex);
  if (slot.image) {
    return *slot.image;
  }
  auto info = engine_.inspect_image(pinned);
  std::string name = pinned;
  if (!info && info.error().kind == ErrorKind::not_found && pinned != reference) {
    // An image that was made here has no registry's digest: its own id is what pins it.
    if (auto local = engine_.inspect_image(reference); local && local->id == digest) {
      info = std::move(local);
      name = reference;
    }
  }
  if (!info && info.error().kind == ErrorKind::not_found) {
    WF_TRY_VOID(engine_.pull_image(pinned, {}, sink, stop));
    info = engine_.inspect_image(pinned);
  }
  if (!info) {
    return tl::unexpected(std::move(info).error());
  }
  slot.image = ReadyImage{std::move(name), *std::move(info)};
  return *slot.image;
}

} // namespace wheelforge::pipeline
