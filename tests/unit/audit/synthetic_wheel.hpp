// A wheel made of facts that a test states, without compiling anything.
#pragma once

#include "orchestrator/audit/wheel_scan.hpp"
#include "orchestrator/zip/zip_writer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace wheelforge::audit {

/// An x86-64 shared object at that path that needs these sonames.
inline ElfFacts elf_at(std::string path, std::vector<std::string> needed = {}) {
  ElfFacts facts;
  facts.path = std::move(path);
  facts.header.machine = elf::kMachineX86_64;
  facts.header.type = elf::FileType::shared;
  facts.arch = tags::Architecture::x86_64;
  facts.is_dynamic = true;
  facts.needed = std::move(needed);
  facts.sections_seen = {true, true, false, false};
  facts.section_state = elf::SectionState::read;
  facts.stack = elf::StackFlags::not_executable;
  facts.min_load_alignment = 4096;
  return facts;
}

/// The same as a Python extension.
inline ElfFacts extension_at(std::string path, std::vector<std::string> needed = {"libc.so.6"}) {
  ElfFacts facts = elf_at(std::move(path), std::move(needed));
  facts.extension = ExtensionKind::python3;
  return facts;
}

/// Adds a version that is wanted from a library.
inline ElfFacts wanting(ElfFacts facts, std::string library, std::string version, std::string symbol = "f") {
  facts.versions.push_back({std::move(library), {{std::move(version), false, {std::move(symbol)}, 1}}});
  return facts;
}

/// The archive that goes with a scan, and the scan; RECORD lists every member unless the test takes some away.
struct SyntheticWheel {
  std::vector<std::byte> bytes;
  std::unique_ptr<zip::ZipReader> archive;
  WheelScan scan;

  explicit SyntheticWheel(std::vector<ElfFacts> elfs, const std::vector<std::string>& other_files = {}) {
    zip::ZipWriter writer{zip::DosTime{}};
    wheel::Record record;
    const auto add = [&](const std::string& name) {
      REQUIRE(writer.add(zip::pack(name, {})).has_value());
      record.entries.push_back({name, "", "", std::nullopt});
    };
    for (const ElfFacts& facts : elfs) {
      add(facts.path);
    }
    for (const std::string& name : other_files) {
      add(name);
    }
    bytes = writer.to_bytes().value();
    archive = std::make_unique<zip::ZipReader>(zip::ZipReader::from_bytes(bytes).value());
    scan.elfs = std::move(elfs);
    scan.dist_infos = {"demo-1.0.dist-info"};
    scan.record.value = std::move(record);
    scan.metadata.value = wheel::Metadata{};
    scan.wheel_file.value = wheel::WheelFile{};
  }
};

} // namespace wheelforge::audit
