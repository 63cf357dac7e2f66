// auditwheel's rule, corner by corner. Each case was first seen in auditwheel 6.8.2 itself (tests/conformance/audit).
#include "orchestrator/audit/auditwheel_rule.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/audit/synthetic_wheel.hpp"

using namespace wheelforge;
using namespace wheelforge::audit;

namespace {

constexpr const char* kName = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl";

std::optional<std::string> verdict(const SyntheticWheel& wheel, std::string_view name = kName) {
  return auditwheel_verdict(*wheel.archive, wheel.scan, name).tag;
}

} // namespace

TEST_CASE("the newest version that any file wants decides, whoever satisfies it") {
  CHECK(verdict(SyntheticWheel({extension_at("a.so")})) == "manylinux_2_5_x86_64");
  CHECK(verdict(SyntheticWheel({wanting(extension_at("a.so"), "libc.so.6", "GLIBC_2.17")})) == "manylinux_2_17_x86_64");
  CHECK(verdict(SyntheticWheel({wanting(extension_at("a.so"), "libc.so.6", "GLIBC_2.29")})) == "manylinux_2_31_x86_64");
  CHECK(verdict(SyntheticWheel({wanting(extension_at("a.so"), "libc.so.6", "GLIBC_2.99")})) == "linux_x86_64");
}

TEST_CASE("versions from ld-linux and of unknown prefixes are passed over") {
  CHECK(verdict(SyntheticWheel({wanting(extension_at("a.so"), "ld-linux-x86-64.so.2", "GLIBC_2.35")})) ==
        "manylinux_2_5_x86_64");
  CHECK(verdict(SyntheticWheel({wanting(extension_at("a.so"), "libssl.so.3", "OPENSSL_3.0.0")})) ==
        "manylinux_2_5_x86_64");
}

TEST_CASE("a file without section headers wants nothing") {
  ElfFacts facts = wanting(extension_at("a.so"), "libc.so.6", "GLIBC_2.34");
  facts.sections_seen = {};
  CHECK(verdict(SyntheticWheel({facts})) == "manylinux_2_5_x86_64");
}

TEST_CASE("a library that is not in the wheel makes it linux, a library on DT_RPATH does not") {
  CHECK(verdict(SyntheticWheel({extension_at("pkg/a.so", {"libc.so.6", "libb.so"})})) == "linux_x86_64");
  ElfFacts with_path = extension_at("pkg/a.so", {"libc.so.6", "libb.so"});
  with_path.rpath = "$ORIGIN/../demo.libs";
  CHECK(verdict(SyntheticWheel({with_path, elf_at("demo.libs/libb.so", {"libc.so.6"})})) == "manylinux_2_5_x86_64");
  with_path.rpath = "/usr/lib";
  CHECK(verdict(SyntheticWheel({with_path, elf_at("demo.libs/libb.so", {"libc.so.6"})})) == "linux_x86_64");
}

TEST_CASE("auditwheel lets DT_RUNPATH of the first file lead to the libraries of its libraries") {
  ElfFacts first = extension_at("pkg/a.so", {"libb.so"});
  first.runpath = "$ORIGIN/libs";
  const SyntheticWheel wheel(
      {first, elf_at("pkg/libs/libb.so", {"libdeep.so"}), elf_at("pkg/libs/libdeep.so", {"libc.so.6"})});
  CHECK(verdict(wheel) == "manylinux_2_5_x86_64");
}

TEST_CASE("each soname is looked up once: what the first file cannot find stays missing") {
  ElfFacts deep = elf_at("pkg/libs/libdeep.so", {"libc.so.6"});
  ElfFacts inner = elf_at("pkg/libs/libb.so", {"libdeep.so"});
  inner.rpath = "$ORIGIN";
  ElfFacts first = extension_at("pkg/a.so", {"libdeep.so", "libb.so"});
  first.rpath = "$ORIGIN/nowhere:$ORIGIN";
  CHECK(verdict(SyntheticWheel({first, inner, deep})) == "linux_x86_64");
}

TEST_CASE("libpython is never found, even where the wheel has it") {
  ElfFacts facts = extension_at("a.so", {"libpython3.12.so.1.0"});
  facts.rpath = "$ORIGIN";
  CHECK(verdict(SyntheticWheel({facts, elf_at("libpython3.12.so.1.0", {"libc.so.6"})})) == "linux_x86_64");
}

