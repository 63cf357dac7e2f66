// Chooses compilers by architecture, C library and the image's gcc.
#include "orchestrator/plan/compilers.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace wheelforge::plan {
namespace {

struct Release {
  int gcc;
  std::string_view name;
  std::string_view shown;
};

// The releases that images/debian/cross makes tool sets from.
constexpr std::array kReleases = {Release{10, "bullseye", "Debian 11"}, Release{12, "bookworm", "Debian 12"},
                                  Release{14, "trixie", "Debian 13"}};

/// The major version in "gcc 14 (gcc-toolset-14)"; nothing where it is no gcc.
std::optional<int> gcc_major(std::string_view compiler) {
  constexpr std::string_view kName = "gcc ";
  if (!compiler.starts_with(kName)) {
    return std::nullopt;
  }
  compiler.remove_prefix(kName.size());
  int major = 0;
  const auto [end, error] = std::from_chars(compiler.data(), compiler.data() + compiler.size(), major);
  return error == std::errc() ? std::optional(major) : std::nullopt;
}

CompilerChoice emulated(std::string why) { return {Compilers::emulated, {}, std::move(why)}; }

/// What there is for the cell, whatever the setting.
CompilerChoice best_choice(const CompilerQuestion& question) {
  if (question.platform.family == tags::PlatformFamily::musllinux) {
    return emulated("the cross compilers make code for glibc, the image has musl");
  }
  if (!question.image_compiler) {
    return {Compilers::native, {}, "native if the image's gcc is 10, 12 or 14, else emulated"};
  }
  const auto major = gcc_major(*question.image_compiler);
  for (const Release& release : kReleases) {
    if (major == release.gcc) {
      return {Compilers::native, std::string(release.name),
              fmt::format("gcc {} of {} runs natively, against the image's own headers and libraries", release.gcc,
                          release.shown)};
    }
  }
  return emulated(
      fmt::format("the image has {}, there are cross compilers of gcc 10, 12 and 14", *question.image_compiler));
}

} // namespace

std::string_view to_string(Compilers compilers) {
  constexpr std::array<std::string_view, 3> kNames = {"own", "native", "emulated"};
  return kNames.at(static_cast<std::size_t>(compilers));
}

bool runs_natively(tags::Architecture machine, tags::Architecture arch) {
  return machine == arch || (machine == tags::Architecture::x86_64 && arch == tags::Architecture::i686);
}

std::string release_with_gcc(int major) {
  for (const Release& release : kReleases) {
    if (release.gcc == major) {
      return std::string(release.name);
    }
  }
  return {};
}

Result<CompilerChoice> choose_compilers(const CompilerQuestion& question) {
  if (!question.platform.arch || runs_natively(question.machine, *question.platform.arch)) {
    return CompilerChoice{};
  }
  if (question.setting == "emulated") {
    return emulated("[cross] compilers is \"emulated\"");
  }
  CompilerChoice choice = best_choice(question);
  if (question.setting == "native" && choice.compilers == Compilers::emulated) {
    return with_hint(fail(ErrorKind::usage, "[cross] compilers is \"native\", but {} cannot have that: {}",
                          question.platform.text, choice.why),
                     "say compilers = \"auto\" to have such cells compiled under emulation");
  }
  return choice;
}

int usual_slowdown(Compilers compilers) {
  switch (compilers) {
  case Compilers::own:
    return 1;
  case Compilers::native:
    return 3;
  case Compilers::emulated:
    return 15;
  }
  return 1;
}

} // namespace wheelforge::plan
