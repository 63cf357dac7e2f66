// The audit: from a wheel's archive to the report.
#pragma once

#include "orchestrator/audit/report.hpp"
#include "orchestrator/audit/wheel_scan.hpp"
#include "orchestrator/base/error.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace wheelforge::audit {

/// How to audit.
struct AuditOptions {
  Integrity integrity = Integrity::skip; ///< check CRCs and RECORD's hashes too
  std::string policy;                    ///< a tag that must be met, with or without its architecture; empty for none
  /// What other wheels of the run have too, and the archive as it may be kept for that; empty for none.
  MemberCache* cache = nullptr;
  std::shared_ptr<const zip::ZipReader> shared;
  /// Whose threads help, and what the calling thread, one of them, reads with; both nullptr for a single thread.
  ReadingCrew* crew = nullptr;
  ReadingMemory* memory = nullptr;
};

/// Audits one wheel. The file name, without folders, is what the tags are read from; a broken one is a finding.
/// Succeeds with a bad report on a bad wheel; fails only when the archive's bytes cannot be read.
[[nodiscard]] Result<AuditReport> audit_wheel(const zip::ZipReader& archive, std::string_view file_name,
                                              const AuditOptions& options = {});

} // namespace wheelforge::audit
