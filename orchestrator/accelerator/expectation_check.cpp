// Holds an inspection against what was expected.
#include "orchestrator/accelerator/expectation_check.hpp"

#include "orchestrator/accelerator/label_check.hpp"
#include "orchestrator/toolchain/compatible.hpp"
#include "orchestrator/toolchain/provider_lookup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace wheelforge::accelerator {
namespace {

/// Gathers the problems.
class ExpectationCheck {
public:
  ExpectationCheck(const zip::ZipReader& archive, const Inspection& inspection, const Expectation& expected)
      : archive_(archive), inspection_(inspection), expected_(expected) {}

  std::vector<Problem> run() {
    check_contents();
    check_size();
    return std::move(problems_);
  }

private:
  void problem(std::string code, bool is_error, std::string path, std::string message) {
    problems_.push_back({std::move(code), is_error, std::move(path), std::move(message)});
  }

  void check_contents() {
    if (expected_.recipe == nullptr) {
      return;
    }
    const toolchain::Recipe& recipe = *expected_.recipe;
    for (const Need& need : inspection_.needs) {
      if (const auto other = toolchain::own_version_of(recipe, need.soname);
          other && need.origin != Origin::own && need.origin != Origin::grafted) {
        problem("wrong-toolkit", true, need.path,
                fmt::format("needs {}, a wheel of {} needs {}", need.soname, recipe.title, *other));
      }
    }
    const devicecode::TargetCode& compressed = inspection_.device.compressed;
    if (compressed.objects > 0 && recipe.targets.prefix != "gfx") {
      problem("wrong-target", true, "",
              fmt::format("{} compressed bundles are for AMD's devices, which {} does not compile for",
                          compressed.objects, recipe.title));
    } else if (compressed.objects > 0) {
      problem("unknown-target", false, "",
              fmt::format("{} bundles are compressed: for which targets is not known", compressed.objects));
    }
    if (inspection_.device.has_code()) {
      for (const std::string& target : expected_.targets) {
        const bool is_there =
            std::any_of(inspection_.device.targets.begin(), inspection_.device.targets.end(), [&](const auto& found) {
              return found.first == target || found.first.substr(0, found.first.find(':')) == target;
            });
        if (!is_there && compressed.objects == 0) {
          problem("missing-target", true, "", fmt::format("no device code is for {}, which was asked for", target));
        }
      }
      for (const auto& [target, code] : inspection_.device.targets) {
        const bool is_other =
            recipe.targets.prefix == "gfx" ? target.rfind("gfx", 0) != 0 : target.rfind("gfx", 0) == 0;
        if (is_other || !toolchain::knows_target(recipe, target)) {
          problem(
              "wrong-target", true, "",
              fmt::format("{} objects are for {}, which {} does not compile for", code.objects, target, recipe.title));
        } else if (!expected_.targets.empty() && target.rfind("compute_", 0) != 0 &&
                   std::none_of(expected_.targets.begin(), expected_.targets.end(), [&](const std::string& one) {
                     return one == target || one == target.substr(0, target.find(':'));
                   })) {
          problem("extra-target", false, "",
                  fmt::format("{} objects are for {}, which was not asked for", code.objects, target));
        }
      }
    } else if (!recipe.targets.prefix.empty()) {
      problem("no-device-code", false, "", fmt::format("a wheel of {} has no device code", recipe.title));
    }
    for (Problem& one : check_label(archive_, inspection_.wheel, expected_.label)) {
      problems_.push_back(std::move(one));
    }
  }

  void check_size() {
    const std::uint64_t size = inspection_.size.wheel_bytes;
    if (expected_.size_limit && size > *expected_.size_limit) {
      const Share* most = inspection_.size.files.empty() ? nullptr : &inspection_.size.files.front();
      problem(
          "too-large", true, "",
          fmt::format("the wheel has {} bytes, the limit is {}{}", size, *expected_.size_limit,
                      most != nullptr ? fmt::format("; most of it is {} ({} bytes)", most->name, most->bytes) : ""));
    }
    if (expected_.size_before && size > *expected_.size_before + *expected_.size_before / 10) {
      problem("grown", false, "",
              fmt::format("the wheel has {} bytes, {:.0f} % more than the last release's {}", size,
                          100.0 * (static_cast<double>(size) / static_cast<double>(*expected_.size_before) - 1.0),
                          *expected_.size_before));
    }
  }

  const zip::ZipReader& archive_;
  const Inspection& inspection_;
  const Expectation& expected_;
  std::vector<Problem> problems_;
};

} // namespace

std::vector<Problem> check_expectation(const zip::ZipReader& archive, const Inspection& inspection,
                                       const Expectation& expected) {
  return ExpectationCheck(archive, inspection, expected).run();
}

} // namespace wheelforge::accelerator
