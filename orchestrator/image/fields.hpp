// Reads the tables of the catalogue and of images.lock: each field by name and type, unknown ones refused.
#pragma once

#include "orchestrator/matrix/document.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::image {

/// One table that is being read; everything found wrong is added to `diagnostics`, and reading goes on.
class Fields {
public:
  /// All three must outlive it.
  Fields(const matrix::SourceText& source, const matrix::Node& table, matrix::Diagnostics& diagnostics)
      : source_(source), node_(table), diagnostics_(diagnostics) {}

  /// The text of this field; a field that is missing or no string is wrong, and gives "".
  [[nodiscard]] std::string text(std::string_view key);
  /// The text of this field; nothing where it is missing.
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view key);
  /// The strings of this field; none where it is missing.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);
  /// The field of this name, whatever it is; nullptr where it is missing.
  [[nodiscard]] const matrix::Node* find(std::string_view key);
  /// The elements of an array of tables; none where it is missing.
  [[nodiscard]] std::span<const matrix::Node> tables(std::string_view key);
  /// Refuses a file whose field "version" is not this number.
  void require_version(std::int64_t wanted);
  /// Refuses every field that nobody asked for.
  void refuse_others();
  /// Says that the field's value is wrong; at the table where the field is missing.
  void refuse(std::string_view key, std::string message);

private:
  [[nodiscard]] const matrix::Entry* look_up(std::string_view key);

  const matrix::SourceText& source_;
  const matrix::Node& node_;
  matrix::Diagnostics& diagnostics_;
  std::vector<std::string> known_;
};

} // namespace wheelforge::image
