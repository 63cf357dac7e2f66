// glibc's loader: its order of steps and its sentences.
// Source: glibc elf/dl-load.c, dl-deps.c, dl-version.c, dl-open.c, dl-reloc.c, dl-lookup.c (2.31 to 2.42); ld.so(8).
#include "orchestrator/audit/elf_facts.hpp"
#include "orchestrator/loader/process.hpp"

#include <algorithm>

namespace wheelforge::loader {
namespace {

/// What glibc keeps for libraries that are loaded later. Source: TLS_STATIC_SURPLUS (2.31); rtld.nns and
/// rtld.optional_static_tls (2.32 and later) come to the same number.
constexpr std::uint64_t kStaticTlsSurplus = 1664;
constexpr std::uint64_t kStaticTlsAlignment = 64;

class GlibcProcess final : public Process {
public:
  GlibcProcess(const WheelImages& wheel, const Machine& machine, const Interpreter& interpreter)
      : Process(wheel, machine, interpreter) {}

  std::optional<std::string> load(std::size_t image) override {
    const ElfImage& file = wheel_.all()[image];
    is_program_ = is_program(file);
    if (is_program_ && !file.has_interpreter && is_same_machine(file)) {
      return std::nullopt; // static: no loader is asked
    }
    if (!is_program_) {
      begin_with_python();
    }
    if (loaded_as(&file, nullptr)) {
      return std::nullopt;
    }
    first_ = loaded_.size();
    auto problem = open_first(image);
    problem = problem ? problem : load_needed();
    problem = problem ? problem : check_versions();
    if (!problem) {
      set_scope(first_);
      problem = relocate();
    }
    if (problem) {
      loaded_.resize(first_); // dlopen takes back what it loaded
    }
    return problem;
  }

private:
  /// True for what is started and not imported.
  static bool is_program(const ElfImage& file) {
    const std::string_view name = audit::file_name_of(file.path);
    return file.broken.empty() && name.find(".so") == std::string_view::npos &&
           (file.is_pie || file.header.type == elf::FileType::executable ||
            (file.has_interpreter && file.soname.empty()));
  }

  /// _dl_map_object of a path, and open_verify.
  std::optional<std::string> open_first(std::size_t image) {
    const ElfImage& file = wheel_.all()[image];
    const std::string& name = wheel_.place(image);
    if (!file.broken.empty()) {
      return broken_sentence(file, name);
    }
    const bool is_64 = tags::word_bits(machine_.arch) == 64;
    if ((file.header.elf_class == elf::ElfClass::elf64) != is_64) {
      return fmt::format("{}: wrong ELF class: {}", name, is_64 ? "ELFCLASS32" : "ELFCLASS64");
    }
    if (!is_same_machine(file)) {
      return fmt::format("{}: cannot open shared object file: No such file or directory", name);
    }
    if (auto problem = map(file, name)) {
      return problem;
    }
    LoadedFile first;
    first.image = &file;
    first.name = name;
    first.names = {name};
    first.parent = first_;
    append(std::move(first));
    return std::nullopt;
  }

  static std::string broken_sentence(const ElfImage& file, const std::string& name) {
    return fmt::format("{}: {}", name,
                       file.broken.find("short") != std::string::npos ? "file too short" : "invalid ELF header");
  }

  /// _dl_map_object_from_fd.
  [[nodiscard]] std::optional<std::string> map(const ElfImage& file, const std::string& name) const {
    const bool is_new = machine_.libc_version >= tags::LibcVersion{2, 35};
    if (file.header.type != elf::FileType::shared && file.header.type != elf::FileType::executable) {
      return fmt::format("{}: only ET_DYN and ET_EXEC can be loaded", name);
    }
    if (file.header.osabi != elf::kOsabiNone && file.header.osabi != elf::kOsabiGnu) {
      return fmt::format("{}: ELF file OS ABI invalid", name);
    }
    if (!is_program_ && file.header.type == elf::FileType::executable) {
      return fmt::format("{}: cannot dynamically load executable", name);
    }
    if (file.misaligned_size) {
      return fmt::format("{}: ELF load command alignment not page-aligned", name);
    }
    if (is_new ? file.misaligned_page : file.misaligned_address) {
      return fmt::format("{}: ELF load command address/offset not {}", name,
                         is_new ? "page-aligned" : "properly aligned");
    }
    if (!file.has_load_segment) {
      return fmt::format("{}: object file has no loadable segments", name);
    }
    if (!file.is_dynamic) {
      return fmt::format("{}: object file has no dynamic section", name);
    }
    if (!is_program_ && file.is_pie) {
      return fmt::format("{}: cannot dynamically load position-independent executable", name);
    }
    if (!is_program_ && file.refuses_dlopen) {
      return fmt::format("{}: shared object cannot be dlopen()ed", name);
    }
    if (!is_program_ && file.executable_stack && machine_.libc_version >= tags::LibcVersion{2, 41}) {
      return fmt::format("{}: cannot enable executable stack as shared object requires: Invalid argument", name);
    }
    return std::nullopt;
  }

