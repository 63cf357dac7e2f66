// The RPATH plan: entries walked from each file's depth, and what is dead, absolute or escaping.
#include "orchestrator/accelerator/search_path.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zip_builder.hpp"

using namespace wheelforge;
using namespace wheelforge::accelerator;

namespace {

/// Adds a member with that text.
void add(support::ZipSpec& spec, std::string name, std::string text) {
  spec.entries.emplace_back();
  spec.entries.back().name = std::move(name);
  spec.entries.back().data = std::move(text);
}

} // namespace

TEST_CASE("the entry to a provider's folder is computed from the file's depth") {
  CHECK(path_to_folder("demo.so", "nvidia/cu13/lib") == "$ORIGIN/nvidia/cu13/lib");
  CHECK(path_to_folder("torch/_C.so", "nvidia/cu13/lib") == "$ORIGIN/../nvidia/cu13/lib");
  CHECK(path_to_folder("torch/lib/libtorch.so", "nvidia/cu13/lib") == "$ORIGIN/../../nvidia/cu13/lib");
  CHECK(path_to_folder("demo-1.0.data/platlib/demo/x.so", "nvidia/cu13/lib") == "$ORIGIN/../nvidia/cu13/lib");
}

TEST_CASE("an entry leads to a folder only at the depth it was written for") {
  const char* entry = "$ORIGIN/../../nvidia/cu13/lib";
  CHECK(leads_to("torch/lib/libtorch.so", entry, "nvidia/cu13/lib"));
  CHECK(leads_to("torch/lib/libtorch.so", "${ORIGIN}/.././../nvidia/cu13/lib/", "nvidia/cu13/lib"));
  CHECK_FALSE(leads_to("torch/_C.so", entry, "nvidia/cu13/lib"));
  CHECK_FALSE(leads_to("torch/lib/libtorch.so", "/nvidia/cu13/lib", "nvidia/cu13/lib"));
  for (const char* file : {"demo.so", "a/b.so", "a/b/c/d.so"}) {
    CHECK(leads_to(file, path_to_folder(file, "nvidia/cublas/lib"), "nvidia/cublas/lib"));
    CHECK(leads_to(file, path_to_folder(file, "../.."), "../.."));
  }
}

TEST_CASE("every entry is the wheel's, a provider's, dead, absolute or escaping") {
  support::ZipSpec spec;
  for (const char* name : {"torch/_C.so", "torch/lib/libtorch.so"}) {
    add(spec, name, "x");
  }
  const auto bytes = support::build_zip(spec);
  const auto archive = zip::ZipReader::from_bytes(bytes).value();
  audit::ElfReport elf;
  elf.path = "torch/_C.so";
  elf.rpath = "$ORIGIN/lib:$ORIGIN/../nvidia/cu13/lib:$ORIGIN/../../nvidia/cu13/lib:$ORIGIN/../gone:/opt/cuda/lib:";
  const auto found = search_paths(elf, archive, toolchain::known_recipes());
  std::vector<std::string> kinds;
  for (const SearchPath& one : found) {
    kinds.emplace_back(to_string(one.kind));
  }
  CHECK(kinds == std::vector<std::string>{"wheel", "provider", "escaping", "dead", "absolute"});
  elf.runpath = "$ORIGIN"; // which the loader then takes alone
  REQUIRE(search_paths(elf, archive, toolchain::known_recipes()).size() == 1);
}
