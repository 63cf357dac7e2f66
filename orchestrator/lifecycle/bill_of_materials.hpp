// Software bills of materials inside wheels (PEP 770): CycloneDX and SPDX as JSON, read for their packages.
#pragma once

#include "orchestrator/base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::lifecycle {

/// One package of a bill.
struct BillEntry {
  std::string name;
  std::string version;
  std::string purl;                ///< may be empty
  std::string path_digest;         ///< SHA-256 of the path the file was taken from, as auditwheel notes it; or empty
  std::vector<std::string> hashes; ///< SHA-256 of its files, lower-case hexadecimal
  std::vector<std::string> files;  ///< paths in the wheel, where the bill says them

  bool operator==(const BillEntry&) const = default;
};

/// A bill's packages.
struct BillOfMaterials {
  std::string format; ///< "CycloneDX 1.4", "SPDX-2.3"
  std::vector<BillEntry> entries;

  bool operator==(const BillOfMaterials&) const = default;
};

/// Reads a bill; nested components are listed too, the file or wheel that the bill is about is not. Fails (kind
/// invalid_data) on what is neither CycloneDX nor SPDX in JSON and on members of the wrong type.
[[nodiscard]] Result<BillOfMaterials> parse_bill_of_materials(std::string_view json);

} // namespace wheelforge::lifecycle
