// Puts the matrix, the images and this machine together.
#include "orchestrator/cli/planning.hpp"

#include "orchestrator/host/machine.hpp"
#include "orchestrator/matrix/axis.hpp"
#include "orchestrator/matrix/expand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wheelforge::cli {
namespace {

using tags::Architecture;

/// Which architectures a family of quay.io/pypa serves.
struct Family {
  std::string_view platform;
  std::string_view architectures;
};

// Until the catalogue of images serves the plan.
constexpr std::array kFamilies = {Family{"manylinux2014", "x86_64 i686 aarch64 ppc64le s390x"},
                                  Family{"manylinux_2_28", "x86_64 i686 aarch64 ppc64le s390x"},
                                  Family{"manylinux_2_34", "x86_64 i686 aarch64 ppc64le s390x"},
                                  Family{"musllinux_1_2", "x86_64 i686 aarch64 ppc64le s390x armv7l riscv64"}};

/// The interpreters of the Debian 11 baseline.
std::vector<matrix::Interpreter> baseline_pythons() {
  std::vector<matrix::Interpreter> pythons;
  for (const char* name : {"cp39", "cp311", "cp313", "cp313t"}) {
    pythons.push_back(*matrix::parse_interpreter(name));
  }
  return pythons;
}

tl::expected<plan::ServedImage, std::string> image_for(const matrix::ImagesTable& images,
                                                       const tags::PlatformTag& platform) {
  for (const matrix::ImageUse& use : images.use) {
    if (use.platform == platform.text) {
      return plan::ServedImage{use.reference, {}, {}};
    }
  }
  // The baseline that `wheelforge images build debian-11` makes: genuine for this one tag, so it serves no other.
  if (tags::same_platform(platform, tags::manylinux({2, 31}, Architecture::x86_64))) {
    return plan::ServedImage{"localhost/wheelforge/manylinux_2_31_x86_64:debian-11", {}, baseline_pythons()};
  }
  const std::string policy = platform.policy_name();
  const std::string_view arch = tags::to_string(*platform.arch);
  const bool is_served = std::any_of(kFamilies.begin(), kFamilies.end(), [&](const Family& one) {
    return one.platform == policy &&
           (" " + std::string(one.architectures) + " ").find(fmt::format(" {} ", arch)) != std::string::npos;
  });
  if (!is_served) {
    return tl::unexpected(fmt::format("no image serves {}", platform.text));
  }
  const std::string registry = images.mirror.empty() ? "quay.io/pypa" : images.mirror;
  return plan::ServedImage{fmt::format("{}/{}", registry, platform.text), {}, {}};
}

std::vector<matrix::Interpreter> released_cpythons(const tags::PlatformTag&) {
  std::vector<matrix::Interpreter> result;
  for (const matrix::Interpreter& one : matrix::known_interpreters()) {
    if (one.tag.is_cpython() && one.tag.minor < 15) {
      result.push_back(one);
    }
  }
  return result;
}

Result<Architecture> native_architecture() {
  const std::string name = host::machine_architecture();
  if (const auto arch = tags::find_architecture(name == "armv8l" ? "armv7l" : name)) {
    return *arch;
  }
  return fail(ErrorKind::usage, "this machine is {}, for which there are no manylinux or musllinux wheels", name);
}

} // namespace

Reported<plan::Plan> plan_cells(const Configuration& configuration, std::span<const std::string> only) {
  const auto native = native_architecture();
  if (!native) {
    return report(native.error());
  }
  matrix::Surroundings surroundings;
  surroundings.native = *native;
  surroundings.auto_platform = [](Architecture arch) {
    return std::optional(matrix::platform_on("manylinux_2_31", arch));
  };
  surroundings.auto_pythons = [](const tags::PlatformTag& platform) {
    const bool is_baseline = tags::same_platform(platform, tags::manylinux({2, 31}, Architecture::x86_64));
    return is_baseline ? baseline_pythons() : released_cpythons(platform);
  };
  surroundings.requires_python = configuration.facts.requires_python;
  auto cells = matrix::expand(configuration.matrix, surroundings);
  if (!cells) {
    return report(cells.error());
  }
  const auto lookup = [&configuration](const tags::PlatformTag& platform) {
    return image_for(configuration.matrix.images, platform);
  };
  auto planned = plan::make_plan(configuration.matrix, *std::move(cells), lookup);
  if (!planned) {
    return report(planned.error());
  }
  auto selected = plan::select_only(*std::move(planned), only);
  if (!selected) {
    return report(selected.error());
  }
  return *std::move(selected);
}

} // namespace wheelforge::cli
