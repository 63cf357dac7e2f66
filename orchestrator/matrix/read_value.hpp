// From a node of the document to an option's value, by the kind of its key.
#pragma once

#include "orchestrator/matrix/keys.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::matrix {

/// Reads values and collects what is wrong with them. Every read returns false and adds a Diagnostic where the node is
/// no value of the key's kind; `out` is then unspecified.
class ValueReader {
public:
  explicit ValueReader(const SourceText& source) : source_(source) {}

  bool read(const Key& key, const Node& node, std::string& out);
  bool read(const Key& key, const Node& node, bool& out);
  bool read(const Key& key, const Node& node, std::int64_t& out);
  bool read(const Key& key, const Node& node, std::optional<std::int64_t>& out);
  bool read(const Key& key, const Node& node, std::optional<std::uint64_t>& out);
  bool read(const Key& key, const Node& node, std::optional<double>& out);
  bool read(const Key& key, const Node& node, Timeout& out);
  bool read(const Key& key, const Node& node, std::vector<std::string>& out);
  bool read(const Key& key, const Node& node, std::vector<Located<std::string>>& out);
  bool read(const Key& key, const Node& node, Assignments& out);
  bool read(const Key& key, const Node& node, std::vector<ConfigSetting>& out);
  bool read(const Key& key, const Node& node, std::vector<ImageUse>& out);
  bool read(const Key& key, const Node& node, std::vector<TestPlace>& out);
  bool read(const Key& key, const Node& node, Frontend& out);
  bool read(const Key& key, const Node& node, RepairCommand& out);

  /// Adds a diagnostic about a place and returns it to be filled in; valid until the next one is added.
  Diagnostic& report(Location at, std::string message);

  /// The names read so far that somebody else has to check.
  [[nodiscard]] const std::vector<Word>& words() const { return words_; }
  [[nodiscard]] const Diagnostics& diagnostics() const { return diagnostics_; }
  [[nodiscard]] const SourceText& source() const { return source_; }

private:
  bool report_type(const Key& key, const Node& node);
  bool check_item(const Key& key, const std::string& text, Location at);
  void add_setting(const Key& key, const std::string& name, const Node& node, std::vector<ConfigSetting>& out);

  const SourceText& source_;
  Diagnostics diagnostics_;
  std::vector<Word> words_;
};

} // namespace wheelforge::matrix
