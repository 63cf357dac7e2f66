// One process on paper: what is loaded, in which order, and who answers whose symbols. Private to this module.
#pragma once

#include "orchestrator/loader/machine.hpp"
#include "orchestrator/loader/prediction.hpp"
#include "orchestrator/loader/wheel_images.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace wheelforge::loader {

/// A file in the process: one of the wheel's, or one of the system's.
struct LoadedFile {
  const ElfImage* image = nullptr;       ///< nullptr: a library of the system
  const SystemLibrary* system = nullptr; ///< nullptr: a file of the wheel
  std::string name;                      ///< as the loader calls it in its sentences
  std::vector<std::string> names;        ///< under which it was asked for
  std::size_t parent = 0;                ///< what caused its loading; itself for the first
  std::vector<std::size_t> needs;        ///< in the order of DT_NEEDED
  bool was_there = false;                ///< loaded before the file that is asked about
};

/// What both C libraries' loaders share.
class Process {
public:
  Process(const WheelImages& wheel, const Machine& machine, const Interpreter& interpreter);
  virtual ~Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// The sentence with which dlopen(place, RTLD_NOW) fails; nothing where it succeeds. What was loaded before stays.
  [[nodiscard]] virtual std::optional<std::string> load(std::size_t image) = 0;

  /// What is loaded, in the order of loading.
  [[nodiscard]] const std::vector<LoadedFile>& loaded() const { return loaded_; }

protected:
  static constexpr std::size_t kMaxLoaded = 4096; ///< files in one process; more is no wheel but an attack

  /// True where what is loaded answers the reference of one of the wheel's files.
  [[nodiscard]] bool is_answered(const UndefinedSymbol& symbol, bool by_version) const;
  /// The entries of a search path with $ORIGIN put in; those that are no absolute path are left out.
  [[nodiscard]] static std::vector<std::string> folders_of(const std::optional<std::string>& text,
                                                           const std::string& place);
  /// The wheel's file of that machine and class in one of the folders, as the loader would write its path.
  struct Found {
    std::size_t image;
    std::string written;
  };
  [[nodiscard]] std::optional<Found> look_into(const std::vector<std::string>& folders, std::string_view file,
                                               bool& other_class) const;
  [[nodiscard]] bool is_same_machine(const ElfImage& image) const;
  /// The loaded file that is this file of the wheel, or this library.
  [[nodiscard]] std::optional<std::size_t> loaded_as(const ElfImage* image, const SystemLibrary* system) const;
  /// What the file at that place sees: what Python loaded, the file, and what it needs.
  void set_scope(std::size_t root);
  /// Loads the libraries of python3's executable, which stand before everything else.
  void begin_with_python();
  std::size_t append(LoadedFile file);

  const WheelImages& wheel_;
  const Machine& machine_;
  const Interpreter& interpreter_;
  std::vector<LoadedFile> loaded_;
  bool has_opaque_ = false;                             ///< some library's symbols are not known
  std::vector<std::size_t> scope_;                      ///< indexes into loaded_
  std::unordered_set<std::string_view> system_symbols_; ///< SystemLibrary::symbols of what is in the scope
};

/// A process of the machine's C library.
[[nodiscard]] std::unique_ptr<Process> make_glibc_process(const WheelImages& wheel, const Machine& machine,
                                                          const Interpreter& interpreter);
[[nodiscard]] std::unique_ptr<Process> make_musl_process(const WheelImages& wheel, const Machine& machine,
                                                         const Interpreter& interpreter);

} // namespace wheelforge::loader
