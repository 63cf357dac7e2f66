// Our own verdict and the loader's search.
#include "orchestrator/audit/verdict.hpp"

#include "orchestrator/audit/loader.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/audit/synthetic_wheel.hpp"

using namespace wheelforge;
using namespace wheelforge::audit;
using Outcome = Dependency::Outcome;

namespace {

ArchPolicies x86_64() { return PolicyTable::built_in().of(Libc::glibc, tags::Architecture::x86_64); }

Verdict verdict(const SyntheticWheel& wheel, const AuditwheelVerdict& auditwheel = {}) {
  const ArchPolicies policies = x86_64();
  const Loader loader(*wheel.archive, wheel.scan, policies, {});
  return decide(collect_demands(wheel.scan, loader, policies), policies, {}, auditwheel);
}

Outcome outcome(const SyntheticWheel& wheel, std::string_view path, std::string_view soname,
                const std::vector<std::string>& required = {}) {
  const Loader loader(*wheel.archive, wheel.scan, x86_64(), required);
  for (const Dependency& dependency : loader.dependencies()) {
    if (wheel.scan.elfs[dependency.elf].path == path && dependency.soname == soname) {
      return dependency.outcome;
    }
  }
  FAIL("no dependency " << soname << " of " << path);
  return Outcome::missing;
}

} // namespace

TEST_CASE("the tag is the glibc that is needed, and the nearest wider policy is named") {
  const Verdict found = verdict(SyntheticWheel({wanting(extension_at("a.so"), "libc.so.6", "GLIBC_2.29")}));
  CHECK(found.tag.text == "manylinux_2_29_x86_64");
  CHECK(found.nearest_policy == "manylinux_2_28_x86_64");
  REQUIRE_FALSE(found.why_not.empty());
  CHECK(found.why_not[0].tag == "manylinux_2_28_x86_64");
  CHECK(found.why_not[0].obstacles == std::vector{Obstacle{"a.so", "libc.so.6", "GLIBC_2.29", {"f"}}});
}

TEST_CASE("versions wanted from the loader count, and say why the verdicts differ") {
  AuditwheelVerdict theirs;
  theirs.tag = "manylinux_2_5_x86_64";
  const Verdict found =
      verdict(SyntheticWheel({wanting(extension_at("a.so"), "ld-linux-x86-64.so.2", "GLIBC_2.35")}), theirs);
  CHECK(found.tag.text == "manylinux_2_35_x86_64");
  CHECK(found.differs_because == std::vector<std::string>{"loader-version"});
}

TEST_CASE("packed relocations without their marker need glibc 2.36") {
  ElfFacts facts = extension_at("a.so");
  facts.relocations.has_relr = true;
  CHECK(verdict(SyntheticWheel({facts})).tag.text == "manylinux_2_36_x86_64");
  CHECK(verdict(SyntheticWheel({wanting(facts, "libc.so.6", "GLIBC_ABI_DT_RELR")})).tag.text ==
        "manylinux_2_36_x86_64");
}

TEST_CASE("what no system has makes the tag linux, whatever its floor") {
  CHECK(verdict(SyntheticWheel({wanting(extension_at("a.so"), "libc.so.6", "GLIBC_PRIVATE")})).tag.text ==
        "linux_x86_64");
  CHECK(verdict(SyntheticWheel({wanting(extension_at("a.so"), "libstdc++.so.6", "GLIBCXX_3.4.99")})).tag.text ==
        "linux_x86_64");
  CHECK(verdict(SyntheticWheel({extension_at("a.so", {"libc.so.6", "libnot.so"})})).tag.text == "linux_x86_64");
}

TEST_CASE("versions that the wheel's own library satisfies do not count") {
  ElfFacts user =
      wanting(extension_at("a.so", {"libc.so.6", "libgcc_s-1234.so.1"}), "libgcc_s-1234.so.1", "GCC_14.0.0");
  user.rpath = "$ORIGIN";
  CHECK(verdict(SyntheticWheel({user, elf_at("libgcc_s-1234.so.1", {"libc.so.6"})})).tag.text ==
        "manylinux_2_5_x86_64");
}

TEST_CASE("a weak version does not stop the loader") {
  ElfFacts facts = wanting(extension_at("a.so"), "libc.so.6", "GLIBC_2.34");
  facts.versions[0].versions[0].weak = true;
  CHECK(verdict(SyntheticWheel({facts})).tag.text == "manylinux_2_5_x86_64");
}