  /// _dl_map_object_deps: breadth first.
  std::optional<std::string> load_needed() {
    for (std::size_t i = first_; i < loaded_.size() && loaded_.size() < kMaxLoaded; ++i) {
      const std::size_t count =
          loaded_[i].image != nullptr ? loaded_[i].image->needed.size() : loaded_[i].system->needed.size();
      for (std::size_t place = 0; place < count; ++place) {
        const std::string soname = loaded_[i].image != nullptr ? loaded_[i].image->needed[place]
                                                               : std::string(loaded_[i].system->needed[place]);
        std::size_t found = 0;
        if (auto problem = need(i, soname, found)) {
          return problem;
        }
        loaded_[i].needs.push_back(found);
      }
    }
    return std::nullopt;
  }

  /// _dl_map_object of a DT_NEEDED.
  std::optional<std::string> need(std::size_t from, const std::string& soname, std::size_t& found) {
    for (std::size_t i = 0; i < loaded_.size(); ++i) {
      const LoadedFile& other = loaded_[i];
      const bool same_soname =
          other.image != nullptr ? other.image->soname == soname && !soname.empty() : other.system->soname == soname;
      if (same_soname || std::find(other.names.begin(), other.names.end(), soname) != other.names.end()) {
        found = i;
        return std::nullopt;
      }
    }
    bool other_class = false;
    if (auto in_wheel = soname.find('/') != std::string::npos ? by_path(from, soname, other_class)
                                                              : search(from, soname, other_class)) {
      return take(from, soname, *in_wheel, found);
    }
    if (const SystemLibrary* library = machine_.find(soname)) {
      if (const auto same = loaded_as(nullptr, library)) {
        loaded_[*same].names.push_back(soname);
        found = *same;
        return std::nullopt;
      }
      LoadedFile file;
      file.system = library;
      file.name = library->path;
      file.names = {soname};
      file.parent = from;
      found = append(std::move(file));
      return std::nullopt;
    }
    if (other_class) {
      return fmt::format("{}: wrong ELF class: {}", soname,
                         tags::word_bits(machine_.arch) == 64 ? "ELFCLASS32" : "ELFCLASS64");
    }
    return fmt::format("{}: cannot open shared object file: No such file or directory", soname);
  }

  std::optional<std::string> take(std::size_t from, const std::string& soname, const Found& in_wheel,
                                  std::size_t& found) {
    const ElfImage& image = wheel_.all()[in_wheel.image];
    if (const auto same = loaded_as(&image, nullptr)) {
      loaded_[*same].names.push_back(soname);
      found = *same;
      return std::nullopt;
    }
    if (!image.broken.empty()) {
      return broken_sentence(image, in_wheel.written);
    }
    if (auto problem = map(image, soname)) {
      return problem;
    }
    LoadedFile file;
    file.image = &image;
    file.name = in_wheel.written;
    file.names = {soname, in_wheel.written};
    file.parent = from;
    found = append(std::move(file));
    return std::nullopt;
  }

  [[nodiscard]] std::string place_of(std::size_t at) const {
    return loaded_[at].image != nullptr ? loaded_[at].name : std::string(loaded_[at].system->path);
  }

  /// DT_RPATH of the file and of what caused its loading, unless the file has a DT_RUNPATH; then that.
  [[nodiscard]] std::optional<Found> search(std::size_t from, const std::string& soname, bool& other_class) const {
    const ElfImage* const file = loaded_[from].image;
    if (file != nullptr && !file->runpath) {
      for (std::size_t at = from;;) {
        const ElfImage* const image = loaded_[at].image;
        if (image != nullptr && !image->runpath) {
          if (auto found = look_into(folders_of(image->rpath, place_of(at)), soname, other_class)) {
            return found;
          }
        }
        if (loaded_[at].parent == at) {
          break;
        }
        at = loaded_[at].parent;
      }
    }
    return file != nullptr ? look_into(folders_of(file->runpath, place_of(from)), soname, other_class) : std::nullopt;
  }

  /// A DT_NEEDED with a slash is a path; only $ORIGIN makes it lead into the wheel.
  [[nodiscard]] std::optional<Found> by_path(std::size_t from, const std::string& written, bool& other_class) const {
    const std::size_t slash = written.rfind('/');
    return look_into(folders_of(written.substr(0, slash), place_of(from)), written.substr(slash + 1), other_class);
  }

