// Finds python_requires in a setup.cfg, where setuptools projects keep it that have no [project] table.
#include "orchestrator/matrix/parse.hpp"

namespace wheelforge::matrix {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

} // namespace

std::optional<Located<std::string>> find_python_requires(std::string_view setup_cfg) {
  bool in_options = false;
  for (int number = 1; !setup_cfg.empty(); ++number) {
    const std::size_t end = setup_cfg.find('\n');
    const std::string_view line = setup_cfg.substr(0, end);
    setup_cfg = end == std::string_view::npos ? std::string_view() : setup_cfg.substr(end + 1);
    if (!line.empty() && line[0] == '[') {
      in_options = trimmed(line) == "[options]";
      continue;
    }
    const std::size_t equals = line.find_first_of("=:");
    const bool is_key = in_options && equals != std::string_view::npos && line[0] != ' ' && line[0] != '\t';
    if (is_key && trimmed(line.substr(0, equals)) == "python_requires") {
      const std::string_view value = trimmed(line.substr(equals + 1));
      if (value.empty()) {
        return std::nullopt;
      }
      const int column = static_cast<int>(value.data() - line.data()) + 1;
      return Located<std::string>{std::string(value), {number, column, static_cast<int>(value.size())}};
    }
  }
  return std::nullopt;
}

} // namespace wheelforge::matrix
