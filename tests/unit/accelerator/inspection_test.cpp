// An accelerator's wheel: every library's origin, the tag that follows, and each thing that can be wrong with it.
#include "orchestrator/accelerator/inspection.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zip_builder.hpp"

#include <algorithm>
#include <map>

using namespace wheelforge;
using namespace wheelforge::accelerator;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Adds a member with that text.
void add(support::ZipSpec& spec, std::string name, std::string text) {
  spec.entries.emplace_back();
  spec.entries.back().name = std::move(name);
  spec.entries.back().data = std::move(text);
}

constexpr const char* kCublasPath = "$ORIGIN/../nvidia/cu13/lib";

const toolchain::Recipe& known(std::string_view id) {
  const auto& all = toolchain::known_recipes();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id() == id; });
  REQUIRE(found != all.end());
  return *found;
}

audit::ElfReport extension(std::string path, std::vector<std::string> needed) {
  audit::ElfReport elf;
  elf.path = std::move(path);
  elf.arch = "x86_64";
  elf.needed = std::move(needed);
  elf.is_extension = true;
  elf.size_bytes = 1000;
  elf.floor = audit::VersionFloor{"GLIBC_2.14", {"memcpy"}};
  return elf;
}

/// A wheel of these files and requirements.
struct Wheel {
  audit::AuditReport report;
  std::vector<std::string> requires_dist;
  Expectation expected;

  explicit Wheel(std::vector<audit::ElfReport> elfs) {
    report.wheel = "demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl";
    report.tag = "linux_x86_64";
    report.arch = tags::Architecture::x86_64;
    report.libc = audit::Libc::glibc;
    report.elf_files = std::move(elfs);
  }

  [[nodiscard]] Inspection inspected() const {
    support::ZipSpec spec;
    for (const audit::ElfReport& elf : report.elf_files) {
      add(spec, elf.path, std::string(64, 'x'));
    }
    std::string metadata = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";
    for (const std::string& one : requires_dist) {
      metadata += "Requires-Dist: " + one + "\n";
    }
    add(spec, "demo-1.0.dist-info/METADATA", metadata);
    const auto bytes = support::build_zip(spec);
    const auto archive = zip::ZipReader::from_bytes(bytes).value();
    return inspect(archive, report, toolchain::known_recipes(), expected).value();
  }
};

std::vector<std::string> codes(const Inspection& inspection) {
  std::vector<std::string> found;
  for (const Problem& one : inspection.problems) {
    found.push_back((one.is_error ? "error " : "") + one.code);
  }
  return found;
}

std::map<std::string, std::string> origins(const Inspection& inspection) {
  std::map<std::string, std::string> found;
  for (const Need& need : inspection.needs) {
    found[need.soname] = to_string(need.origin);
  }
  return found;
}

} // namespace

TEST_CASE("every needed library is own, grafted, a provider's, the policy's, the driver's or missing") {
  audit::ElfReport grafted = extension("demo.libs/libfoo-1a2b3c4d.so.1", {"libc.so.6"});
  grafted.is_extension = false;
  audit::ElfReport own = extension("demo/libown.so", {"libc.so.6"});
  own.is_extension = false;
  const Inspection found = Wheel({extension("demo/kernel.so", {"libown.so", "libfoo-1a2b3c4d.so.1", "libcublas.so.13",
                                                               "libm.so.6", "libcuda.so.1", "libnothing.so.9"}),
                                  grafted, own})
                               .inspected();
  CHECK(origins(found) == std::map<std::string, std::string>{{"libown.so", "own"},
                                                             {"libfoo-1a2b3c4d.so.1", "grafted"},
                                                             {"libcublas.so.13", "provider"},
                                                             {"libm.so.6", "policy"},
                                                             {"libc.so.6", "policy"},
                                                             {"libcuda.so.1", "driver"},
                                                             {"libnothing.so.9", "missing"}});
  CHECK(codes(found) ==
        std::vector<std::string>{"provider-not-required", "provider-not-on-path", "error missing-library"});
  CHECK(found.tag == "linux_x86_64");
}

TEST_CASE("the tag is the highest floor of the wheel's own files and of its providers") {
  audit::ElfReport elf = extension("demo/kernel.so", {"libcudart.so.13", "libc.so.6"});
  elf.runpath = kCublasPath;
  Wheel wheel({elf});
  wheel.requires_dist = {"nvidia-cuda-runtime==13.*"};
  Inspection found = wheel.inspected();
  CHECK(found.tag == "manylinux_2_17_x86_64");
  CHECK_THAT(found.tag_reason, ContainsSubstring("nvidia-cuda-runtime (for libcudart.so.13) installs from glibc 2.17"));
  CHECK(found.toolchains == std::vector<std::string>{"cuda 13"});
  CHECK(found.problems.empty());

  wheel.report.elf_files.front().needed.emplace_back("libcurand.so.10");
  wheel.requires_dist.emplace_back("nvidia-curand");
  CHECK(wheel.inspected().tag == "manylinux_2_27_x86_64");

  wheel.report.elf_files.front().floor = audit::VersionFloor{"GLIBC_2.34", {"dlopen"}};
  found = wheel.inspected();
  CHECK(found.tag == "manylinux_2_34_x86_64");
  CHECK(found.tag_reason == "demo/kernel.so needs GLIBC_2.34");
}