TEST_CASE("only what RECORD lists is seen") {
  SyntheticWheel wheel({extension_at("a.so"), wanting(extension_at("b.so"), "libc.so.6", "GLIBC_2.34")});
  wheel.scan.record.value->entries.pop_back();
  CHECK(verdict(wheel) == "manylinux_2_5_x86_64");
}

TEST_CASE("RECORD with a blank line, a missing file or a purelib ELF file ends without a verdict") {
  SyntheticWheel blank({extension_at("a.so")});
  blank.scan.record.value->has_blank_line = true;
  CHECK_FALSE(verdict(blank));
  SyntheticWheel missing({extension_at("a.so")});
  missing.scan.record.value->entries.push_back({"gone.txt", "", "", std::nullopt});
  CHECK_FALSE(verdict(missing));
  CHECK_FALSE(verdict(SyntheticWheel({extension_at("demo-1.0.data/purelib/a.so")})));
}

TEST_CASE("foreign machines are ignored, and a wheel of nothing else has no verdict") {
  ElfFacts foreign = wanting(extension_at("b.so"), "libc.so.6", "GLIBC_2.34");
  foreign.header.machine = elf::kMachineAarch64;
  foreign.arch = tags::Architecture::aarch64;
  CHECK(verdict(SyntheticWheel({extension_at("a.so"), foreign})) == "manylinux_2_5_x86_64");
  CHECK_FALSE(verdict(SyntheticWheel({foreign})));
  CHECK_FALSE(verdict(SyntheticWheel({})));
}

TEST_CASE("without an architecture in the name the first file decides") {
  ElfFacts foreign = extension_at("a.so");
  foreign.header.machine = elf::kMachineAarch64;
  foreign.arch = tags::Architecture::aarch64;
  const SyntheticWheel wheel({foreign, extension_at("b.so")});
  CHECK(verdict(wheel, "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux_2_17_aarch64.whl") ==
        "manylinux_2_17_aarch64");
}

TEST_CASE("musl wheels are judged by the newest musl policy only") {
  const SyntheticWheel wheel({extension_at("a.so", {"libc.musl-x86_64.so.1"})});
  CHECK(verdict(wheel, "demo-1.0-cp312-cp312-musllinux_1_1_x86_64.whl") == "musllinux_1_2_x86_64");
  CHECK_FALSE(verdict(wheel)); // a manylinux name: the musl file is ignored, nothing is left
}

TEST_CASE("a libc.so is a linker script on the hosts that auditwheel runs on") {
  CHECK_FALSE(
      verdict(SyntheticWheel({elf_at("libgcc_s.so.1", {"libc.so"})}), "demo-1.0-cp312-cp312-musllinux_1_2_x86_64.whl"));
}

TEST_CASE("an extension whose libc cannot be told ends without a verdict") {
  CHECK_FALSE(verdict(SyntheticWheel({extension_at("a.so", {})}), "demo-1.0-cp312-cp312-linux_x86_64.whl"));
  CHECK(verdict(SyntheticWheel({elf_at("a.so")}), "demo-1.0-py3-none-linux_x86_64.whl") == "manylinux_2_5_x86_64");
}

TEST_CASE("the instruction set counts for files that no other file needs") {
  ElfFacts marked = elf_at("libb.so", {"libc.so.6"});
  marked.properties.x86_isa_needed = elf::kX86IsaV3;
  marked.sections_seen.has_x86_isa_note = true;
  CHECK(verdict(SyntheticWheel({extension_at("a.so"), marked})) == "linux_x86_64");
  ElfFacts user = extension_at("a.so", {"libb.so"});
  user.rpath = "$ORIGIN";
  CHECK(verdict(SyntheticWheel({user, marked})) == "manylinux_2_5_x86_64");
}

TEST_CASE("forbidden symbols count where the file needs the library itself") {
  ElfFacts facts = extension_at("a.so", {"libc.so.6", "libz.so.1"});
  facts.forbidden_symbols = {"uncompress2"};
  CHECK(verdict(SyntheticWheel({facts})) == "manylinux_2_34_x86_64");
  facts.needed = {"libc.so.6"};
  CHECK(verdict(SyntheticWheel({facts})) == "manylinux_2_5_x86_64");
}

TEST_CASE("a name that packaging refuses has no verdict") {
  CHECK_FALSE(verdict(SyntheticWheel({extension_at("a.so")}), "demo-nonsense-cp312-cp312-linux_x86_64.whl"));
}
