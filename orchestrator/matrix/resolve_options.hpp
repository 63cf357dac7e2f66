// Which options hold for which cell: the file's own with the overrides that match, made once for each set of overrides.
#pragma once

#include "orchestrator/matrix/cell.hpp"
#include "orchestrator/matrix/glob.hpp"
#include "orchestrator/matrix/matrix_file.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::matrix {

/// A glob of the file that names cells, and whether it has matched one.
struct CellSelector {
  Glob glob;
  Location at;
  std::string_view key; ///< "override.select" or "test.skip"
  bool is_used = false;
};

/// Gives cells their options. The file must outlive it.
class OptionsResolver {
public:
  explicit OptionsResolver(const MatrixFile& file);

  /// Sets `options` and `is_tested` of a cell by its id.
  void resolve(Cell& cell);

  /// The selectors that no cell so far was matched by.
  [[nodiscard]] std::vector<const CellSelector*> unused() const;

private:
  struct Resolved {
    std::shared_ptr<const CellOptions> options;
    std::vector<std::size_t> skips; ///< of `skips_`
  };

  Resolved& options_for(const std::string& matching);
  std::size_t index_of_skip(const Located<std::string>& glob);

  const MatrixFile& file_;
  std::vector<std::vector<CellSelector>> overrides_; ///< the selectors of each override
  std::vector<CellSelector> skips_;
  std::map<std::string, Resolved> resolved_; ///< by '1' for each override that matches and '0' for the others
};

} // namespace wheelforge::matrix
