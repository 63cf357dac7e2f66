// What breaks when a file changes.
#include "orchestrator/compare/file_difference.hpp"
#include "orchestrator/compare/release_difference.hpp"
#include "orchestrator/compare/render.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>

namespace wheelforge::compare {
namespace {

Interface library() {
  Interface file;
  file.path = "libx.so.1";
  file.machine = "x86-64";
  file.soname = "libx.so.1";
  file.needed = {"libc.so.6"};
  file.exports[{"f", ""}] = {elf::SymbolType::function, 10, false, false};
  file.exports[{"data", ""}] = {elf::SymbolType::object, 8, false, false};
  file.wants["libc.so.6"] = {"GLIBC_2.2.5"};
  return file;
}

const Change* find(const FileDifference& difference, ChangeKind kind) {
  const auto found = std::find_if(difference.changes.begin(), difference.changes.end(),
                                  [&](const Change& change) { return change.kind == kind; });
  return found == difference.changes.end() ? nullptr : &*found;
}

bool breaks(const FileDifference& difference, ChangeKind kind) {
  const Change* const change = find(difference, kind);
  REQUIRE(change != nullptr);
  CHECK_FALSE(change->reason.empty());
  return change->breaking;
}

} // namespace

TEST_CASE("the same file has no differences") {
  const FileDifference difference = difference_of(library(), library(), {});
  CHECK(difference.changes.empty());
  CHECK_FALSE(difference.is_breaking());
}

TEST_CASE("a library that loses a symbol breaks its users; an extension that loses one does not") {
  Interface after = library();
  after.exports.erase({"f", ""});
  CHECK(breaks(difference_of(library(), after, {}), ChangeKind::symbol_removed));
  Interface extension = library();
  extension.role = Role::extension;
  CHECK_FALSE(breaks(difference_of(extension, after, {}), ChangeKind::symbol_removed));
  extension.exports[{"PyInit_x", ""}] = {};
  CHECK(difference_of(extension, after, {}).is_breaking());
}

TEST_CASE("a symbol that gets a version still answers who asks for none") {
  Interface after = library();
  after.exports.erase({"f", ""});
  after.exports[{"f", "V_1"}] = {elf::SymbolType::function, 10, false, false};
  after.versions = {"V_1"};
  CHECK_FALSE(breaks(difference_of(library(), after, {}), ChangeKind::symbol_removed));
}

TEST_CASE("sizes of data, sonames, versions and types are part of the ABI") {
  Interface after = library();
  after.exports[{"data", ""}].size = 16;
  CHECK(breaks(difference_of(library(), after, {}), ChangeKind::data_size_changed));
  after = library();
  after.soname = "libx.so.2";
  CHECK(breaks(difference_of(library(), after, {}), ChangeKind::soname_changed));
  after = library();
  after.exports[{"f", ""}].type = elf::SymbolType::object;
  CHECK(breaks(difference_of(library(), after, {}), ChangeKind::symbol_type_changed));
  Interface before = library();
  before.versions = {"V_1", "V_2"};
  after = library();
  after.versions = {"V_1"};
  CHECK(breaks(difference_of(before, after, {}), ChangeKind::version_removed));
}

TEST_CASE("new needs break unless they come along or are the C library's") {
  Interface after = library();
  after.needed.push_back("libz.so.1");
  CHECK(breaks(difference_of(library(), after, {}), ChangeKind::need_added));
  CHECK_FALSE(breaks(difference_of(library(), after, {"libz.so.1"}), ChangeKind::need_added));
  after = library();
  after.needed.push_back("libm.so.6");
  CHECK_FALSE(breaks(difference_of(library(), after, {}), ChangeKind::need_added));
}

TEST_CASE("floors rise by number and not by spelling") {
  Interface after = library();
  after.wants["libc.so.6"] = {"GLIBC_2.2.5", "GLIBC_2.17"};
  const FileDifference raised = difference_of(library(), after, {});
  CHECK(breaks(raised, ChangeKind::floor_raised));
  CHECK(find(raised, ChangeKind::floor_raised)->after == "GLIBC_2.17");
  CHECK_FALSE(breaks(difference_of(after, library(), {}), ChangeKind::floor_lowered));
  CHECK(is_older_version("GLIBC_2.9", "GLIBC_2.17"));
  Interface between = after;
  between.wants["libc.so.6"].insert("GLIBC_2.9");
  CHECK_FALSE(breaks(difference_of(after, between, {}), ChangeKind::version_wanted));
}

TEST_CASE("what older loaders and processors refuse is breaking") {
  Interface after = library();
  after.has_relr = true;
  after.executable_stack = true;
  after.isa_level = 3;
  const FileDifference difference = difference_of(library(), after, {});
  CHECK(breaks(difference, ChangeKind::relr_added));
  CHECK(breaks(difference, ChangeKind::executable_stack_added));
  CHECK(breaks(difference, ChangeKind::isa_raised));
  CHECK(find(difference, ChangeKind::isa_raised)->after == "x86-64-v3");
}

TEST_CASE("a file is known again by its stem") {
  CHECK(stem_of("p/_x.cpython-312-x86_64-linux-gnu.so") == "p/_x.so");
  CHECK(stem_of("p/_x.abi3.so") == "p/_x.so");
  CHECK(stem_of("x.libs/libz-1a2b3c4d.so.1.2") == "x.libs/libz.so");
  CHECK(stem_of("lib/libfoo-bar.so.1") == "lib/libfoo-bar.so");
}

TEST_CASE("wheels of a release are paired by Python, ABI and platform; what is left over is gone or new") {
  const auto wheel = [](const char* name) {
    Artifact artifact;
    artifact.name = name;
    artifact.is_wheel = true;
    return artifact;
  };
  const Comparison comparison = compare_releases(
      "old", {wheel("a-1-cp311-cp311-manylinux_2_17_x86_64.whl"), wheel("a-1-cp310-cp310-manylinux_2_17_x86_64.whl")},
      "new", {wheel("a-2-cp311-cp311-manylinux_2_28_x86_64.whl"), wheel("a-2-cp312-cp312-manylinux_2_28_x86_64.whl")});
  REQUIRE(comparison.wheels.size() == 3);
  CHECK(comparison.wheels[0].after.empty());
  CHECK(comparison.wheels[0].is_breaking());
  CHECK(comparison.wheels[1].before == "a-1-cp311-cp311-manylinux_2_17_x86_64.whl");
  CHECK(comparison.wheels[2].before.empty());
  CHECK_FALSE(comparison.wheels[2].is_breaking());
  CHECK(to_json(comparison).find("\"schema\": 1") != std::string::npos);
  CHECK(to_text(comparison, true).find("compatible") != std::string::npos);
}

} // namespace wheelforge::compare