TEST_CASE("DT_RPATH is inherited, DT_RUNPATH is not") {
  ElfFacts first = extension_at("pkg/a.so", {"libb.so"});
  const ElfFacts inner = elf_at("pkg/libs/libb.so", {"libdeep.so"});
  const ElfFacts deep = elf_at("pkg/libs/libdeep.so", {"libc.so.6"});
  first.runpath = "$ORIGIN/libs";
  CHECK(outcome(SyntheticWheel({first, inner, deep}), "pkg/libs/libb.so", "libdeep.so") == Outcome::not_on_path);
  first.runpath.reset();
  first.rpath = "${ORIGIN}/libs";
  CHECK(outcome(SyntheticWheel({first, inner, deep}), "pkg/libs/libb.so", "libdeep.so") == Outcome::in_wheel);
}

TEST_CASE("a library that was loaded before is found by its soname") {
  ElfFacts first = extension_at("pkg/a.so", {"libdeep.so", "libb.so"});
  first.runpath = "$ORIGIN/libs";
  const SyntheticWheel wheel(
      {first, elf_at("pkg/libs/libb.so", {"libdeep.so"}), elf_at("pkg/libs/libdeep.so", {"libc.so.6"})});
  CHECK(outcome(wheel, "pkg/libs/libb.so", "libdeep.so") == Outcome::in_wheel);
}

TEST_CASE("members of the data folder are searched where they are installed") {
  ElfFacts program = elf_at("demo-1.0.data/scripts/tool", {"libb.so"});
  program.runpath = "$ORIGIN/../lib/python/site-packages/pkg";
  CHECK(outcome(SyntheticWheel({program, elf_at("demo-1.0.data/platlib/pkg/libb.so", {"libc.so.6"})}),
                "demo-1.0.data/scripts/tool", "libb.so") == Outcome::in_wheel);
  CHECK(InstalledFiles::place_of("demo-1.0.data/scripts/tool") == "/prefix/bin/tool");
  CHECK(InstalledFiles::place_of("demo-1.0.data/data/share/x") == "/prefix/share/x");
}

TEST_CASE("a library may come from a required distribution that DT_RUNPATH leads to") {
  ElfFacts facts = extension_at("pkg/a.so", {"libcudart.so.12", "libcublas.so.12"});
  facts.runpath = "$ORIGIN/../nvidia/cuda_runtime/lib";
  const SyntheticWheel wheel({facts});
  const std::vector<std::string> required = {"nvidia-cuda-runtime-cu12"};
  CHECK(outcome(wheel, "pkg/a.so", "libcudart.so.12", required) == Outcome::other_package);
  CHECK(outcome(wheel, "pkg/a.so", "libcublas.so.12", required) == Outcome::missing);
  CHECK(outcome(wheel, "pkg/a.so", "libcudart.so.12") == Outcome::missing);
}

TEST_CASE("search paths are sorted by where they lead") {
  ElfFacts facts = extension_at("pkg/a.so");
  facts.runpath = "$ORIGIN:$ORIGIN/gone:$ORIGIN/../torch/lib:$ORIGIN/../../../../x:/opt/lib::lib";
  const SyntheticWheel wheel({facts});
  const Loader loader(*wheel.archive, wheel.scan, x86_64(), {"torch"});
  std::vector<SearchEntry::Kind> kinds;
  for (const SearchEntry& entry : loader.search_entries(0)) {
    kinds.push_back(entry.kind);
  }
  using Kind = SearchEntry::Kind;
  CHECK(kinds == std::vector{Kind::in_wheel, Kind::dead, Kind::other_package, Kind::outside, Kind::absolute,
                             Kind::relative, Kind::relative});
}

TEST_CASE("glibc releases are read off their versions") {
  CHECK(glibc_release_of("GLIBC_2.2.5") == tags::LibcVersion{2, 2});
  CHECK(glibc_release_of("GLIBC_ABI_DT_RELR") == tags::LibcVersion{2, 36});
  CHECK_FALSE(glibc_release_of("GLIBC_PRIVATE"));
  CHECK_FALSE(glibc_release_of("GLIBCXX_3.4"));
}
