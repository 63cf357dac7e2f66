// Fuzz target: any bytes as an ELF file of a wheel that is loaded on paper, compared with itself, and asked for NumPy.
#include "orchestrator/compare/file_difference.hpp"
#include "orchestrator/loader/prediction.hpp"
#include "orchestrator/together/traits.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

using namespace wheelforge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  static_cast<void>(together::numpy_use_of({reinterpret_cast<const char*>(data), size}));
  const auto file = elf::ElfFile::parse(bytes);
  if (!file) {
    return 0;
  }
  const loader::WheelImages images = loader::WheelImages::of({loader::image_of("p/x.so", *file)});
  for (const char* id : {"debian-12", "rhel-8", "alpine-3.20"}) {
    static const auto machines = [] {
      std::map<std::string, loader::Machine> found;
      for (const char* name : {"debian-12", "rhel-8", "alpine-3.20"}) {
        found.emplace(name, loader::find_machine(name, tags::Architecture::x86_64).value());
      }
      return found;
    }();
    if (loader::predict(images, machines.at(id), loader::Interpreter{}).size() != 1) {
      std::abort();
    }
  }
  const compare::Interface interface = compare::interface_of("p/x.so", *file);
  if (!compare::difference_of(interface, interface, {}).changes.empty()) {
    std::abort();
  }
  return 0;
}
