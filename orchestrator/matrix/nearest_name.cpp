// Edit distance by the three-row table (optimal string alignment).
#include "orchestrator/matrix/nearest_name.hpp"

#include <algorithm>
#include <compare>
#include <vector>

namespace wheelforge::matrix {
namespace {

/// Names are short; what is longer is no misspelling of one.
constexpr std::size_t kLongest = 100;

std::string plain(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

/// The smaller, the nearer.
struct Nearness {
  std::size_t distance = 0;
  bool has_other_letters = false;
  std::size_t not_in_common = 0; ///< letters of the name after those that both begin with

  auto operator<=>(const Nearness&) const = default;
};

Nearness nearness_of(const std::string& seen, const std::string& name) {
  const auto common = std::mismatch(seen.begin(), seen.end(), name.begin(), name.end()).second - name.begin();
  return {edit_distance(seen, name), !std::is_permutation(seen.begin(), seen.end(), name.begin(), name.end()),
          name.size() - static_cast<std::size_t>(common)};
}

} // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    if (a[i - 1] == '*') {
      row = last;
      for (std::size_t j = 1; j <= b.size(); ++j) {
        row[j] = std::min(row[j], row[j - 1]);
      }
      continue;
    }
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
  }
  return row[b.size()];
}

std::string nearest_name(std::string_view seen, std::span<const std::string> known) {
  if (seen.size() > kLongest) {
    return {};
  }
  const std::string seen_plain = plain(seen);
  const auto letters = seen.size() - static_cast<std::size_t>(std::count(seen.begin(), seen.end(), '*'));
  const std::size_t most = std::max<std::size_t>(1, letters / 3);
  Nearness best;
  std::string nearest;
  for (const std::string& name : known) {
    const Nearness nearness = nearness_of(seen_plain, plain(name));
    if (nearness.distance <= most && (nearest.empty() || nearness <= best)) {
      best = nearness;
      nearest = name;
    }
  }
  return nearest;
}

} // namespace wheelforge::matrix
