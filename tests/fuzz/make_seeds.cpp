// Writes the seeds of fuzz-elf and fuzz-zip with the builders: make-fuzz-seeds tests/fuzz/seeds
#include "tests/support/elf_builder.hpp"
#include "tests/support/zip_builder.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

using namespace wheelforge::support;

namespace {

void write(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

ElfSpec rich(const ElfTarget& target) {
  ElfSpec spec;
  spec.is_64 = target.is_64;
  spec.order = target.order;
  spec.machine = target.machine;
  spec.needed = {"libc.so.6"};
  spec.soname = "libx.so";
  spec.runpath = "$ORIGIN";
  spec.needs = {{"libc.so.6", {{"GLIBC_2.17", 0, 2}, {"GLIBC_2.34", 2, 3}}}};
  spec.definitions = {{"libx.so", 1, 1, {}}, {"X_1", 4, 0, {}}, {"X_2", 5, 0, {"X_1"}}};
  spec.symbols = {{"f", 0, 0, 2, 1, 0, 0, 2},
                  {"dlopen", 0, 0, 2, 2, 0, 0, 3},
                  {"g", 8, 8, 2, 1, 0, 7, 4},
                  {"h", 16, 8, 1, 10, 0, 7, 0x8005}};
  spec.relocations = {{6, "f", 0x10000}, {8, "", 0x300}};
  spec.plt_relocations = {{7, "dlopen", 0x10008}};
  spec.relr = {0x10010, 3};
  spec.notes = {{"GNU", 3, Bytes(8)}, {"GNU", 1, Bytes(16)}};
  spec.tls = ElfTls{8, 16, 8};
  spec.comments = {"GCC: 12"};
  spec.debug_bytes = 16;
  return spec;
}

void write_elf_seeds(const std::filesystem::path& folder) {
  for (const ElfTarget& target : elf_targets()) {
    ElfSpec spec = rich(target);
    spec.hash = target.machine == 22 ? ElfSpec::Hash::both : ElfSpec::Hash::gnu;
    spec.wide_sysv_hash = target.machine == 22;
    spec.has_addends = target.is_64;
    write(folder / target.name, build_elf(spec).bytes);
  }
  ElfSpec spec = rich(elf_targets()[0]);
  spec.tables_behind_dynamic = true;
  write(folder / "tables-behind", build_elf(spec).bytes);
  spec = rich(elf_targets()[0]);
  spec.sections = false;
  spec.hash = ElfSpec::Hash::none;
  write(folder / "no-hash-no-sections", build_elf(spec).bytes);
  spec = rich(elf_targets()[0]);
  spec.note_alignment = 8;
  spec.hash = ElfSpec::Hash::both;
  ByteWriter properties;
  for (const std::uint32_t value : {0xc0000002U, 4U, 3U, 0U, 0xc0008002U, 4U, 3U, 0U}) {
    properties.u32(value);
  }
  spec.notes = {{"GNU", 5, properties.bytes()}, {"FDO", 0xcafe1a7e, Bytes(8, std::byte{'x'})}};
  spec.interpreter = "/lib/ld.so";
  write(folder / "properties", build_elf(spec).bytes);
  spec = ElfSpec{};
  spec.dynamic = false;
  spec.type = 2;
  write(folder / "static", build_elf(spec).bytes);
}

ZipEntry entry(const std::string& name, const std::string& data, bool deflate) {
  ZipEntry result;
  result.name = name;
  result.data = data;
  result.deflate = deflate;
  return result;
}

void write_zip_seeds(const std::filesystem::path& folder) {
  ZipSpec plain;
  plain.entries = {entry("a/b.py", "print('hello')\n", false), entry("a/c.so", std::string(300, 'c'), true)};
  write(folder / "plain", build_zip(plain));
  ZipSpec spec = plain;
  spec.zip64_end = true;
  spec.entries[0].zip64 = true;
  spec.entries[1].zip64 = true;
  write(folder / "zip64", build_zip(spec));
  for (const auto& [name, kind] : {std::pair("descriptor", ZipEntry::Descriptor::with_signature),
                                   std::pair("descriptor-bare", ZipEntry::Descriptor::bare),
                                   std::pair("descriptor-wide", ZipEntry::Descriptor::wide)}) {
    spec = plain;
    spec.entries[0].descriptor = kind;
    write(folder / name, build_zip(spec));
  }
  spec = plain;
  spec.before = "#!/bin/sh\n";
  spec.count_before = false;
  spec.comment = "comment";
  spec.after = "after";
  spec.gap = "gap";
  write(folder / "surrounded", build_zip(spec));
  spec = plain;
  spec.entries[1].header_offset = 0;
  write(folder / "overlap", build_zip(spec));
  spec = plain;
  spec.entries.push_back(plain.entries[0]);
  spec.entries.push_back(entry("../x\\y", "", false));
  spec.entries.push_back(entry("A/B.py", "x", false));
  spec.entries.back().unix_mode = 0120777;
  spec.entries.back().flags = 1;
  spec.entries.push_back(entry("a/b.py/c", std::string(40, 'z'), true));
  spec.entries.back().central_extra = std::string("\x75\x70\x05\x00\x01....", 9);
  spec.entries.back().local_name = "other";
  write(folder / "names", build_zip(spec));
  spec = plain;
  spec.entries[1].packed = std::string("\x01\x05\x00\xfa\xffhello", 10); // a stored deflate block
  spec.entries[1].size = 5;
  write(folder / "stored-block", build_zip(spec));
  spec.entries[1].packed = std::string("\x4b\x04\x00", 3); // a fixed Huffman block: "a"
  spec.entries[1].size = 1;
  write(folder / "fixed-block", build_zip(spec));
  write(folder / "empty", build_zip({}));
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make-fuzz-seeds FOLDER\n");
    return 2;
  }
  write_elf_seeds(std::filesystem::path(argv[1]) / "elf");
  write_zip_seeds(std::filesystem::path(argv[1]) / "zip");
  return 0;
}
