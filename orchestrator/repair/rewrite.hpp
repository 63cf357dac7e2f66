// A wheel written again with other words about itself: file name, *.dist-info's files, RECORD.
#pragma once

#include "orchestrator/wheel/wheel_name.hpp"
#include "orchestrator/zip/zip_reader.hpp"
#include "orchestrator/zip/zip_writer.hpp"

#include <map>
#include <string>
#include <string_view>

namespace wheelforge::repair {

/// What a wheel says of itself.
struct WheelDescription {
  wheel::WheelName name; ///< its file name
  std::string stem;      ///< of its *.dist-info folder: "lz4-4.3.3"
  std::string metadata;  ///< the text of METADATA
  std::string wheel;     ///< the text of WHEEL
};

/// Fails (kind invalid_data) on a file name that is no wheel's, on a wheel with no or two *.dist-info folders, and
/// without METADATA or WHEEL.
[[nodiscard]] Result<WheelDescription> describe(const zip::ZipReader& archive, std::string_view file_name);

/// What is to become of it.
struct WheelChanges {
  std::string file_name;
  std::string old_stem;                     ///< of *.dist-info and *.data
  std::string new_stem;                     ///< the same, where the wheel is not renamed
  std::map<std::string, std::string> texts; ///< by name in *.dist-info: "WHEEL"
};

/// A wheel ready to be written. The archive it was made of must outlive it.
struct RewrittenWheel {
  std::string file_name;
  zip::ZipWriter archive;
};

/// Every other member is copied as it is, packed bytes and modes included; RECORD follows the changes. Fails (kind
/// invalid_data) without a readable RECORD.
[[nodiscard]] Result<RewrittenWheel> rewrite(const zip::ZipReader& archive, const WheelChanges& changes);

} // namespace wheelforge::repair
