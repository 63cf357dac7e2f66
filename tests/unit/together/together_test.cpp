// What clashes when wheels share a process.
#include "orchestrator/together/together.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>

namespace wheelforge::together {
namespace {

FileTraits file_at(std::string path, std::string soname = "") {
  FileTraits file;
  file.image.path = std::move(path);
  file.image.header.machine = elf::kMachineX86_64;
  file.image.header.type = elf::FileType::shared;
  file.image.is_dynamic = true;
  file.image.has_load_segment = true;
  file.image.soname = soname;
  std::tie(file.runtime, file.runtime_name) = runtime_of(soname);
  return file;
}

WheelTraits wheel(const std::string& name, std::vector<FileTraits> files, const std::string& version = "1.0") {
  return {name + "-" + version + "-py3-none-manylinux_2_17_x86_64.whl", name, version, std::move(files), {}};
}

std::vector<Clash> clashes(const std::vector<WheelTraits>& wheels, std::string_view id = "debian-13") {
  return find_clashes(wheels, loader::find_machine(id, tags::Architecture::x86_64).value());
}

const Clash* find(const std::vector<Clash>& all, std::string_view code) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Clash& clash) { return clash.code == code; });
  return found == all.end() ? nullptr : &*found;
}

} // namespace

TEST_CASE("wheels that have nothing in common do not clash") {
  CHECK(clashes({wheel("a", {file_at("a/x.so")}), wheel("b", {file_at("b/y.so")})}).empty());
}

TEST_CASE("one soname in two versions is an error, and in two equal copies a note") {
  FileTraits one = file_at("a/libs.so", "libs.so.1");
  FileTraits two = file_at("b/libs.so", "libs.so.1");
  const auto same = clashes({wheel("a", {one}), wheel("b", {two})});
  REQUIRE(find(same, "soname-clash") != nullptr);
  CHECK(find(same, "soname-clash")->severity == Severity::note);
  two.image.exports.push_back({1, 0, false, true});
  const auto different = clashes({wheel("a", {one}), wheel("b", {two})});
  CHECK(find(different, "soname-clash")->severity == Severity::error);
}

TEST_CASE("two OpenMP runtimes warn; two LLVM ones are an error") {
  const auto gnu = clashes(
      {wheel("a", {file_at("a/g.so", "libgomp-1a2b3c4d.so.1")}), wheel("b", {file_at("b/i.so", "libiomp5.so")})});
  REQUIRE(find(gnu, "openmp-runtimes") != nullptr);
  CHECK(find(gnu, "openmp-runtimes")->severity == Severity::warning);
  const auto llvm =
      clashes({wheel("a", {file_at("a/o.so", "libomp.so")}), wheel("b", {file_at("b/i.so", "libiomp5.so")})});
  CHECK(find(llvm, "openmp-runtimes")->severity == Severity::error);
}

TEST_CASE("two C++ runtimes warn") {
  const auto found = clashes({wheel("a", {file_at("a/1.so", "libstdc++-1a2b3c4d.so.6")}),
                              wheel("b", {file_at("b/2.so", "libstdc++-99999999.so.6")})});
  REQUIRE(find(found, "cxx-runtimes") != nullptr);
}

TEST_CASE("unique symbols of two wheels are one, and names clash under RTLD_GLOBAL only") {
  FileTraits one = file_at("a/1.so");
  one.unique = {"_ZN1sE"};
  one.strong = {"helper"};
  FileTraits two = file_at("b/2.so");
  two.unique = {"_ZN1sE"};
  two.strong = {"helper"};
  WheelTraits first = wheel("a", {one});
  const auto local = clashes({first, wheel("b", {two})});
  REQUIRE(find(local, "unique-symbols") != nullptr);
  CHECK(find(local, "unique-symbols")->message.starts_with("1 STB_GNU_UNIQUE symbol is defined"));
  CHECK(find(local, "symbol-clash")->severity == Severity::note);
  first.global_loads = {"a/__init__.py"};
  CHECK(find(clashes({first, wheel("b", {two})}), "symbol-clash")->severity == Severity::warning);
}

TEST_CASE("names that clash are told apart by the wheels that define them") {
  FileTraits one = file_at("a/1.so");
  one.strong = {"helper", "only_two"};
  FileTraits two = file_at("b/2.so");
  two.strong = {"helper", "only_two"};
  FileTraits three = file_at("c/3.so");
  three.strong = {"helper"};
  const auto found = clashes({wheel("a", {one}), wheel("b", {two}), wheel("c", {three})});
  std::vector<std::string> messages;
  for (const Clash& clash : found) {
    if (clash.code == "symbol-clash") {
      messages.push_back(clash.message.substr(0, clash.message.find(';')));
      CHECK(clash.details.size() == 1);
    }
  }
  std::sort(messages.begin(), messages.end());
  CHECK(messages == std::vector<std::string>{"1 name is defined in all 3 wheels", "1 name is defined in both"});
}

TEST_CASE("static thread-local data adds up over wheels") {
  FileTraits one = file_at("a/1.so");
  one.image.tls = {1000, 8, true};
  FileTraits two = file_at("b/2.so");
  two.image.tls = {1000, 8, true};
  CHECK(find(clashes({wheel("a", {one}), wheel("b", {two})}), "static-tls")->severity == Severity::error);
  two.image.tls.size = 16;
  CHECK(find(clashes({wheel("a", {one}), wheel("b", {two})}), "static-tls")->severity == Severity::note);
}

TEST_CASE("modules compiled for NumPy 1.x clash with NumPy 2, and newer ones with an older NumPy") {
  FileTraits old = file_at("a/1.so");
  old.numpy = numpy_use_of("numpy.core._multiarray_umath _ARRAY_API");
  CHECK(old.numpy.uses);
  CHECK_FALSE(old.numpy.built_for_2);
  const auto with_two = clashes({wheel("a", {old}), wheel("numpy", {}, "2.1.0")});
  REQUIRE(find(with_two, "numpy-api") != nullptr);
  CHECK(find(with_two, "numpy-api")->severity == Severity::error);
  CHECK(find(clashes({wheel("a", {old}), wheel("numpy", {}, "1.26.4")}), "numpy-api") == nullptr);
  FileTraits fresh = file_at("b/2.so");
  fresh.numpy = numpy_use_of(
      "numpy._core._multiarray_umath _ARRAY_API module was compiled against NumPy C-API version 0x%x (NumPy 1.25) but");
  CHECK(fresh.numpy.oldest_runtime == "1.25");
  CHECK(find(clashes({wheel("b", {fresh}), wheel("numpy", {}, "1.23.5")}), "numpy-api") != nullptr);
  CHECK(find(clashes({wheel("b", {fresh}), wheel("numpy", {}, "2.1.0")}), "numpy-api") == nullptr);
}

TEST_CASE("an executable stack is an error where the loader refuses it") {
  FileTraits one = file_at("a/1.so");
  one.image.executable_stack = true;
  CHECK(find(clashes({wheel("a", {one}), wheel("b", {})}, "debian-13"), "executable-stack")->severity ==
        Severity::error);
  CHECK(find(clashes({wheel("a", {one}), wheel("b", {})}, "debian-12"), "executable-stack")->severity ==
        Severity::warning);
}

} // namespace wheelforge::together
