// The loader's sentences, on wheels made of images that a test states.
#include "orchestrator/loader/prediction.hpp"

#include "orchestrator/audit/elf_facts.hpp"
#include "tests/support/catch.hpp"

namespace wheelforge::loader {
namespace {

ElfImage library_at(std::string path, std::vector<std::string> needed = {"libc.so.6"}) {
  ElfImage image;
  image.path = std::move(path);
  image.header.machine = elf::kMachineX86_64;
  image.header.type = elf::FileType::shared;
  image.is_dynamic = true;
  image.has_load_segment = true;
  image.needed = std::move(needed);
  return image;
}

ElfImage wanting(ElfImage image, std::string library, std::vector<std::string> versions) {
  VersionNeed need{std::move(library), {}};
  for (std::string& version : versions) {
    need.versions.push_back({std::move(version), false});
  }
  image.version_needs.push_back(std::move(need));
  return image;
}

ElfImage using_symbol(ElfImage image, std::string name, std::string version = "") {
  image.undefined.push_back(
      {std::move(name), std::move(version), static_cast<std::uint32_t>(image.undefined.size()), false, false});
  return image;
}

ElfImage exporting(ElfImage image, std::string_view name) {
  image.exports.push_back({audit::symbol_hash(name), 0, false, true});
  return image;
}

Machine machine(std::string_view id, tags::Architecture arch = tags::Architecture::x86_64) {
  auto found = find_machine(id, arch);
  REQUIRE(found.has_value());
  return *std::move(found);
}

std::optional<std::string> sentence(std::vector<ElfImage> images, std::string_view id, const std::string& path,
                                    tags::Architecture arch = tags::Architecture::x86_64) {
  const LoadResults results = predict(WheelImages::of(std::move(images)), machine(id, arch), Interpreter{});
  REQUIRE(results.count(path) == 1);
  return results.at(path);
}

} // namespace

TEST_CASE("the first missing version in file order is the one that the loader names") {
  const ElfImage file = wanting(library_at("a/x.so"), "libc.so.6", {"GLIBC_2.33", "GLIBC_2.34"});
  CHECK(sentence({file}, "debian-11", "a/x.so") ==
        "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.33' not found (required by a/x.so)");
  CHECK(sentence({file}, "debian-12", "a/x.so") == std::nullopt);
}

TEST_CASE("a derived machine goes by its newest version and its own folder") {
  const ElfImage file = wanting(library_at("a/x.so"), "libc.so.6", {"GLIBC_2.2.5", "GLIBC_2.29"});
  CHECK(machine("rhel-8").basis == Basis::derived);
  CHECK(sentence({file}, "rhel-8", "a/x.so") ==
        "/lib64/libc.so.6: version `GLIBC_2.29' not found (required by a/x.so)");
  CHECK(sentence({file}, "ubuntu-22.04", "a/x.so") == std::nullopt);
}

TEST_CASE("missing libraries come before missing versions, breadth first") {
  ElfImage file =
      wanting(library_at("a/x.so", {"libdeep.so.1", "libnone.so.1", "libc.so.6"}), "libc.so.6", {"GLIBC_2.99"});
  file.runpath = "$ORIGIN/../a.libs";
  ElfImage deep = library_at("a.libs/libdeep.so.1", {"libdeeper.so.1"});
  deep.soname = "libdeep.so.1";
  CHECK(sentence({file, deep}, "debian-12", "a/x.so") ==
        "libnone.so.1: cannot open shared object file: No such file or directory");
}

TEST_CASE("a library of the wheel is named by the path through which it was found") {
  ElfImage file = library_at("a/x.so", {"libdeep.so.1"});
  file.runpath = "$ORIGIN/../a.libs";
  ElfImage deep = wanting(library_at("a.libs/libdeep.so.1"), "libc.so.6", {"GLIBC_2.99"});
  deep.soname = "libdeep.so.1";
  CHECK(sentence({file, deep}, "debian-12", "a/x.so") ==
        "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.99' not found (required by a/../a.libs/libdeep.so.1)");
}

TEST_CASE("DT_RUNPATH is for the file itself and DT_RPATH for what it needs too") {
  ElfImage file = library_at("a/x.so", {"libone.so.1"});
  ElfImage one = library_at("libs/libone.so.1", {"libtwo.so.1"});
  const ElfImage two = library_at("libs/libtwo.so.1");
  file.rpath = "$ORIGIN/../libs";
  CHECK(sentence({file, one, two}, "debian-12", "a/x.so") == std::nullopt);
  file.rpath.reset();
  file.runpath = "$ORIGIN/../libs";
  CHECK(sentence({file, one, two}, "debian-12", "a/x.so") ==
        "libtwo.so.1: cannot open shared object file: No such file or directory");
}

TEST_CASE("an undefined symbol is named with its version, in the order of relocations") {
  const ElfImage file = using_symbol(using_symbol(library_at("x.so"), "puts"), "no_such_function");
  CHECK(sentence({file}, "debian-12", "x.so") == "x.so: undefined symbol: no_such_function");
  CHECK(sentence({using_symbol(library_at("x.so"), "gone", "GLIBC_2.2.5")}, "debian-12", "x.so") ==
        "x.so: undefined symbol: gone, version GLIBC_2.2.5");
}

TEST_CASE("a symbol that only another architecture has goes by its version") {
  ElfImage file = library_at("x.so", {"libstdc++.so.6", "libc.so.6"});
  file.header.machine = elf::kMachine386;
  file.header.elf_class = elf::ElfClass::elf32;
  const auto on_i686 = [](ElfImage image) {
    return sentence({std::move(image)}, "debian-12", "x.so", tags::Architecture::i686);
  };
  CHECK(on_i686(using_symbol(wanting(file, "libstdc++.so.6", {"GLIBCXX_3.4"}), "_Znwj", "GLIBCXX_3.4")) ==
        std::nullopt);
  CHECK(on_i686(using_symbol(file, "no_such_function")) == "x.so: undefined symbol: no_such_function");
  const auto newer =
      on_i686(using_symbol(wanting(file, "libstdc++.so.6", {"GLIBCXX_3.4.99"}), "_Znwj", "GLIBCXX_3.4.99"));
  CHECK_THAT(newer.value_or(""), Catch::Matchers::ContainsSubstring("version `GLIBCXX_3.4.99' not found"));
}

TEST_CASE("symbols of the interpreter and of the wheel's own libraries are not undefined") {
  ElfImage file = using_symbol(using_symbol(library_at("x.so", {"libone.so"}), "PyList_New"), "one");
  file.runpath = "$ORIGIN";
  const ElfImage one = exporting(library_at("libone.so"), "one");
  CHECK(sentence({file, one}, "debian-12", "x.so") == std::nullopt);
  CHECK(sentence({using_symbol(library_at("y.so"), "one"), one}, "debian-12", "y.so") == "y.so: undefined symbol: one");
}

TEST_CASE("an executable stack is refused from glibc 2.41 on") {
  ElfImage file = library_at("x.so");
  file.executable_stack = true;
  CHECK(sentence({file}, "debian-12", "x.so") == std::nullopt);
  CHECK(sentence({file}, "debian-13", "x.so") ==
        "x.so: cannot enable executable stack as shared object requires: Invalid argument");
}

TEST_CASE("packed relocations want their marker from glibc 2.36 on") {
  ElfImage file = wanting(library_at("x.so"), "libc.so.6", {"GLIBC_2.2.5"});
  file.has_relr = true;
  CHECK(sentence({file}, "debian-12", "x.so") == "x.so: DT_RELR without GLIBC_ABI_DT_RELR dependency");
  CHECK(sentence({file}, "debian-11", "x.so") == std::nullopt);
}

TEST_CASE("static thread-local data has a budget") {
  ElfImage file = library_at("x.so");
  file.tls = {4000, 8, true};
  CHECK(sentence({file}, "debian-12", "x.so") == "x.so: cannot allocate memory in static TLS block");
  file.tls.size = 100;
  CHECK(sentence({file}, "debian-12", "x.so") == std::nullopt);
}

TEST_CASE("a 32-bit file in a 64-bit wheel has the wrong class") {
  ElfImage file = library_at("x.so");
  file.header.elf_class = elf::ElfClass::elf32;
  file.header.machine = elf::kMachine386;
  CHECK(sentence({file}, "debian-12", "x.so") == "x.so: wrong ELF class: ELFCLASS32");
}

TEST_CASE("musl says what is needed by whom and knows no versions") {
  const ElfImage file = wanting(library_at("x.so", {"libc.so.6", "libnone.so.1"}), "libc.so.6", {"GLIBC_2.99"});
  CHECK(sentence({file}, "alpine-3.20", "x.so") ==
        "Error loading shared library libnone.so.1: No such file or directory (needed by x.so)");
  CHECK(sentence({using_symbol(library_at("y.so"), "__no_such_chk")}, "alpine-3.20", "y.so") ==
        "Error relocating y.so: __no_such_chk: symbol not found");
}

TEST_CASE("the option --with adds a package and what it depends on") {
  Machine with = machine("debian-12");
  CHECK(with.find("libgomp.so.1") == nullptr);
  REQUIRE(with.install({"libgomp1"}).has_value());
  CHECK(with.find("libgomp.so.1") != nullptr);
  CHECK(with.install({"no-such-package"}).error().kind == ErrorKind::not_found);
}

TEST_CASE("two wheels with one soname: the second gets the first one's library") {
  const auto wheel = [](const std::string& name) {
    ElfImage file = library_at(name + "/ext.so", {"libshared.so.1"});
    file.runpath = "$ORIGIN";
    ElfImage shared = library_at(name + "/libshared.so.1");
    shared.soname = "libshared.so.1";
    return std::pair{exporting(shared, "in_" + name), using_symbol(file, "in_" + name)};
  };
  const auto [library_a, file_a] = wheel("a");
  const auto [library_b, file_b] = wheel("b");
  const WheelImages all = WheelImages::of({file_a, library_a, file_b, library_b});
  const TogetherLoads loads = load_in_order(all, {0, 2}, {0, 0, 1, 1}, machine("debian-12"), Interpreter{});
  REQUIRE(loads.failing.size() == 1);
  CHECK(loads.failing.at(2) == "b/ext.so: undefined symbol: in_b");
  CHECK(load_in_order(all, {2}, {0, 0, 1, 1}, machine("debian-12"), Interpreter{}).failing.empty());
}

} // namespace wheelforge::loader