TEST_CASE("the tag is no wider than the run time of the toolchain that the wheel was made with") {
  Wheel wheel({extension("demo/kernel.so", {"libamdhip64.so.5", "libc.so.6"})});
  wheel.report.tag = "manylinux_2_14_x86_64";
  CHECK(wheel.inspected().tag == "manylinux_2_14_x86_64");

  wheel.expected.recipe = &known("rocm-5.2");
  Inspection found = wheel.inspected();
  CHECK(found.tag == "manylinux_2_36_x86_64");
  CHECK(found.tag_reason == "the run time of ROCm 5.2 needs glibc 2.36");

  wheel.report.tag = "manylinux_2_38_x86_64";
  wheel.report.elf_files.front().floor = audit::VersionFloor{"GLIBC_2.38", {"__isoc23_strtol"}};
  found = wheel.inspected();
  CHECK(found.tag == "manylinux_2_38_x86_64");
  CHECK(found.tag_reason == "demo/kernel.so needs GLIBC_2.38");
}

TEST_CASE("the search path must lead to each provider from the file's own depth") {
  Wheel wheel({extension("demo/deep/kernel.so", {"libcudart.so.13"})});
  wheel.requires_dist = {"nvidia-cuda-runtime"};
  wheel.report.elf_files.front().rpath = kCublasPath; // right one level above
  const Inspection found = wheel.inspected();
  CHECK(codes(found) == std::vector<std::string>{"provider-not-on-path", "rpath-dead"});
  CHECK(found.needs.front().wanted_path == "$ORIGIN/../../nvidia/cu13/lib");
  wheel.report.elf_files.front().rpath = "$ORIGIN/../../nvidia/cu13/lib";
  CHECK(wheel.inspected().problems.empty());
}

TEST_CASE("dead, absolute and escaping entries of search paths are reported") {
  audit::ElfReport elf = extension("demo/kernel.so", {"libc.so.6"});
  elf.runpath = "/usr/local/cuda/lib64:$ORIGIN/../../../x:$ORIGIN/../gone:$ORIGIN";
  CHECK(codes(Wheel({elf}).inspected()) == std::vector<std::string>{"rpath-absolute", "rpath-escaping", "rpath-dead"});
}

TEST_CASE("a wheel of another toolkit, of other targets or of none is told from the one that was asked for") {
  audit::ElfReport elf = extension("demo/kernel.so", {"libcudart.so.13"});
  elf.runpath = kCublasPath;
  elf.device.targets = {{"sm_80", {2, 100}}, {"sm_120", {1, 50}}, {"compute_90", {1, 10}}};
  Wheel wheel({elf});
  wheel.requires_dist = {"nvidia-cuda-runtime"};
  wheel.expected.recipe = &known("cuda-13.5");
  CHECK(codes(wheel.inspected()).empty());
  wheel.expected.targets = {"sm_80", "sm_90"};
  CHECK(codes(wheel.inspected()) == std::vector<std::string>{"error missing-target", "extra-target"});

  wheel.expected = {&known("cuda-12.6"), {}, {}, {}, {}};
  const Inspection other = wheel.inspected();
  CHECK(codes(other) == std::vector<std::string>{"error wrong-toolkit", "error wrong-target"}); // no sm_120 there
  CHECK(other.problems.front().message == "needs libcudart.so.13, a wheel of CUDA 12.6 needs libcudart.so.12");

  wheel.expected = {&known("rocm-5.2"), {}, {}, {}, {}};
  CHECK(codes(wheel.inspected()).front() == "error wrong-target");

  wheel.report.elf_files.front().device = {};
  CHECK(codes(wheel.inspected()) == std::vector<std::string>{"no-device-code"});
}

TEST_CASE("features of a gfx target are those of the target that was asked for") {
  audit::ElfReport elf = extension("demo/kernel.so", {"libamdhip64.so.5"});
  elf.device.targets = {{"gfx90a:xnack+", {1, 100}}};
  Wheel wheel({elf});
  wheel.expected = {&known("rocm-5.2"), {"gfx90a"}, {}, {}, {}};
  CHECK(wheel.inspected().problems.empty());
  CHECK(origins(wheel.inspected()).at("libamdhip64.so.5") == "driver");
}

