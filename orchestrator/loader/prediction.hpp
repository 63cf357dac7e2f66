// Whether the files of a wheel load on a user's machine and, where one does not, the loader's own sentence.
#pragma once

#include "orchestrator/loader/machine.hpp"
#include "orchestrator/loader/wheel_images.hpp"
#include "orchestrator/tags/wheel_tag.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::loader {

/// The Python that would import the wheel: its symbols do not count as undefined.
struct Interpreter {
  std::optional<tags::PythonVersion> version; ///< absent: not known, or any
  bool is_cpython = true;

  /// True where the interpreter's executable exports the symbol.
  [[nodiscard]] bool provides(std::string_view name) const;
};

/// The interpreter that the wheel's tags ask for on that machine: the tagged one; for the stable ABI the machine's own
/// where that is newer.
[[nodiscard]] Interpreter interpreter_for(const tags::TagSet& tags, const Machine& machine);

/// Path of each ELF file in the wheel → nothing where it loads, else the sentence.
using LoadResults = std::map<std::string, std::optional<std::string>>;

/// Loads each file of the wheel in a process of its own: shared objects as CPython imports them, by dlopen with
/// RTLD_NOW; programs as the kernel starts them. Paths inside of the wheel stand as in the wheel.
[[nodiscard]] LoadResults predict(const WheelImages& wheel, const Machine& machine, const Interpreter& interpreter);

/// A library of one wheel that a file of another was given, because its soname was loaded already.
struct Borrowed {
  std::size_t user = 0;  ///< image
  std::size_t given = 0; ///< image
  std::string soname;

  bool operator==(const Borrowed&) const = default;
};

/// What happens when files are loaded one after the other in one process.
struct TogetherLoads {
  std::map<std::size_t, std::string> failing; ///< image → sentence
  std::vector<Borrowed> borrowed;             ///< needs that were met by an image whose owner is another
};

/// Loads the images in that order in one process. `owner` says which wheel each image of `all` is from.
[[nodiscard]] TogetherLoads load_in_order(const WheelImages& all, const std::vector<std::size_t>& order,
                                          const std::vector<std::size_t>& owner, const Machine& machine,
                                          const Interpreter& interpreter);

} // namespace wheelforge::loader
