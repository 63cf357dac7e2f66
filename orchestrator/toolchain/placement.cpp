// Fills in a recipe's variables for a cell.
#include "orchestrator/toolchain/placement.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::toolchain {
namespace {

/// "sm_90a" → "90a", "gfx90a" → "90a".
std::string number_of(std::string_view target) {
  const std::size_t digit = target.find_first_of("0123456789");
  return digit == std::string_view::npos ? std::string(target) : std::string(target.substr(digit));
}

/// "sm_90a" → "9.0a", "sm_121" → "12.1", "compute_80" → "8.0+PTX": as TORCH_CUDA_ARCH_LIST spells them.
std::string version_of(std::string_view target) {
  const std::string number = number_of(target);
  std::size_t digits = number.find_first_not_of("0123456789");
  digits = digits == std::string::npos ? number.size() : digits;
  std::string version = digits < 2 ? number : number.substr(0, digits - 1) + "." + number.substr(digits - 1);
  return target.rfind("compute_", 0) == 0 ? version + "+PTX" : version;
}

std::string gencode_of(std::string_view target) {
  const std::string number = number_of(target);
  const bool is_ptx = target.rfind("compute_", 0) == 0;
  return fmt::format("-gencode=arch=compute_{0},code={1}_{0}", number, is_ptx ? "compute" : "sm");
}

template <class Each>
std::string joined(const std::vector<std::string>& targets, std::string_view separator, Each each) {
  std::string text;
  for (const std::string& target : targets) {
    text += (text.empty() ? "" : std::string(separator)) + each(target);
  }
  return text;
}

std::string filled(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    const std::string placeholder = "{" + name + "}";
    for (std::size_t at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + value.size())) {
      text.replace(at, placeholder.size(), value);
    }
  }
  return text;
}

} // namespace

std::string mount_point(const Recipe& recipe) {
  return recipe.is_in_image() ? std::string() : fmt::format("{}/{}", kMountFolder, recipe.id());
}

std::string prefix_in_container(const Recipe& recipe) {
  if (recipe.is_in_image()) {
    return recipe.parts.front().path;
  }
  const std::string mount = mount_point(recipe);
  return recipe.root.empty() ? mount : mount + "/" + recipe.root;
}

std::string run_time_folder(const Recipe& recipe) {
  const std::string& folder = recipe.driver.run_time;
  return folder.empty() || recipe.root.empty() ? folder : recipe.root + "/" + folder;
}

std::map<std::string, std::string> variables(const Recipe& recipe, tags::Architecture arch, const Budget& budget) {
  const auto same = [](const std::string& target) { return target; };
  const std::string& separator = recipe.targets.separator;
  const std::map<std::string, std::string> values = {
      {"prefix", prefix_in_container(recipe)},
      {"arch", std::string(tags::to_string(arch))},
      {"targets", joined(budget.targets, separator, same)},
      {"numbers", joined(budget.targets, separator, number_of)},
      {"versions", joined(budget.targets, separator, version_of)},
      {"gencode", joined(budget.targets, " ", gencode_of)},
  };
  std::map<std::string, std::string> result = {{"WHEELFORGE_ACCELERATOR", recipe.id()},
                                               {"WHEELFORGE_TARGETS", joined(budget.targets, ";", same)}};
  for (const Variable& variable : recipe.environment) {
    result[variable.name] = filled(variable.value, values);
  }
  return result;
}

std::map<std::string, std::string> job_variables(const Recipe& recipe, const Budget& budget) {
  int slots = std::max(1, budget.jobs);
  if (budget.memory_bytes && recipe.memory_per_job_bytes > 0) {
    const std::uint64_t that_fit = *budget.memory_bytes / recipe.memory_per_job_bytes;
    slots = static_cast<int>(std::clamp<std::uint64_t>(that_fit, 1, static_cast<std::uint64_t>(slots)));
  }
  std::map<std::string, std::string> result;
  int jobs = slots;
  if (recipe.targets.prefix == "sm_") {
    // One nvcc compiles for its targets one after the other unless it is told to use threads.
    const int threads = slots >= 4 && budget.targets.size() > 1 ? 2 : 1;
    jobs = std::max(1, slots / threads);
    result["NVCC_THREADS"] = std::to_string(threads);
  }
  const std::string number = std::to_string(jobs);
  result["MAX_JOBS"] = number;
  result["CMAKE_BUILD_PARALLEL_LEVEL"] = number;
  result["MAKEFLAGS"] = "-j" + number;
  return result;
}

std::vector<std::string> path_folders(const Recipe& recipe) {
  std::vector<std::string> folders;
  for (const std::string& folder : recipe.path) {
    folders.push_back(prefix_in_container(recipe) + "/" + folder);
  }
  return folders;
}

} // namespace wheelforge::toolchain
