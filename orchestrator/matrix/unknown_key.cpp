// What is said of a key that is not known where it stands.
#include "orchestrator/matrix/nearest_name.hpp"
#include "orchestrator/matrix/read_section.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::matrix {
namespace {

/// "[build]", "[[matrix.exclude]]", "[engine.hosts.NAME]".
std::string bracketed(const Section& section) {
  switch (section.form) {
  case Form::array_of_tables:
    return fmt::format("[[{}]]", section.path);
  case Form::named_tables:
    return fmt::format("[{}.NAME]", section.path);
  case Form::table:
    break;
  }
  return fmt::format("[{}]", section.path);
}

std::vector<std::string> key_names(const Section* section) {
  std::vector<std::string> names;
  if (section == nullptr) {
    for (const Section& one : sections()) {
      if (one.path.find('.') == std::string_view::npos) {
        names.emplace_back(one.path);
      }
    }
    return names;
  }
  for (const Key& key : section->keys) {
    names.emplace_back(key.name);
  }
  if (section->path == "override") {
    for (const Section& one : sections()) {
      if (one.is_per_cell) {
        names.emplace_back(one.path);
      }
    }
  }
  return names;
}

/// The tables that have a key of this name: "[build] and [test]".
std::string homes_of(std::string_view name) {
  std::vector<std::string> homes;
  for (const Section& section : sections()) {
    const bool is_bound = section.path.find('.') == std::string_view::npos;
    if (is_bound && find_key(section, name) != nullptr) {
      homes.push_back(bracketed(section));
    }
  }
  return fmt::format("{}", fmt::join(homes, " or "));
}

std::string place_of(const Key& key) { return fmt::format("write {} in [{}]", key.name, key.section); }

struct PeerNames {
  std::vector<std::string> names;
  std::vector<const Key*> keys;
};

const PeerNames& peer_names() {
  static const PeerNames kAll = [] {
    PeerNames all;
    for (const Section& section : sections()) {
      for (const Key& key : section.keys) {
        if (!key.peer.empty()) {
          all.names.emplace_back(key.peer);
          all.keys.push_back(&key);
        }
      }
    }
    return all;
  }();
  return kAll;
}

/// Advice for the flat names of cibuildwheel, spelled right or nearly so.
std::string peer_hint(std::string_view name) {
  const PeerNames& peers = peer_names();
  const std::string nearest = nearest_name(name, peers.names);
  if (nearest.empty()) {
    return std::string(peer_advice(name));
  }
  const auto at = std::find(peers.names.begin(), peers.names.end(), nearest) - peers.names.begin();
  return place_of(*peers.keys[static_cast<std::size_t>(at)]);
}

} // namespace

void report_unknown_key(ValueReader& reader, const Section* section, const Entry& entry) {
  const std::string where = section == nullptr ? "at the top of the file" : "in " + bracketed(*section);
  Diagnostic& diagnostic = reader.report(entry.key_at, fmt::format("unknown key '{}' {}", entry.key, where));
  const Section* other = find_section(entry.key);
  if (section != nullptr && section->path == "override" && other != nullptr) {
    diagnostic.message = fmt::format("[{}] is the same for all cells, and no part of an override", entry.key);
    return;
  }
  const std::vector<std::string> names = key_names(section);
  const std::string advice(peer_advice(entry.key));
  const bool is_peer =
      std::find(peer_names().names.begin(), peer_names().names.end(), entry.key) != peer_names().names.end();
  if (section == nullptr && !advice.empty()) {
    diagnostic.hint = advice;
  } else if (is_peer) { // before the homes: `environment` alone is cibuildwheel's for [build], though [test] has one
                        // too
    diagnostic.hint = peer_hint(entry.key);
  } else if (const std::string homes = homes_of(entry.key); !homes.empty()) {
    diagnostic.hint = fmt::format("'{}' is a key of {}", entry.key, homes);
  } else if (!advice.empty()) {
    diagnostic.hint = advice;
  } else if (diagnostic.nearest = nearest_name(entry.key, names); diagnostic.nearest.empty()) {
    diagnostic.hint = peer_hint(entry.key);
    diagnostic.allowed = diagnostic.hint.empty() ? fmt::format("{}", fmt::join(names, ", ")) : "";
  }
}

bool report_no_table(ValueReader& reader, const Section& section, const Node& node) {
  const bool is_list = section.form == Form::array_of_tables;
  Diagnostic& diagnostic =
      reader.report(node.at, fmt::format("{} is {}, expected {}", section.path, type_name(node),
                                         is_list ? fmt::format("an array of tables, {}", bracketed(section))
                                                 : fmt::format("a table, {}", bracketed(section))));
  diagnostic.hint = peer_advice(section.path);
  return false;
}

} // namespace wheelforge::matrix
