// musl's loader: its order of steps and its sentences. It knows no symbol versions.
// Source: musl ldso/dynlink.c (1.1.24 to 1.2.5): load_library, load_deps, do_relocs, dlopen.
#include "orchestrator/loader/process.hpp"

#include <algorithm>
#include <array>

namespace wheelforge::loader {
namespace {

constexpr std::string_view kLibc = "libc.musl";

/// The names under which musl answers itself: "libm.so.6" as well as "libc.so".
bool is_libc_itself(std::string_view soname) {
  constexpr std::array<std::string_view, 7> kReserved = {"c", "pthread", "rt", "m", "dl", "util", "xnet"};
  if (!soname.starts_with("lib")) {
    return soname.starts_with("ld-musl-");
  }
  const std::string_view stem = soname.substr(3, std::min(soname.find('.'), soname.size()) - 3);
  return soname.starts_with("libc.musl-") || std::find(kReserved.begin(), kReserved.end(), stem) != kReserved.end();
}

class MuslProcess final : public Process {
public:
  MuslProcess(const WheelImages& wheel, const Machine& machine, const Interpreter& interpreter)
      : Process(wheel, machine, interpreter) {}

  std::optional<std::string> load(std::size_t image) override {
    const ElfImage& file = wheel_.all()[image];
    const std::string& name = wheel_.place(image);
    const bool is_program = file.broken.empty() && (file.has_interpreter || !file.is_dynamic) &&
                            (file.is_pie || file.header.type == elf::FileType::executable);
    if (is_program && !file.is_dynamic && is_same_machine(file)) {
      return std::nullopt;
    }
    begin_with_python();
    if (loaded_as(&file, nullptr)) {
      return std::nullopt;
    }
    if (const SystemLibrary* libc = machine_.find(kLibc); libc != nullptr && !loaded_as(nullptr, libc)) {
      LoadedFile itself;
      itself.system = libc;
      itself.name = libc->path;
      itself.was_there = true;
      append(std::move(itself));
    }
    if (!file.broken.empty() || !is_same_machine(file) || !file.is_dynamic || !file.has_load_segment) {
      return fmt::format("Error loading shared library {}: Exec format error", name);
    }
    const std::size_t first = loaded_.size();
    LoadedFile opened;
    opened.image = &file;
    opened.name = name;
    opened.parent = first;
    append(std::move(opened));
    if (auto problem = load_needed(first)) {
      return problem;
    }
    set_scope(first);
    for (std::size_t i = first; i < loaded_.size(); ++i) {
      if (auto problem = relocate(loaded_[i])) {
        return problem;
      }
    }
    return std::nullopt;
  }

private:
  std::optional<std::string> load_needed(std::size_t first) {
    for (std::size_t i = first; i < loaded_.size() && loaded_.size() < kMaxLoaded; ++i) {
      if (loaded_[i].image == nullptr) {
        continue;
      }
      const std::vector<std::string> needed = loaded_[i].image->needed;
      for (const std::string& soname : needed) {
        if (auto reason = need(i, soname)) {
          return fmt::format("Error loading shared library {}: {} (needed by {})", soname, *reason, loaded_[i].name);
        }
      }
    }
    return std::nullopt;
  }

  /// load_library: nothing where it is there, else the words of strerror.
  std::optional<std::string> need(std::size_t from, const std::string& soname) {
    if (is_libc_itself(soname)) {
      return std::nullopt;
    }
    for (std::size_t other = 0; other < loaded_.size(); ++other) {
      const std::vector<std::string>& names = loaded_[other].names;
      if (std::find(names.begin(), names.end(), soname) != names.end()) {
        loaded_[from].needs.push_back(other);
        return std::nullopt;
      }
    }
    for (std::size_t at = from; soname.find('/') == std::string::npos; at = loaded_[at].parent) {
      const ElfImage* const image = loaded_[at].image;
      if (image != nullptr) {
        const auto& path = image->runpath ? image->runpath : image->rpath;
        for (const std::string& folder : folders_of(path, loaded_[at].name)) {
          std::string written = fmt::format("{}/{}", folder, soname);
          if (const auto found = wheel_.at(written)) {
            return take(from, soname, *found, std::move(written));
          }
        }
      }
      if (loaded_[at].parent == at) {
        break;
      }
    }
    const SystemLibrary* const library = machine_.find(soname);
    if (library == nullptr) {
      return "No such file or directory";
    }
    auto place = loaded_as(nullptr, library);
    if (!place) {
      LoadedFile file;
      file.system = library;
      file.name = library->path;
      file.names = {soname};
      file.parent = from;
      place = append(std::move(file));
    }
    loaded_[from].needs.push_back(*place);
    return std::nullopt;
  }

  std::optional<std::string> take(std::size_t from, const std::string& soname, std::size_t found, std::string written) {
    const ElfImage& image = wheel_.all()[found];
    if (const auto same = loaded_as(&image, nullptr)) {
      loaded_[*same].names.push_back(soname);
      loaded_[from].needs.push_back(*same);
      return std::nullopt;
    }
    if (!image.broken.empty() || !is_same_machine(image)) {
      return "Exec format error";
    }
    LoadedFile file;
    file.image = &image;
    file.name = std::move(written);
    file.names = {soname};
    file.parent = from;
    const std::size_t place = append(std::move(file));
    loaded_[from].needs.push_back(place);
    return std::nullopt;
  }

  /// do_relocs: the PLT's first, then the others.
  std::optional<std::string> relocate(const LoadedFile& file) const {
    if (file.image == nullptr) {
      return std::nullopt;
    }
    for (const bool called : {true, false}) {
      for (const UndefinedSymbol& symbol : file.image->undefined) {
        if (symbol.only_called == called && !is_answered(symbol, false)) {
          return fmt::format("Error relocating {}: {}: symbol not found", file.name, symbol.name);
        }
      }
    }
    return std::nullopt;
  }
};

} // namespace

std::unique_ptr<Process> make_musl_process(const WheelImages& wheel, const Machine& machine,
                                           const Interpreter& interpreter) {
  return std::make_unique<MuslProcess>(wheel, machine, interpreter);
}

} // namespace wheelforge::loader