  /// _dl_check_map_versions of everything new, breadth first.
  std::optional<std::string> check_versions() {
    for (std::size_t i = first_; i < loaded_.size(); ++i) {
      const ElfImage* const image = loaded_[i].image;
      if (image == nullptr) {
        continue;
      }
      bool wants_libc = false;
      for (const VersionNeed& need : image->version_needs) {
        const LoadedFile* const library = by_name(need.library);
        wants_libc = wants_libc || need.library.starts_with("libc.so.");
        if (library == nullptr) {
          continue;
        }
        for (const WantedVersion& version : need.versions) {
          if (!version.weak && !defines(*library, version.name)) {
            return fmt::format("{}: version `{}' not found (required by {})", library->name, version.name,
                               loaded_[i].name);
          }
        }
      }
      if (image->has_relr && wants_libc && !image->relr_marked && machine_.libc_version >= tags::LibcVersion{2, 36}) {
        return fmt::format("{}: DT_RELR without GLIBC_ABI_DT_RELR dependency", loaded_[i].name);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] const LoadedFile* by_name(const std::string& name) const {
    for (const LoadedFile& file : loaded_) {
      const bool same_soname = file.image != nullptr ? file.image->soname == name : file.system->soname == name;
      if (same_soname || std::find(file.names.begin(), file.names.end(), name) != file.names.end()) {
        return &file;
      }
    }
    return nullptr;
  }

  [[nodiscard]] bool defines(const LoadedFile& library, const std::string& version) const {
    if (library.system != nullptr) {
      return machine_.has_version(*library.system, version);
    }
    const std::vector<std::string>& versions = library.image->versions;
    return !library.image->defines_versions || std::find(versions.begin(), versions.end(), version) != versions.end();
  }

  /// _dl_relocate_object of everything new, what others need first.
  std::optional<std::string> relocate() {
    std::vector<std::size_t> order;
    std::vector<char> seen(loaded_.size(), 0);
    for (std::size_t i = loaded_.size(); i-- > first_;) {
      visit(i, seen, order);
    }
    for (const std::size_t at : order) {
      if (auto problem = relocate(at)) {
        return problem;
      }
    }
    return std::nullopt;
  }

  void visit(std::size_t root, std::vector<char>& seen, std::vector<std::size_t>& order) {
    struct Step {
      std::size_t file;
      std::size_t next;
    };
    std::vector<Step> steps;
    const auto enter = [&](std::size_t file) {
      if (file >= first_ && seen[file] == 0) {
        seen[file] = 1;
        steps.push_back({file, 0});
      }
    };
    enter(root);
    while (!steps.empty()) {
      Step& step = steps.back();
      if (step.next < loaded_[step.file].needs.size()) {
        enter(loaded_[step.file].needs[step.next++]);
      } else {
        order.push_back(step.file);
        steps.pop_back();
      }
    }
  }

  std::optional<std::string> relocate(std::size_t at) {
    const LoadedFile& file = loaded_[at];
    if (file.system != nullptr) {
      if (file.system->tls_static) {
        claim_static_tls(file.system->tls_size, file.system->tls_alignment);
      }
      return std::nullopt;
    }
    if (!is_program_ && file.image->tls.is_static &&
        !claim_static_tls(file.image->tls.size, file.image->tls.alignment)) {
      return fmt::format("{}: cannot allocate memory in static TLS block", file.name);
    }
    for (const UndefinedSymbol& symbol : file.image->undefined) {
      if (is_answered(symbol, true)) {
        continue;
      }
      return symbol.version.empty()
                 ? fmt::format("{}: undefined symbol: {}", file.name, symbol.name)
                 : fmt::format("{}: undefined symbol: {}, version {}", file.name, symbol.name, symbol.version);
    }
    return std::nullopt;
  }

  /// _dl_try_allocate_static_tls.
  bool claim_static_tls(std::uint64_t size, std::uint64_t alignment) {
    if (size == 0) {
      return true;
    }
    if (alignment > kStaticTlsAlignment || size > static_tls_left_) {
      return false;
    }
    static_tls_left_ = (static_tls_left_ - size) / alignment * alignment;
    return true;
  }

  std::size_t first_ = 0;
  bool is_program_ = false;
  std::uint64_t static_tls_left_ = kStaticTlsSurplus;
};

} // namespace

std::unique_ptr<Process> make_glibc_process(const WheelImages& wheel, const Machine& machine,
                                            const Interpreter& interpreter) {
  return std::make_unique<GlibcProcess>(wheel, machine, interpreter);
}

} // namespace wheelforge::loader
