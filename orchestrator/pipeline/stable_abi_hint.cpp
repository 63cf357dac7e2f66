// The words that setuptools, scikit-build-core, meson-python, maturin and pyo3 use.
#include "orchestrator/pipeline/stable_abi_hint.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::pipeline {

bool announces_stable_abi(std::string_view text) {
  constexpr std::array<std::string_view, 5> kWords = {"py_limited_api", "py-limited-api", "wheel.py-api",
                                                      "limited-api = true", "abi3"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

std::optional<int> stable_abi_minor(const wheel::WheelName& name) {
  for (const tags::AbiTag& abi : name.tags.abis) {
    if (to_string(abi) == "abi3" && !name.tags.pythons.empty()) {
      return name.tags.pythons.front().minor;
    }
  }
  return std::nullopt;
}

} // namespace wheelforge::pipeline
