// Runs a container of each image and asks what it holds.
#include "orchestrator/cli/lifecycle_images.hpp"

#include "orchestrator/cli/engine_choice.hpp"
#include "orchestrator/engine/container.hpp"
#include "orchestrator/host/clock.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/host/process_identity.hpp"
#include "orchestrator/host/signals.hpp"
#include "orchestrator/image/image_ref.hpp"
#include "orchestrator/image/lock.hpp"
#include "orchestrator/lifecycle/image_diff.hpp"
#include "orchestrator/pipeline/image_store.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace wheelforge::cli {
namespace {

namespace fs = std::filesystem;

/// Asks images through one engine, which is only looked for when something must be asked.
class ImageAsker {
public:
  explicit ImageAsker(const ImagesComparison& comparison) : comparison_(comparison) {}

  Result<lifecycle::ImageContents> ask(const image::ImageRef& ref) {
    const fs::path kept = comparison_.data / "images" / (ref.digest.substr(ref.digest.find(':') + 1) + ".contents");
    if (!ref.digest.empty() && files_->exists(kept)) {
      WF_TRY(const std::string text, files_->read(kept));
      return lifecycle::parse_image_contents(text, to_string(ref));
    }
    WF_TRY(const std::string text, run_script(ref));
    WF_TRY(lifecycle::ImageContents contents, lifecycle::parse_image_contents(text, to_string(ref)));
    if (!ref.digest.empty()) {
      WF_TRY_VOID(files_->write_atomically(kept, text));
    }
    return contents;
  }

  [[nodiscard]] host::FileSystem& files() { return *files_; }

private:
  Result<std::string> run_script(const image::ImageRef& ref) {
    if (!engine_) {
      WF_TRY(engine_, engine::detect_engine(*runner_, *clock_, engine_choice(comparison_.engine)));
    }
    image::ImageRef by_tag = ref;
    by_tag.digest.clear();
    pipeline::ImageStore store(*engine_);
    const auto progress = [](host::Stream, std::string_view text) { fmt::print(stderr, "{}", text); };
    WF_TRY(const pipeline::ReadyImage ready, store.ensure(to_string(by_tag), ref.digest, progress, signals_.token()));
    WF_TRY(const host::ProcessIdentity self, host::current_process());
    const engine::Owner owner{fmt::format("lifecycle-{}-{}", self.pid, ++asked_), "", self};
    engine::ContainerSpec spec;
    spec.image = ready.name;
    spec.name = engine::owner_name(owner, "contents");
    spec.labels = engine::owner_labels(owner);
    spec.exec_prefix = engine::exec_prefix(ready.info);
    WF_TRY(engine::Container container, engine::Container::start(*engine_, spec, signals_.token()));
    engine::ExecSpec exec;
    exec.argv = {"sh", "-c", std::string(lifecycle::contents_script())};
    exec.capture_bytes = std::size_t{16} << 20U;
    WF_TRY(const engine::ExecResult result, container.exec(std::move(exec), {}, signals_.token()));
    if (!result.ok()) {
      return fail("{}: asking what it holds ended with {}: {}", to_string(ref), result.exit_code, result.err);
    }
    return result.out;
  }

  host::SignalWatch signals_; // before any thread
  const ImagesComparison& comparison_;
  std::unique_ptr<host::FileSystem> files_ = host::make_file_system();
  std::unique_ptr<host::Clock> clock_ = host::make_clock();
  std::unique_ptr<host::ProcessRunner> runner_ = host::make_process_runner();
  std::unique_ptr<engine::ContainerEngine> engine_;
  int asked_ = 0;
};

image::ImageRef ref_of(const image::LockedImage& locked) {
  const Result<image::ImageRef> name = image::parse_image_ref(locked.name);
  image::ImageRef ref = name.value_or(image::ImageRef{});
  ref.tag = locked.tag;
  ref.digest = locked.digest;
  return ref;
}

using Pair = std::pair<image::ImageRef, image::ImageRef>;

/// The images that both locks name with different digests.
Result<std::vector<Pair>> pairs_of_locks(host::FileSystem& files, const ImagesComparison& comparison) {
  std::vector<image::ImageLock> locks;
  for (const std::string& path : {comparison.before, comparison.after}) {
    WF_TRY(const std::string text, files.read(path));
    WF_TRY(image::ImageLock lock, image::parse_lock(text, path));
    locks.push_back(std::move(lock));
  }
  std::vector<Pair> pairs;
  for (const image::LockedImage& old : locks[0].images) {
    const image::LockedImage* now = locks[1].find(old.name);
    if (now != nullptr && now->digest != old.digest) {
      pairs.emplace_back(ref_of(old), ref_of(*now));
    }
  }
  return pairs;
}

} // namespace

Result<std::string> compare_images(const ImagesComparison& comparison) {
  ImageAsker asker(comparison);
  std::vector<Pair> pairs;
  const bool locks = asker.files().exists(comparison.before) && asker.files().exists(comparison.after);
  if (locks) {
    WF_TRY(pairs, pairs_of_locks(asker.files(), comparison));
    if (pairs.empty()) {
      return fail(ErrorKind::usage, "{} and {} pin no image by different digests", comparison.before, comparison.after);
    }
  } else {
    WF_TRY(const image::ImageRef before, image::parse_image_ref(comparison.before));
    WF_TRY(const image::ImageRef after, image::parse_image_ref(comparison.after));
    pairs.emplace_back(before, after);
  }
  if (comparison.json && pairs.size() != 1) {
    return fail(ErrorKind::usage, "--json compares one image, the locks differ in {}", pairs.size());
  }
  std::string out;
  for (const auto& [old, now] : pairs) {
    WF_TRY(const lifecycle::ImageContents before, asker.ask(old));
    WF_TRY(const lifecycle::ImageContents after, asker.ask(now));
    out += comparison.json ? lifecycle::changes_json(before, after) : lifecycle::changes_text(before, after);
  }
  return out;
}

} // namespace wheelforge::cli
