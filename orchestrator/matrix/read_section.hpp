// Reads the tables of a matrix file key by key, and says where a key belongs that stands in the wrong one.
#pragma once

#include "orchestrator/matrix/keys.hpp"
#include "orchestrator/matrix/read_value.hpp"

#include <string_view>

namespace wheelforge::matrix {

/// Reports a key that `section` does not have, with the place where it belongs or the nearest name. `section` is null
/// at the top of the file.
void report_unknown_key(ValueReader& reader, const Section* section, const Entry& entry);

/// Reports that a section is not written as a table; `path` is how the file names it. Always false.
bool report_no_table(ValueReader& reader, const Section& section, const Node& node);

/// Reads every key of a table that is bound to `Root`. Keys bound to nothing are left to the caller; unknown ones are
/// reported.
template <class Root>
void read_keys(ValueReader& reader, const Section& section, const Node& table, Root& root) {
  if (table.table() == nullptr) {
    report_no_table(reader, section, table);
    return;
  }
  for (const Entry& entry : *table.table()) {
    const Key* key = find_key(section, entry.key);
    if (key == nullptr) {
      report_unknown_key(reader, &section, entry);
    } else if (const auto* binding = std::get_if<Binding<Root>>(&key->binding)) {
      binding->read(reader, *key, entry.value, root, Inherit::none);
    }
  }
}

/// Reads one [[override]] and adds it to the file's.
void read_override(ValueReader& reader, const Node& table, MatrixFile& file);

} // namespace wheelforge::matrix
