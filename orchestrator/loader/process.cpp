// Search paths and symbol lookup.
#include "orchestrator/loader/process.hpp"

#include "orchestrator/audit/elf_facts.hpp"
#include "orchestrator/audit/python_api.hpp"

#include <algorithm>

namespace wheelforge::loader {
namespace {

bool is_python_name(std::string_view name) { return name.starts_with("Py") || name.starts_with("_Py"); }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

} // namespace

bool Interpreter::provides(std::string_view name) const {
  if (!is_python_name(name)) {
    return false;
  }
  if (!version || !is_cpython) {
    return true;
  }
  switch (audit::python_symbol(name, *version)) {
  case audit::SymbolPresence::absent:
    return false;
  case audit::SymbolPresence::never_seen:
    return *version > audit::kLastKnownPython;
  default:
    return true;
  }
}

Process::Process(const WheelImages& wheel, const Machine& machine, const Interpreter& interpreter)
    : wheel_(wheel), machine_(machine), interpreter_(interpreter) {}

std::size_t Process::append(LoadedFile file) {
  loaded_.push_back(std::move(file));
  return loaded_.size() - 1;
}

void Process::set_scope(std::size_t root) {
  std::vector<char> seen(loaded_.size(), 0);
  scope_.clear();
  for (std::size_t i = 0; i < loaded_.size(); ++i) {
    if (loaded_[i].was_there) {
      seen[i] = 1;
      scope_.push_back(i);
    }
  }
  if (seen[root] == 0) {
    seen[root] = 1;
    scope_.push_back(root);
  }
  for (std::size_t at = 0; at < scope_.size(); ++at) {
    for (const std::size_t need : loaded_[scope_[at]].needs) {
      if (seen[need] == 0) {
        seen[need] = 1;
        scope_.push_back(need);
      }
    }
  }
  system_symbols_.clear();
  has_opaque_ = false;
  for (const std::size_t at : scope_) {
    if (const SystemLibrary* const library = loaded_[at].system) {
      system_symbols_.insert(library->symbols);
      has_opaque_ = has_opaque_ || library->is_opaque;
    }
  }
}

void Process::begin_with_python() {
  if (!loaded_.empty()) {
    return;
  }
  std::vector<std::string_view> wanted = machine_.python_needs;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const SystemLibrary* library = machine_.find(wanted[i]);
    if (library == nullptr || loaded_as(nullptr, library)) {
      continue;
    }
    LoadedFile file;
    file.system = library;
    file.name = library->path;
    file.names = {std::string(library->file), std::string(library->soname)};
    file.parent = loaded_.size();
    file.was_there = true;
    append(std::move(file));
    wanted.insert(wanted.end(), library->needed.begin(), library->needed.end());
  }
}

bool Process::is_answered(const UndefinedSymbol& symbol, bool by_version) const {
  if (has_opaque_ || interpreter_.provides(symbol.name)) {
    return true;
  }
  // The tables are of x86_64. Elsewhere names differ (operator new is _Znwj where size_t has 32 bits); but who has the
  // version has what was linked against it, and versions are held against the machine before.
  if (by_version && !symbol.version.empty() && machine_.arch != tags::Architecture::x86_64) {
    return true;
  }
  const std::string_view version = by_version ? std::string_view(symbol.version) : std::string_view();
  const std::uint64_t name_hash = audit::symbol_hash(symbol.name);
  const std::uint64_t version_hash = version.empty() ? 0 : audit::symbol_hash(version);
  for (const std::size_t at : scope_) {
    const LoadedFile& file = loaded_[at];
    if (file.image != nullptr && file.image->answers(name_hash, version_hash)) {
      return true;
    }
  }
  const std::vector<std::string_view> exporters = machine_.exporters(symbol.name, version);
  return std::any_of(exporters.begin(), exporters.end(),
                     [&](std::string_view library) { return system_symbols_.count(library) != 0; });
}

std::vector<std::string> Process::folders_of(const std::optional<std::string>& text, const std::string& place) {
  std::vector<std::string> folders;
  if (!text) {
    return folders;
  }
  const std::string origin = place.substr(0, place.rfind('/'));
  for (std::size_t begin = 0; begin <= text->size();) {
    const std::size_t end = std::min(text->find(':', begin), text->size());
    std::string entry = text->substr(begin, end - begin);
    begin = end + 1;
    replace_all(entry, "${ORIGIN}", origin);
    replace_all(entry, "$ORIGIN", origin);
    while (entry.size() > 1 && entry.back() == '/') {
      entry.pop_back();
    }
    if (!entry.empty() && entry[0] == '/') {
      folders.push_back(std::move(entry));
    }
  }
  return folders;
}

bool Process::is_same_machine(const ElfImage& image) const {
  return audit::tag_architecture(image.header) == machine_.arch ||
         (image.header.machine == elf::kMachineArm && machine_.arch == tags::Architecture::armv7l);
}

std::optional<Process::Found> Process::look_into(const std::vector<std::string>& folders, std::string_view file,
                                                 bool& other_class) const {
  const bool is_64 = tags::word_bits(machine_.arch) == 64;
  for (const std::string& folder : folders) {
    std::string written = fmt::format("{}/{}", folder, file);
    const auto found = wheel_.at(written);
    if (!found) {
      continue;
    }
    const ElfImage& image = wheel_.all()[*found];
    if (image.broken.empty() && (image.header.elf_class == elf::ElfClass::elf64) != is_64) {
      other_class = true;
    } else if (!image.broken.empty() || is_same_machine(image)) {
      return Found{*found, std::move(written)};
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> Process::loaded_as(const ElfImage* image, const SystemLibrary* system) const {
  for (std::size_t i = 0; i < loaded_.size(); ++i) {
    const bool same_system =
        system != nullptr && loaded_[i].system != nullptr && loaded_[i].system->symbols == system->symbols;
    if (same_system || (image != nullptr && loaded_[i].image == image)) {
      return i;
    }
  }
  return std::nullopt;
}

} // namespace wheelforge::loader
