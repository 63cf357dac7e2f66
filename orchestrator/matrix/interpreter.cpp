// The list of interpreters, and their names.
#include "orchestrator/matrix/interpreter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace wheelforge::matrix {
namespace {

constexpr int kOldestMinor = 9;
constexpr int kNewestMinor = 15;
constexpr int kOldestFreeThreadedMinor = 13; // PEP 703: 3.13 is the first with a build without the GIL.

std::vector<Interpreter> all_interpreters() {
  std::vector<Interpreter> all;
  for (int minor = kOldestMinor; minor <= kNewestMinor; ++minor) {
    all.push_back({{"cp", 3, minor}, false});
    if (minor >= kOldestFreeThreadedMinor) {
      all.push_back({{"cp", 3, minor}, true});
    }
  }
  all.push_back({{"pp", 3, 11}, false});
  return all;
}

} // namespace

std::span<const Interpreter> known_interpreters() {
  static const std::vector<Interpreter> kAll = all_interpreters();
  return kAll;
}

Result<Interpreter> parse_interpreter(std::string_view text) {
  const auto known = known_interpreters();
  const auto found =
      std::find_if(known.begin(), known.end(), [text](const Interpreter& one) { return to_string(one) == text; });
  if (found == known.end()) {
    std::string names;
    for (const Interpreter& one : known) {
      names += (names.empty() ? "" : ", ") + to_string(one);
    }
    return fail(ErrorKind::usage, "'{}' is not a known Python: expected one of {}", text, names);
  }
  return *found;
}

std::string to_string(const Interpreter& interpreter) {
  return tags::to_string(interpreter.tag) + (interpreter.is_free_threaded ? "t" : "");
}

tags::AbiTag abi_of(const Interpreter& interpreter) {
  // Source: pypa/manylinux, /opt/python/pp311-pypy311_pp73. A later PyPy has the next number.
  return {interpreter.tag.implementation == "pp"
              ? fmt::format("pypy{}{}_pp73", interpreter.tag.major, interpreter.tag.minor.value_or(0))
              : to_string(interpreter)};
}

std::string folder_of(const Interpreter& interpreter) {
  return fmt::format("{}-{}", tags::to_string(interpreter.tag), abi_of(interpreter).text);
}

} // namespace wheelforge::matrix
