// Makes tool sets by the recipe that is built into the program.
#include "orchestrator/cross/tool_sets.hpp"

#include "orchestrator/image/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wheelforge::cross {
namespace {

/// `enter` ends with this where the image's compiler is none of ours.
constexpr int kUnfit = 3;

/// The last line that is not empty, without "cross: ".
std::string last_line(std::string_view text) {
  while (!text.empty() && text.back() == '\n') {
    text.remove_suffix(1);
  }
  std::string_view line = text.substr(text.rfind('\n') + 1);
  constexpr std::string_view kPrefix = "cross: ";
  return std::string(line.starts_with(kPrefix) ? line.substr(kPrefix.size()) : line);
}

} // namespace

ToolSets::Slot& ToolSets::slot_of(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  return slots_[name];
}

Result<std::filesystem::path> ToolSets::ensure(const std::string& release, tags::Architecture arch,
                                               const host::OutputSink& sink, std::stop_token stop) {
  Slot& slot = slot_of(fmt::format("{}-{}", release, tags::to_string(arch)));
  const std::scoped_lock lock(slot.mutex);
  if (slot.folder) {
    return *slot.folder;
  }
  auto made = make(release, arch, sink, std::move(stop));
  if (made || made.error().kind != ErrorKind::cancelled) {
    slot.folder = made;
  }
  return made;
}

Result<std::filesystem::path> ToolSets::make(const std::string& release, tags::Architecture arch,
                                             const host::OutputSink& sink, std::stop_token stop) {
  WF_TRY(const auto folder,
         host::TempFolder::create(files_, std::filesystem::temp_directory_path(), "wheelforge-cross-"));
  for (const image::RecipeFile& file : image::cross_recipe()) {
    WF_TRY_VOID(files_.write_atomically(folder.path() / file.name, file.bytes));
  }
  host::Command command;
  command.argv = {"bash", (folder.path() / image::kRecipeProgram).string(), "--if-missing", release,
                  std::string(tags::to_string(arch))};
  const auto show = [&sink](host::Stream stream, std::string_view bytes) {
    if (stream == host::Stream::err && sink) {
      sink(stream, bytes);
    }
  };
  const auto ran = runner_.run(command, show, std::move(stop));
  if (ran && !ran->cancelled && ran->exit_code != 0) {
    return fail("the cross tool set of {} for {} cannot be made: {}", release, tags::to_string(arch),
                last_line(ran->err));
  }
  WF_TRY(const auto result, host::require_success(command, ran));
  return std::filesystem::path(result.out.substr(0, result.out.find('\n')));
}

engine::Mount mount_of(const std::filesystem::path& folder) {
  return {engine::Mount::Kind::bind, folder.string(), kMountPoint, engine::Mount::Access::read_only, {}};
}

Result<Entered> enter(engine::Container& container, std::stop_token stop) {
  engine::ExecSpec spec;
  spec.argv = {fmt::format("{}/enter", kMountPoint)};
  spec.user = "0";
  WF_TRY_CONTEXT(const auto result, container.exec(std::move(spec), {}, std::move(stop)),
                 "putting native compilers into the container");
  if (result.ok()) {
    const auto count = std::count(result.out.begin(), result.out.end(), '\n');
    return Entered{true, fmt::format("{} programs of the container run natively now, its compilers among them", count)};
  }
  if (result.exit_code == kUnfit) {
    return Entered{false, last_line(result.err)};
  }
  return fail("the container takes no native compilers: exit code {}: {}", result.exit_code, last_line(result.err));
}

Result<std::string> release_of(engine::Container& container, std::stop_token stop) {
  engine::ExecSpec spec;
  spec.argv = {"sh", "-c", "gcc -dumpversion"};
  WF_TRY(const auto result, container.exec(std::move(spec), {}, std::move(stop)));
  if (!result.ok()) {
    return fail("the image has no gcc");
  }
  int major = 0;
  (void)std::from_chars(result.out.data(), result.out.data() + result.out.size(), major);
  std::string release = plan::release_with_gcc(major);
  if (release.empty()) {
    return fail("the image has gcc {}, there are cross compilers of gcc 10, 12 and 14", last_line(result.out));
  }
  return release;
}

} // namespace wheelforge::cross