TEST_CASE("of compressed bundles it is said that their targets are not known") {
  audit::ElfReport elf = extension("demo/kernel.so", {"libamdhip64.so.5"});
  elf.device.compressed = {3, 2'000'000};
  Wheel wheel({elf});
  wheel.expected = {&known("rocm-5.2"), {"gfx90a"}, {}, {}, {}};
  const Inspection found = wheel.inspected();
  CHECK(codes(found) == std::vector<std::string>{"unknown-target"}); // gfx90a may be in them
  CHECK_THAT(to_text(found), ContainsSubstring("device code in 3 compressed bundles, 2.0 MB: targets unknown"));
  CHECK_THAT(to_json(found),
             ContainsSubstring(R"("compressed_device_code":{"bundles":3,"bytes":2000000,"targets":"unknown"})"));
  REQUIRE(found.size.targets.size() == 1);
  CHECK(found.size.targets.front().name == "unknown (compressed)");

  wheel.expected = {&known("cuda-13.5"), {}, {}, {}, {}};
  CHECK(codes(wheel.inspected()) == std::vector<std::string>{"error wrong-target"});
}

TEST_CASE("a driver's library in the wheel is an error, whatever repair called it") {
  audit::ElfReport driver = extension("demo.libs/libcuda-0a1b2c3d.so.1", {"libc.so.6"});
  driver.is_extension = false;
  CHECK(codes(Wheel({extension("demo/kernel.so", {"libc.so.6"}), driver}).inspected()) ==
        std::vector<std::string>{"error driver-bundled"});
}

TEST_CASE("one OpenMP run time is named, two are an error") {
  audit::ElfReport gomp = extension("demo.libs/libgomp-24e2ab19.so.1.0.0", {"libc.so.6"});
  gomp.is_extension = false;
  Wheel wheel({extension("demo/kernel.so", {"libgomp-24e2ab19.so.1.0.0"}), gomp});
  CHECK(wheel.inspected().openmp_runtimes == std::vector<std::string>{"libgomp"});
  CHECK(wheel.inspected().problems.empty());
  wheel.report.elf_files.front().needed.emplace_back("libiomp5.so");
  wheel.report.elf_files.front().runpath = "$ORIGIN/../../..";
  wheel.requires_dist = {"intel-openmp"};
  const Inspection two = wheel.inspected();
  CHECK(two.openmp_runtimes == std::vector<std::string>{"libgomp", "libiomp5"});
  CHECK(codes(two) == std::vector<std::string>{"error two-openmp"});
}

TEST_CASE("MKL's threading layer is named by the library that is needed") {
  const auto layer = [](const std::string& soname) {
    return Wheel({extension("demo/kernel.so", {soname})}).inspected().threading_layers;
  };
  CHECK(layer("libmkl_gnu_thread.so.3") == std::vector<std::string>{"MKL: GNU OpenMP (libmkl_gnu_thread.so.3)"});
  CHECK(layer("libmkl_sequential.so.3") == std::vector<std::string>{"MKL: sequential (libmkl_sequential.so.3)"});
  REQUIRE(layer("libmkl_rt.so.3").size() == 1);
  CHECK_THAT(layer("libmkl_rt.so.3").front(), ContainsSubstring("chosen when it is loaded"));
}

TEST_CASE("the size budget is the index's limit, the growth, and the largest parts by file, section and target") {
  audit::ElfReport elf = extension("demo/kernel.so", {"libc.so.6"});
  elf.debug_bytes = 200;
  elf.device.targets = {{"sm_80", {2, 300}}, {"sm_90", {2, 400}}};
  Wheel wheel({elf});
  const Inspection found = wheel.inspected();
  const auto listed = [](const std::vector<Share>& shares) {
    std::vector<std::pair<std::string, std::uint64_t>> all;
    for (const Share& share : shares) {
      all.emplace_back(share.name, share.bytes);
    }
    return all;
  };
  using Listed = std::vector<std::pair<std::string, std::uint64_t>>;
  CHECK(listed(found.size.targets) == Listed{{"sm_90", 400}, {"sm_80", 300}});
  CHECK(listed(found.size.sections) ==
        Listed{{".nv_fatbin", 700}, {".debug and .symtab", 200}, {"other sections", 100}});
  CHECK(found.size.files.front().name == "demo/kernel.so");

  wheel.expected.size_limit = found.size.wheel_bytes;
  wheel.expected.size_before = found.size.wheel_bytes;
  CHECK(wheel.inspected().problems.empty());
  wheel.expected.size_limit = found.size.wheel_bytes - 1;
  wheel.expected.size_before = found.size.wheel_bytes / 2;
  CHECK(codes(wheel.inspected()) == std::vector<std::string>{"error too-large", "grown"});
  CHECK_THAT(wheel.inspected().problems.front().message, ContainsSubstring("most of it is demo/kernel.so (64 bytes)"));
}

TEST_CASE("the label that was asked for is looked for in the wheel") {
  Wheel wheel({extension("demo/kernel.so", {"libc.so.6"})});
  wheel.expected.recipe = &known("mkl-2026.2");
  wheel.expected.label = {toolchain::LabelKind::local, "mkl", {}};
  const auto found = codes(wheel.inspected());
  CHECK(std::count(found.begin(), found.end(), "error wrong-label") > 0);
}
