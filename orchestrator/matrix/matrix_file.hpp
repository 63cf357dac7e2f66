// The matrix file as written: its tables as values, and its overrides not yet applied.
#pragma once

#include "orchestrator/matrix/diagnostic.hpp"
#include "orchestrator/matrix/document.hpp"
#include "orchestrator/matrix/options.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelforge::matrix {

struct Key;

/// Values or globs by axis; an axis that is not named has none.
struct AxisSet {
  std::vector<Located<std::string>> python;
  std::vector<Located<std::string>> platform; ///< without an architecture: "manylinux_2_28"
  std::vector<Located<std::string>> arch;
  std::vector<Located<std::string>> accelerator;

  bool operator==(const AxisSet&) const = default;
};

/// An image of the user's own for one platform and architecture.
struct ImageUse {
  std::string platform; ///< "manylinux_2_28_x86_64"
  std::string reference;
  Location at;

  bool operator==(const ImageUse&) const = default;
};

/// [images]
struct ImagesTable {
  std::string lock = "images.lock"; ///< relative to the folder of the matrix file
  std::string mirror;               ///< replaces quay.io/pypa; empty: no mirror
  std::vector<ImageUse> use;

  bool operator==(const ImagesTable&) const = default;
};

/// [engine.hosts.NAME]: a container engine on another machine.
struct EngineHost {
  std::string name;
  std::string url;
  std::vector<std::string> arch;
  std::int64_t slots = 1; ///< cells at a time

  bool operator==(const EngineHost&) const = default;
};

/// [engine]
struct EngineTable {
  std::string name = "auto";                 ///< "docker", "podman" or "auto"
  std::optional<std::uint64_t> memory_bytes; ///< for one cell; absent: no limit
  std::optional<std::uint64_t>
      disk_bytes;                   ///< what one build takes of the engine's disk, for scheduling; absent: unknown
  std::optional<double> cpus;       ///< for one cell; absent: no limit
  std::optional<std::int64_t> pids; ///< for one cell; absent: wheelforge's own limit
  std::string ca_bundle = "auto";   ///< "auto": the host's; "none"; otherwise a path
  std::string proxy = "auto";       ///< "auto": the host's variables go into containers; "none"
  std::vector<EngineHost> hosts;

  bool operator==(const EngineTable&) const = default;
};

/// [cross]
struct CrossTable {
  std::string compilers = "auto"; ///< "auto", "native" or "emulated"

  bool operator==(const CrossTable&) const = default;
};

/// [output]
struct OutputTable {
  std::string wheels = "wheelhouse"; ///< relative to the folder of the matrix file

  bool operator==(const OutputTable&) const = default;
};

/// [schedule]
struct ScheduleTable {
  Jobs jobs; ///< cells at a time; absent: "auto"
  bool keep_going = true;
  std::int64_t retries = 2;                  ///< of failures that are classed as temporary
  std::optional<std::uint64_t> memory_bytes; ///< of all builds together; absent: nine tenths of the machine's

  bool operator==(const ScheduleTable&) const = default;
};

/// [cache]
struct CacheTable {
  std::optional<std::uint64_t> limit_bytes; ///< of the results of steps; absent: 10 GiB
  bool compiler = false;                    ///< ccache before the compilers

  bool operator==(const CacheTable&) const = default;
};

/// What an override's value does with the value before it.
enum class Inherit {
  none,    ///< replaces it
  append,  ///< comes after it
  prepend, ///< comes before it
};

/// One option in an [[override]]; its value has been checked.
struct OverrideEntry {
  const Key* key = nullptr; ///< lives as long as the program
  Node value;
  Inherit inherit = Inherit::none;
};

/// [[override]]
struct Override {
  Location at;
  std::vector<Located<std::string>> select; ///< globs of cell ids, at least one
  std::vector<OverrideEntry> entries;
};

/// A name in the file that only others can tell to be right.
struct Word {
  const Key* key = nullptr; ///< whose value it is part of: audit.fail-on, test.on, test.groups (see check_words()),
                            ///< images.mirror
  std::string text;
  Location at;
};

/// A whole matrix file, free of everything that can be found wrong without knowing the images and the project.
struct MatrixFile {
  std::shared_ptr<const SourceText> source; ///< never null; for messages
  AxisSet axes;
  std::vector<Located<AxisSet>> exclude;
  std::vector<Located<AxisSet>> include;
  ImagesTable images;
  EngineTable engine;
  CrossTable cross;
  CellOptions options; ///< what holds where no override does
  OutputTable output;
  ScheduleTable schedule;
  CacheTable cache;
  std::vector<Override> overrides; ///< in the order of the file: a later one goes over an earlier one
  std::vector<Word> words;
};

/// The file as text, one key a line in the order of the documentation, defaults written out: for tests and `--debug`.
[[nodiscard]] std::string dump(const MatrixFile& file);
/// The options of a cell in the same form.
[[nodiscard]] std::string dump(const CellOptions& options);

} // namespace wheelforge::matrix
