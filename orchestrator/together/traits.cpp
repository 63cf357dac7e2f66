// Reading what matters of a wheel.
#include "orchestrator/together/traits.hpp"

#include "orchestrator/audit/elf_facts.hpp"
#include "orchestrator/audit/elf_member.hpp"
#include "orchestrator/elf/elf_file.hpp"
#include "orchestrator/wheel/wheel_name.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::together {
namespace {

constexpr std::uint64_t kPythonLimit = std::uint64_t{4} << 20U; ///< a longer module is data

void collect(const elf::ElfFile& file, std::string_view path, FileTraits& traits) {
  traits.image = loader::image_of(path, file);
  const std::string_view name = audit::file_name_of(path);
  const std::string entry = fmt::format("PyInit_{}", name.substr(0, name.find('.')));
  for (const elf::Symbol& symbol : file.symbols()) {
    if (!symbol.is_exported() || symbol.name.empty()) {
      continue;
    }
    if (symbol.bind == elf::SymbolBind::gnu_unique) {
      traits.unique.emplace_back(symbol.name);
    } else if (!symbol.is_weak() && !symbol.name.starts_with("PyInit_") && symbol.name != "_init" &&
               symbol.name != "_fini") {
      traits.strong.emplace_back(symbol.name);
    }
    traits.is_extension = traits.is_extension || symbol.name == entry;
  }
  std::sort(traits.strong.begin(), traits.strong.end());
  std::sort(traits.unique.begin(), traits.unique.end());
  std::tie(traits.runtime, traits.runtime_name) = runtime_of(traits.image.soname.empty() ? name : traits.image.soname);
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The member as an ELF file; nothing where it is none or cannot be read.
std::optional<FileTraits> read_elf(const zip::ZipReader& archive, const zip::ZipMember& member,
                                   zip::Inflater& inflater) {
  const auto head = inflater.peek(archive, member, 64);
  if (!head || !elf::is_elf(*head)) {
    return std::nullopt;
  }
  FileTraits traits;
  if (member.size > zip::kWholeLimit) {
    const auto file = audit::parse_member(archive, member, inflater);
    if (!file) {
      return std::nullopt;
    }
    collect(*file, member.name, traits);
    return traits;
  }
  const auto bytes = inflater.read(archive, member);
  const auto file = bytes ? elf::ElfFile::parse(*bytes) : Result<elf::ElfFile>(tl::unexpected(bytes.error()));
  if (!file) {
    return std::nullopt;
  }
  collect(*file, member.name, traits);
  traits.numpy = numpy_use_of(text_of(*bytes));
  return traits;
}

} // namespace

std::pair<Runtime, std::string> runtime_of(std::string_view name) {
  struct Known {
    std::string_view stem;
    Runtime runtime;
  };
  constexpr std::array<Known, 6> kKnown = {{{"libgomp", Runtime::gnu_openmp},
                                            {"libiomp5", Runtime::llvm_openmp},
                                            {"libomp", Runtime::llvm_openmp},
                                            {"libstdc++", Runtime::cxx},
                                            {"libc++", Runtime::cxx},
                                            {"libgcc_s", Runtime::gcc}}};
  for (const Known& known : kKnown) {
    const std::string_view rest = name.substr(std::min(known.stem.size(), name.size()));
    if (name.starts_with(known.stem) && (rest.starts_with(".so") || rest.starts_with("-"))) {
      return {known.runtime, std::string(known.stem)};
    }
  }
  return {Runtime::none, ""};
}

/// Source: numpy/core/include/numpy/ (1.x) and numpy/_core/include/numpy/ (2.x) __multiarray_api.h, _import_array.
NumpyUse numpy_use_of(std::string_view bytes) {
  NumpyUse use;
  use.built_for_2 = bytes.find("numpy._core._multiarray_umath") != std::string_view::npos &&
                    bytes.find("_ARRAY_API") != std::string_view::npos;
  use.uses = use.built_for_2 || (bytes.find("numpy.core._multiarray_umath") != std::string_view::npos &&
                                 bytes.find("_ARRAY_API") != std::string_view::npos);
  constexpr std::string_view kPhrase = "compiled against NumPy C-API version 0x%x (NumPy ";
  if (const std::size_t at = bytes.find(kPhrase); at != std::string_view::npos) {
    std::string_view version = bytes.substr(at + kPhrase.size(), 8);
    version = version.substr(0, std::min(version.find_first_not_of("0123456789."), version.size()));
    use.oldest_runtime = std::string(version);
  }
  return use;
}

Result<WheelTraits> read_traits(const zip::ZipReader& archive, std::string_view file_name) {
  WF_TRY(const wheel::WheelName name, wheel::parse_wheel_name(file_name));
  WheelTraits traits;
  traits.name = std::string(file_name);
  traits.distribution = name.normalized_distribution();
  traits.version = name.version;
  zip::Inflater inflater;
  for (const zip::ZipMember& member : archive.members()) {
    if (member.is_directory()) {
      continue;
    }
    if (member.name.ends_with(".py") && member.size <= kPythonLimit) {
      const auto bytes = inflater.read(archive, member);
      if (bytes && text_of(*bytes).find("RTLD_GLOBAL") != std::string_view::npos) {
        traits.global_loads.push_back(member.name);
      }
    } else if (auto file = read_elf(archive, member, inflater)) {
      traits.files.push_back(*std::move(file));
    }
  }
  std::sort(traits.global_loads.begin(), traits.global_loads.end());
  std::sort(traits.files.begin(), traits.files.end(),
            [](const FileTraits& a, const FileTraits& b) { return a.image.path < b.image.path; });
  return traits;
}

} // namespace wheelforge::together
