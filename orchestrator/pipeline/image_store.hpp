// The images of a run: each is looked up, and pulled where it is missing, once.
#pragma once

#include "orchestrator/engine/container_engine.hpp"
#include "orchestrator/image/image_ref.hpp"

#include <map>
#include <mutex>
#include <stop_token>
#include <string>

namespace wheelforge::pipeline {

/// An image that the engine has, and the name to start it by.
struct ReadyImage {
  std::string name;
  engine::ImageInfo info;
};

/// Thread-safe; the engine must outlive it.
class ImageStore {
public:
  explicit ImageStore(engine::ContainerEngine& engine) : engine_(engine) {}

  /// The image of that reference, pinned to `digest` where one is given ("sha256:…"): pulled if the engine has not got
  /// it. Cells that wait for the same image wait for one pull. An image pulled by digest is kept under a name of ours,
  /// and found again by that after `images save` and `load`. Fails with not_found where neither the engine nor the
  /// registry has it, or where it can only be made here.
  [[nodiscard]] Result<ReadyImage> ensure(const std::string& reference, const std::string& digest,
                                          const host::OutputSink& sink, std::stop_token stop);

private:
  struct Slot {
    std::mutex mutex;
    std::optional<ReadyImage> image;
  };
  Slot& slot_of(const std::string& name);
  [[nodiscard]] Result<ReadyImage> find_here(const image::ImageRef& ref);

  engine::ContainerEngine& engine_;
  std::mutex mutex_;
  std::map<std::string, Slot> slots_;
};

} // namespace wheelforge::pipeline
