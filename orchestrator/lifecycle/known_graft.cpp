// The table of known grafts.
#include "orchestrator/lifecycle/known_graft.hpp"

#include "orchestrator/lifecycle/package_url.hpp"

#include "embedded/lifecycle/known_grafts.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::lifecycle {

void KnownGrafts::add(std::vector<KnownGraft> rows) {
  rows_.insert(rows_.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
}

const KnownGraft* KnownGrafts::by_hash(std::string_view hash, std::string_view file) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [&](const KnownGraft& row) { return row.hash == hash && row.file == file; });
  return found == rows_.end() ? nullptr : &*found;
}

const KnownGraft* KnownGrafts::by_build_id(std::string_view build_id) const {
  const auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [&](const KnownGraft& row) { return !build_id.empty() && row.build_id == build_id; });
  return found == rows_.end() ? nullptr : &*found;
}

Result<KnownGrafts> parse_known_grafts(std::string_view text) {
  std::vector<KnownGraft> rows;
  for (std::size_t line = 1; !text.empty(); ++line) {
    std::string_view row = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(row.size() + 1, text.size()));
    if (row.empty() || row.starts_with('#')) {
      continue;
    }
    std::vector<std::string> fields;
    while (true) {
      const std::size_t tab = row.find('\t');
      fields.emplace_back(row.substr(0, tab));
      if (tab == std::string_view::npos) {
        break;
      }
      row.remove_prefix(tab + 1);
    }
    const auto is_hex = [](const std::string& field) {
      return field.find_first_not_of("0123456789abcdef") == std::string::npos;
    };
    if (fields.size() != 4 || fields[0].size() != 8 || !is_hex(fields[0]) || fields[1].empty() ||
        !(fields[3] == "-" || is_hex(fields[3]))) {
      return fail(ErrorKind::invalid_data,
                  "known grafts: line {} is not eight hexadecimal digits, file, purl and build-id with tabs between",
                  line);
    }
    WF_TRY_CONTEXT(const PackageUrl url, parse_package_url(fields[2]), fmt::format("known grafts: line {}", line));
    rows.push_back({fields[0], fields[1], fields[2], fields[3] == "-" ? std::string() : fields[3]});
  }
  return KnownGrafts(std::move(rows));
}

std::string to_line(const KnownGraft& row) {
  return fmt::format("{}\t{}\t{}\t{}\n", row.hash, row.file, row.purl, row.build_id.empty() ? "-" : row.build_id);
}

const KnownGrafts& embedded_known_grafts() {
  static const KnownGrafts kRows = [] {
    Result<KnownGrafts> rows = parse_known_grafts(embedded::known_grafts());
    WF_CHECK(rows.has_value());
    return *std::move(rows);
  }();
  return kRows;
}

} // namespace wheelforge::lifecycle
