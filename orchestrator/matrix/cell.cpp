// The printed name of a cell.
#include "orchestrator/matrix/cell.hpp"

namespace wheelforge::matrix {

CellId make_cell_id(const Interpreter& python, const tags::PlatformTag& platform, const std::string& accelerator) {
  std::string text = to_string(python);
  text += '-';
  text += platform.text;
  if (accelerator != "cpu") {
    text += '+';
    text += accelerator;
  }
  return {std::move(text)};
}

} // namespace wheelforge::matrix
