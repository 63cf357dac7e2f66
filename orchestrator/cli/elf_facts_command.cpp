// `wheelforge elf-facts`, hidden: what the ELF reader sees in a file, as one line of JSON a file. The conformance test
// holds it against readelf (tests/conformance/elf).
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/elf/range_collector.hpp"
#include "orchestrator/zip/byte_source.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace wheelforge::cli {
namespace {

using nlohmann::json;

struct ElfFactsOptions {
  std::vector<std::string> files;
  bool stream = false;
  std::uint64_t front_limit = elf::RangeCollector::kFrontLimit;
};

/// The whole file through ElfFile::parse.
Result<elf::ElfFile> parse_whole(const zip::ByteSource& source) {
  std::vector<std::byte> bytes(source.size_bytes());
  WF_TRY(const auto whole, source.read(0, bytes.size(), bytes));
  return elf::ElfFile::parse(whole);
}

/// Piece by piece through a RangeCollector, to its end.
Result<elf::ElfFile> parse_stream(const zip::ByteSource& source, std::uint64_t front_limit) {
  constexpr std::uint64_t kPiece = 65536;
  elf::RangeCollector collector(source.size_bytes(), elf::WantSections::yes, front_limit);
  std::vector<std::byte> scratch(kPiece);
  do {
    for (std::uint64_t at = 0; at < source.size_bytes(); at += kPiece) {
      WF_TRY(const auto piece, source.read(at, std::min(kPiece, source.size_bytes() - at), scratch));
      if (collector.feed(piece) == elf::RangeCollector::Progress::enough) {
        break;
      }
    }
  } while (collector.next_pass());
  return collector.finish();
}

json header_json(const elf::ElfFile& file) {
  const elf::Header& header = file.header();
  return {{"class", header.elf_class == elf::ElfClass::elf64 ? 64 : 32},
          {"big_endian", header.order == std::endian::big},
          {"osabi", header.osabi},
          {"abi_version", header.abi_version},
          {"machine", header.machine},
          {"architecture", elf::to_string(file.architecture())},
          {"type", static_cast<int>(header.type)},
          {"flags", header.flags},
          {"entry", header.entry}};
}

json segments_json(const elf::ElfFile& file) {
  json rows = json::array();
  for (const elf::Segment& s : file.segments()) {
    rows.push_back({s.type, s.flags, s.offset, s.address, s.file_size, s.memory_size, s.alignment});
  }
  return rows;
}

json dynamic_json(const elf::ElfFile& file) {
  json rows = json::array();
  for (const elf::DynamicEntry& entry : file.dynamic().entries) {
    rows.push_back({entry.tag, entry.value});
  }
  const auto text = [](const std::optional<std::string_view>& value) { return value ? json(*value) : json(); };
  const elf::DynamicSection& dynamic = file.dynamic();
  return {{"entries", rows},
          {"needed", dynamic.needed},
          {"soname", text(dynamic.soname)},
          {"rpath", text(dynamic.rpath)},
          {"runpath", text(dynamic.runpath)}};
}

json versions_json(const elf::ElfFile& file) {
  json needs = json::array();
  for (const elf::VersionNeed& need : file.version_needs()) {
    for (const elf::NeededVersion& version : need.versions) {
      needs.push_back({need.file, version.name, version.flags, version.index});
    }
  }
  json definitions = json::array();
  for (const elf::VersionDefinition& definition : file.version_definitions()) {
    definitions.push_back({definition.name, definition.flags, definition.index, definition.parents});
  }
  return {{"needs", needs}, {"definitions", definitions}};
}

json symbols_json(const elf::ElfFile& file) {
  json rows = json::array();
  for (const elf::Symbol& symbol : file.symbols()) {
    const elf::SymbolVersion version = file.version_of(symbol);
    rows.push_back({symbol.name, symbol.value, symbol.size, static_cast<int>(symbol.type),
                    static_cast<int>(symbol.bind), symbol.other, symbol.section, symbol.version, symbol.version_hidden,
                    version.name, version.library, symbol.uses});
  }
  return rows;
}

json relocations_json(const elf::ElfFile& file) {
  const elf::RelocationSummary& summary = file.relocations();
  json types = json::object();
  for (const elf::RelocationCount& row : summary.by_type) {
    types[std::to_string(row.type)] = row.count;
  }
  json kinds = json::object();
  for (unsigned kind = 0; kind < elf::kRelocationKinds; ++kind) {
    if (summary.by_kind[kind] > 0) {
      kinds[std::string(elf::to_string(static_cast<elf::RelocationKind>(kind)))] = summary.by_kind[kind];
    }
  }
  return {{"types", types},
          {"kinds", kinds},
          {"total", summary.total},
          {"relr", summary.relr_relocations},
          {"in_read_only_segments", summary.in_read_only_segments}};
}

json notes_json(const elf::ElfFile& file) {
  const elf::Notes& notes = file.notes();
  json rows = json::array();
  for (const elf::Note& note : notes.all) {
    rows.push_back({note.owner, note.type, note.size});
  }
  const auto number = [](const auto& value) { return value ? json(*value) : json(); };
  const auto& abi = notes.abi_tag;
  const elf::GnuProperties& properties = notes.properties;
  return {{"all", rows},
          {"build_id", notes.build_id},
          {"abi_tag", abi ? json({abi->os, abi->major, abi->minor, abi->patch}) : json()},
          {"x86_isa_needed", number(properties.x86_isa_needed)},
          {"x86_isa_used", number(properties.x86_isa_used)},
          {"x86_features", number(properties.x86_features)},
          {"aarch64_features", number(properties.aarch64_features)},
          {"package", notes.package_metadata}};
}

json sections_json(const elf::ElfFile& file) {
  json rows = json::array();
  for (const elf::Section& section : file.sections().all) {
    rows.push_back({section.name, section.type, section.address, section.offset, section.size});
  }
  return {{"all", rows},
          {"debug_bytes", file.sections().debug_bytes},
          {"symtab_bytes", file.sections().symtab_bytes},
          {"compilers", file.sections().compilers}};
}

json facts_json(const elf::ElfFile& file) {
  json anomalies = json::array();
  for (const elf::ElfAnomaly& anomaly : file.anomalies()) {
    anomalies.push_back({elf::to_string(anomaly.kind), anomaly.detail});
  }
  return {{"header", header_json(file)},
          {"interpreter", file.interpreter() ? json(*file.interpreter()) : json()},
          {"segments", segments_json(file)},
          {"dynamic", dynamic_json(file)},
          {"versions", versions_json(file)},
          {"symbols", symbols_json(file)},
          {"relocations", relocations_json(file)},
          {"notes", notes_json(file)},
          {"sections", sections_json(file)},
          {"unloaded_tail", file.unloaded_tail()},
          {"anomalies", anomalies}};
}

int print_elf_facts(const ElfFactsOptions& options) {
  for (const std::string& path : options.files) {
    const auto facts = [&]() -> Result<json> {
      WF_TRY(const auto source, zip::ByteSource::file(path));
      WF_TRY(const auto file, options.stream ? parse_stream(*source, options.front_limit) : parse_whole(*source));
      return facts_json(file);
    }();
    json line = facts ? *facts : json{{"error", facts.error().message}};
    line["file"] = path;
    // Names may hold any byte.
    fmt::print("{}\n", line.dump(-1, ' ', false, json::error_handler_t::replace));
  }
  return static_cast<int>(ExitCode::ok);
}

} // namespace

void add_elf_facts_command(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<ElfFactsOptions>();
  CLI::App* command = app.add_subcommand("elf-facts", "print what the ELF reader sees in files, as JSON lines");
  command->group(""); // hidden
  command->add_option("FILE", options->files)->required();
  command->add_flag("--stream", options->stream, "read as a stream, as large members of a wheel are");
  command->add_option("--front-limit", options->front_limit, "bytes of the front that a stream keeps on suspicion");
  command->callback([&invocation, options] { invocation.run = [options] { return print_elf_facts(*options); }; });
}

} // namespace wheelforge::cli
