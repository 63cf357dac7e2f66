// The names of the anomalies, as reports spell them.
#include "orchestrator/zip/zip_anomaly.hpp"

namespace wheelforge::zip {

std::string_view to_string(AnomalyKind kind) {
  switch (kind) {
  case AnomalyKind::duplicate_name:
    return "duplicate-name";
  case AnomalyKind::unsafe_name:
    return "unsafe-name";
  case AnomalyKind::control_character:
    return "control-character";
  case AnomalyKind::name_not_utf8:
    return "name-not-utf8";
  case AnomalyKind::name_case_clash:
    return "name-case-clash";
  case AnomalyKind::file_is_directory:
    return "file-is-directory";
  case AnomalyKind::symlink:
    return "symlink";
  case AnomalyKind::encrypted:
    return "encrypted";
  case AnomalyKind::unknown_method:
    return "unknown-method";
  case AnomalyKind::stored_size_mismatch:
    return "stored-size-mismatch";
  case AnomalyKind::excessive_ratio:
    return "excessive-ratio";
  case AnomalyKind::member_comment:
    return "member-comment";
  case AnomalyKind::archive_comment:
    return "archive-comment";
  case AnomalyKind::bad_extra_field:
    return "bad-extra-field";
  case AnomalyKind::multi_disk:
    return "multi-disk";
  case AnomalyKind::count_mismatch:
    return "count-mismatch";
  case AnomalyKind::zip64_mismatch:
    return "zip64-mismatch";
  case AnomalyKind::overlap:
    return "overlap";
  case AnomalyKind::gap:
    return "gap";
  case AnomalyKind::data_descriptor:
    return "data-descriptor";
  case AnomalyKind::trailing_bytes:
    return "trailing-bytes";
  case AnomalyKind::leading_bytes:
    return "leading-bytes";
  case AnomalyKind::local_name_mismatch:
    return "local-name-mismatch";
  case AnomalyKind::local_size_mismatch:
    return "local-size-mismatch";
  case AnomalyKind::local_method_mismatch:
    return "local-method-mismatch";
  case AnomalyKind::hidden_local_header:
    return "hidden-local-header";
  case AnomalyKind::also_tar:
    return "also-tar";
  }
  return "unknown";
}

} // namespace wheelforge::zip
