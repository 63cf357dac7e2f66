// Drives docker or podman by their command lines: images and volumes.
#include "orchestrator/engine/cli_engine.hpp"

#include <array>

namespace wheelforge::engine {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNoLimit{0};
/// Before the second, third, … attempt to pull.
constexpr std::array kPullWaits = {milliseconds(1'000), milliseconds(3'000), milliseconds(9'000)};

} // namespace

Result<ImageInfo> CliEngine::inspect_image(const std::string& image) {
  WF_TRY(const auto result, call(inspect_image_arguments(info_, image), "looking at the image " + image));
  return parse_image(result.out);
}

Result<void> CliEngine::pull_image(const std::string& image, const std::string& platform, const host::OutputSink& sink,
                                   std::stop_token stop) {
  const CallOptions options{kNoLimit, stop, host::NoInput{}, sink};
  for (std::size_t attempt = 0;; ++attempt) {
    auto result = call(pull_arguments(info_, image, platform), "pulling " + image, options);
    if (result) {
      return {};
    }
    if (result.error().kind != ErrorKind::temporary || attempt == kPullWaits.size()) {
      return tl::unexpected(std::move(result).error());
    }
    const milliseconds pause = kPullWaits.at(attempt);
    if (sink) {
      sink(host::Stream::err, fmt::format("{}; trying again in {} s\n", result.error().message, pause.count() / 1000));
    }
    if (!clock_.wait(pause, stop)) {
      return fail(ErrorKind::cancelled, "pulling {}: cancelled", image);
    }
  }
}

Result<void> CliEngine::tag_image(const std::string& image, const std::string& name) {
  return call_quietly({info_.program, "tag", image, name}, "naming the image " + image);
}

Result<void> CliEngine::remove_image(const std::string& image) {
  return call_quietly({info_.program, "rmi", image}, "removing the image " + image);
}

Result<void> CliEngine::save_images(const std::vector<std::string>& images, const std::filesystem::path& file,
                                    std::stop_token stop) {
  return call_quietly(save_arguments(info_, images, file.string()), "saving images to " + file.string(),
                      {kNoLimit, std::move(stop)});
}

Result<std::vector<std::string>> CliEngine::load_images(const std::filesystem::path& file, std::stop_token stop) {
  WF_TRY(const auto result, call(load_arguments(info_, file.string()), "loading images from " + file.string(),
                                 {kNoLimit, std::move(stop)}));
  return parse_loaded_images(result.out);
}

Result<std::string> CliEngine::import_image(const std::filesystem::path& root_tar, const std::string& name,
                                            const std::vector<std::string>& changes, std::stop_token stop) {
  WF_TRY(auto result, call(import_arguments(info_, root_tar.string(), name, changes), "importing " + name,
                           {kNoLimit, std::move(stop)}));
  return trimmed(std::move(result.out));
}

Result<std::string> CliEngine::commit_container(const std::string& container, const std::string& name,
                                                const Labels& labels, std::stop_token stop) {
  WF_TRY(auto result, call(commit_arguments(info_, container, name, labels),
                           "making the image " + name + " of a container", {kNoLimit, std::move(stop)}));
  return trimmed(std::move(result.out));
}

Result<void> CliEngine::create_volume(const std::string& name, const Labels& labels) {
  auto result = call(create_volume_arguments(info_, name, labels), "making the volume " + name);
  if (!result && result.error().message.find("already exists") == std::string::npos) { // docker says nothing then
    return tl::unexpected(std::move(result).error());
  }
  return {};
}

Result<std::vector<std::string>> CliEngine::list_volumes(const std::string& label) {
  WF_TRY(const auto result, call(list_volumes_arguments(info_, label), "listing volumes"));
  return lines_of(result.out);
}

Result<void> CliEngine::remove_volume(const std::string& name) {
  auto result = call({info_.program, "volume", "rm", name}, "removing the volume " + name);
  if (!result && classify(result.error().message) != Fault::volume_missing) {
    return tl::unexpected(std::move(result).error());
  }
  return {};
}

} // namespace wheelforge::engine
