// What an ELF file says, for every class, byte order and architecture.
#include "orchestrator/elf/elf_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/elf_builder.hpp"

#include <algorithm>

using namespace wheelforge;
using namespace wheelforge::elf;
using support::build_elf;
using support::BuiltElf;
using support::ElfSpec;

namespace {

/// A small library with something in every table.
ElfSpec rich_spec(const support::ElfTarget& target) {
  ElfSpec spec;
  spec.is_64 = target.is_64;
  spec.order = target.order;
  spec.machine = target.machine;
  spec.needed = {"libc.so.6", "libm.so.6"};
  spec.soname = "libdemo.so.1";
  spec.runpath = "$ORIGIN/../demo.libs";
  spec.needs = {{"libc.so.6", {{"GLIBC_2.17", 0, 2}, {"GLIBC_2.34", 2, 3}}}, {"libm.so.6", {{"GLIBC_2.29", 0, 4}}}};
  spec.definitions = {{"libdemo.so.1", 1, 1, {}}, {"DEMO_1", 5, 0, {}}, {"DEMO_2", 6, 0, {"DEMO_1"}}};
  spec.symbols = {
      {"demo_new", 0x40, 8, 2, 1, 0, 7, 6}, {"dlopen", 0, 0, 2, 1, 0, 0, 3}, {"demo_old", 0x48, 8, 2, 1, 0, 7, 0x8005},
      {"pow", 0, 0, 2, 1, 0, 0, 4},         {"maybe", 0, 0, 0, 2, 0, 0, 1},  {"demo_data", 0x50, 24, 1, 10, 3, 8, 5},
  };
  spec.tls = support::ElfTls{8, 4096, 64};
  spec.comments = {"GCC: (GNU) 12.2.0", "clang 14", "GCC: (GNU) 12.2.0"};
  spec.debug_bytes = 1000;
  spec.hash = target.machine == kMachineS390 ? ElfSpec::Hash::both : ElfSpec::Hash::gnu;
  spec.wide_sysv_hash = target.machine == kMachineS390;
  return spec;
}

ElfFile parsed(const ElfSpec& spec) {
  auto file = ElfFile::parse(build_elf(spec).bytes);
  INFO((file ? "" : file.error().message));
  REQUIRE(file);
  return std::move(*file);
}

const Symbol& symbol(const ElfFile& file, std::string_view name) {
  const auto found =
      std::find_if(file.symbols().begin(), file.symbols().end(), [name](const Symbol& s) { return s.name == name; });
  REQUIRE(found != file.symbols().end());
  return *found;
}

} // namespace

TEST_CASE("every architecture's files give the same facts") {
  for (const support::ElfTarget& target : support::elf_targets()) {
    for (const bool behind : {false, true}) {
      INFO(target.name << (behind ? ", tables behind the dynamic section" : ""));
      ElfSpec spec = rich_spec(target);
      spec.tables_behind_dynamic = behind;
      const ElfFile file = parsed(spec);
      CHECK(to_string(file.architecture()) == target.name);
      CHECK(file.is_dynamic());
      CHECK(file.dynamic().needed == std::vector<std::string_view>{"libc.so.6", "libm.so.6"});
      CHECK(file.dynamic().soname == "libdemo.so.1");
      CHECK(file.dynamic().runpath == "$ORIGIN/../demo.libs");
      CHECK_FALSE(file.dynamic().rpath);
      REQUIRE(file.symbols().size() == 7);
      REQUIRE(file.version_needs().size() == 2);
      CHECK(file.version_needs()[0].versions[1] == NeededVersion{"GLIBC_2.34", sysv_hash("GLIBC_2.34"), 2, 3});
      CHECK(file.version_needs()[0].versions[1].is_weak());
      REQUIRE(file.version_definitions().size() == 3);
      CHECK(file.version_definitions()[2].parents == std::vector<std::string_view>{"DEMO_1"});
      CHECK(file.tls() == TlsSegment{8, 4096, 64});
      CHECK(file.sections().state == SectionState::read);
      CHECK(file.sections().debug_bytes == 1000);
      CHECK(file.sections().compilers == std::vector<std::string>{"GCC: (GNU) 12.2.0", "clang 14"});
      CHECK(file.unloaded_tail() >= 1000);
      CHECK(file.anomalies().empty());
    }
  }
}

TEST_CASE("symbols carry their version and the library it is wanted from") {
  const ElfFile file = parsed(rich_spec(support::elf_targets()[0]));
  const auto version = [&](std::string_view name) {
    const SymbolVersion found = file.version_of(symbol(file, name));
    return std::pair(found.name, found.library);
  };
  using Pair = std::pair<std::string_view, std::string_view>;
  CHECK(version("dlopen") == Pair{"GLIBC_2.34", "libc.so.6"});
  CHECK(version("pow") == Pair{"GLIBC_2.29", "libm.so.6"});
  CHECK(version("maybe") == Pair{});
  CHECK(version("demo_new") == Pair{"DEMO_2", ""});
  CHECK(symbol(file, "demo_old").version_hidden);
  CHECK_FALSE(symbol(file, "demo_new").version_hidden);
  CHECK_FALSE(symbol(file, "dlopen").is_defined());
  CHECK(symbol(file, "maybe").is_weak());
  const Symbol& data = symbol(file, "demo_data");
  CHECK(data.type == SymbolType::object);
  CHECK(data.bind == SymbolBind::gnu_unique);
  CHECK(data.visibility == SymbolVisibility::protected_);
  CHECK(data.size == 24);
  CHECK(data.is_exported());
}

TEST_CASE("facts live on when the file is gone and the ElfFile has moved") {
  std::vector<ElfFile> kept;
  {
    auto built = build_elf(rich_spec(support::elf_targets()[0]));
    kept.push_back(std::move(ElfFile::parse(built.bytes).value()));
    std::fill(built.bytes.begin(), built.bytes.end(), std::byte{0});
  }
  const ElfFile moved = std::move(kept[0]);
  kept.clear();
  CHECK(moved.dynamic().soname == "libdemo.so.1");
  CHECK(moved.version_of(symbol(moved, "pow")).library == "libm.so.6");
}

TEST_CASE("facts of the loader do not need section headers") {
  for (const auto hash : {ElfSpec::Hash::sysv, ElfSpec::Hash::gnu, ElfSpec::Hash::both, ElfSpec::Hash::none}) {
    ElfSpec spec = rich_spec(support::elf_targets()[0]);
    spec.hash = hash;
    const ElfFile with = parsed(spec);
    spec.sections = false;
    const ElfFile without = parsed(spec);
    CHECK(without.sections().state == SectionState::absent);
    CHECK(with.symbols() == without.symbols());
    CHECK(with.version_needs() == without.version_needs());
  }
}

TEST_CASE("undefined symbols are counted when no symbol is hashed and nothing is exported") {
  ElfSpec spec;
  spec.needed = {"libc.so.6"};
  spec.needs = {{"libc.so.6", {{"GLIBC_2.2.5", 0, 2}}}};
  spec.symbols = {{"malloc", 0, 0, 2, 1, 0, 0, 2}, {"free", 0, 0, 2, 1, 0, 0, 2}};
  spec.sections = GENERATE(true, false);
  CHECK(parsed(spec).symbols().size() == 3);
}

TEST_CASE("dynamic flags are told apart") {
  using Check = bool (*)(const DynamicSection&);
  const auto [tag, value, check] = GENERATE(table<std::uint64_t, std::uint64_t, Check>({
      {dt::kTextrel, 0, [](const DynamicSection& d) { return d.has_text_relocations(); }},
      {dt::kFlags, kDfTextrel, [](const DynamicSection& d) { return d.has_text_relocations(); }},
      {dt::kBindNow, 0, [](const DynamicSection& d) { return d.binds_now(); }},
      {dt::kFlags, kDfBindNow, [](const DynamicSection& d) { return d.binds_now(); }},
      {dt::kFlags1, kDf1Now, [](const DynamicSection& d) { return d.binds_now(); }},
      {dt::kFlags, kDfStaticTls, [](const DynamicSection& d) { return d.has_static_tls(); }},
      {dt::kFlags1, kDf1Nodelete, [](const DynamicSection& d) { return d.is_nodelete(); }},
      {dt::kFlags1, kDf1Pie, [](const DynamicSection& d) { return d.is_pie(); }},
  }));
  ElfSpec spec;
  CHECK_FALSE(check(parsed(spec).dynamic()));
  spec.more_dynamic = {{tag, value}};
  CHECK(check(parsed(spec).dynamic()));
}

TEST_CASE("the stack, the interpreter, the alignment and RELRO are read from the program headers") {
  ElfSpec spec;
  spec.interpreter = "/lib64/ld-linux-x86-64.so.2";
  spec.load_alignment = 0x10000;
  const ElfFile file = parsed(spec);
  CHECK(file.stack() == StackFlags::not_executable);
  CHECK(file.interpreter() == "/lib64/ld-linux-x86-64.so.2");
  CHECK(file.max_load_alignment() == 0x10000);
  CHECK(file.has_relro());
  spec.stack_flags = 7;
  spec.relro = false;
  CHECK(parsed(spec).stack() == StackFlags::executable);
  CHECK_FALSE(parsed(spec).has_relro());
  spec.stack_flags.reset();
  CHECK(parsed(spec).stack() == StackFlags::missing);
}

TEST_CASE("a file without a dynamic section has no dynamic facts") {
  ElfSpec spec;
  spec.dynamic = false;
  const ElfFile file = parsed(spec);
  CHECK_FALSE(file.is_dynamic());
  CHECK(file.symbols().empty());
  CHECK(file.dynamic().entries.empty());
}

TEST_CASE("ELF files begin with four bytes") {
  CHECK(is_elf(support::bytes_of("\177ELF")));
  CHECK_FALSE(is_elf(support::bytes_of("\177EL")));
  CHECK_FALSE(is_elf(support::bytes_of("PK\3\4")));
}

TEST_CASE("the hashes are those of the gABI and of GNU") {
  CHECK(sysv_hash("") == 0);
  CHECK(sysv_hash("GLIBC_2.2.5") == 0x09691a75);
  CHECK(sysv_hash("GLIBC_2.17") == 0x06969197);
  CHECK(gnu_hash("") == 5381);
  CHECK(gnu_hash("printf") == 0x156b2bb8);
}
