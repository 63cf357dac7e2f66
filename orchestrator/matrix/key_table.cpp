// The table: every section and key of a matrix file, with its sentence for the manual. To add an option, add its member
// to a struct and its line here.
#include "orchestrator/matrix/keys.hpp"
#include "orchestrator/matrix/read_value.hpp"
#include "orchestrator/matrix/show_value.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace wheelforge::matrix {
namespace {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

/// The member that a path of member pointers leads to.
template <auto First, auto... Rest, class Root>
auto& member(Root& root) {
  if constexpr (sizeof...(Rest) == 0) {
    return root.*First;
  } else {
    return member<Rest...>(root.*First);
  }
}

/// Lists and tables grow at an end; everything else is replaced.
template <class Value>
void combine(Value& before, Value&& now, Inherit inherit) {
  if constexpr (IsVector<Value>::value) {
    if (inherit == Inherit::append) {
      before.insert(before.end(), std::make_move_iterator(now.begin()), std::make_move_iterator(now.end()));
      return;
    }
    if (inherit == Inherit::prepend) {
      before.insert(before.begin(), std::make_move_iterator(now.begin()), std::make_move_iterator(now.end()));
      return;
    }
  }
  before = std::move(now);
}

template <class Root, auto... Path>
Binding<Root> bound() {
  using Value = std::remove_cvref_t<decltype(member<Path...>(std::declval<Root&>()))>;
  Binding<Root> binding;
  binding.read = [](ValueReader& reader, const Key& key, const Node& node, Root& root, Inherit inherit) {
    Value value{};
    if (!reader.read(key, node, value)) {
      return false;
    }
    combine(member<Path...>(root), std::move(value), inherit);
    return true;
  };
  binding.show = [](const Root& root) { return show_value(member<Path...>(root)); };
  binding.is_list = IsVector<Value>::value;
  return binding;
}

/// One line of the table.
template <class Root, auto... Path>
Key key(std::string_view name, Kind kind, std::string_view summary, std::string_view peer = {}) {
  return {{}, name, kind, summary, peer, bound<Root, Path...>(), {}, 0, 0};
}

Key unbound(std::string_view name, Kind kind, std::string_view summary) {
  return {{}, name, kind, summary, {}, {}, {}, 0, 0};
}

Key choosing(Key key, std::vector<std::string> choices) {
  key.choices = std::move(choices);
  return key;
}

Key within(Key key, std::int64_t least, std::int64_t most) {
  key.least = least;
  key.most = most;
  return key;
}

constexpr std::int64_t kMany = 100000;

std::vector<Key> axis_values(std::string_view included) {
  const bool is_include = included == "include";
  return {key<AxisSet, &AxisSet::python>(
              "python", Kind::pythons,
              is_include
                  ? "Its Python."
                  : "Interpreters. \"auto\": every CPython of the image that the project's requires-python allows."),
          key<AxisSet, &AxisSet::platform>(
              "platform", Kind::platforms,
              is_include ? "Its platform."
                         : "Platform tags without the architecture. \"auto\": what the local baseline image serves."),
          key<AxisSet, &AxisSet::arch>("arch", Kind::architectures,
                                       is_include
                                           ? "Its architecture; \"auto\" where it is left out."
                                           : "Architectures. \"native\": this machine's. \"auto\": that, and those of "
                                             "[engine.hosts].",
                                       is_include ? "" : "archs"),
          key<AxisSet, &AxisSet::accelerator>("accelerator", Kind::accelerators,
                                              is_include ? "Its accelerator; \"cpu\" where it is left out."
                                                         : "\"cpu\", or a toolchain as NAME-VERSION; the "
                                                           "newest locked version that begins so is taken.")};
}

std::vector<Key> axis_globs() {
  return {key<AxisSet, &AxisSet::python>("python", Kind::globs, "Globs of Pythons; any where it is left out."),
          key<AxisSet, &AxisSet::platform>("platform", Kind::globs, "Globs of platforms."),
          key<AxisSet, &AxisSet::arch>("arch", Kind::globs, "Globs of architectures."),
          key<AxisSet, &AxisSet::accelerator>("accelerator", Kind::globs, "Globs of accelerators.")};
}

std::vector<Key> matrix_keys() {
  std::vector<Key> keys = axis_values("");
  keys.push_back(unbound("exclude", Kind::tables, "Combinations left out: see [[matrix.exclude]]."));
  keys.push_back(unbound("include", Kind::tables, "More combinations: see [[matrix.include]]."));
  return keys;
}

std::vector<Key> images_keys() {
  return {key<MatrixFile, &MatrixFile::images, &ImagesTable::lock>(
              "lock", Kind::text, "The file that pins images by digest, relative to the matrix file."),
          key<MatrixFile, &MatrixFile::images, &ImagesTable::mirror>("mirror", Kind::optional_text,
                                                                     "A registry and path that replaces quay.io/pypa."),
          key<MatrixFile, &MatrixFile::images, &ImagesTable::use>(
              "use", Kind::images, "Images of your own, by platform tag with its architecture.")};
}

std::vector<Key> engine_keys() {
  return {choosing(key<MatrixFile, &MatrixFile::engine, &EngineTable::name>(
                       "name", Kind::choice, "The container engine.", "container-engine"),
                   {"auto", "docker", "podman"}),
          key<MatrixFile, &MatrixFile::engine, &EngineTable::memory_bytes>("memory", Kind::size,
                                                                           "Memory of one cell; no limit without it."),
          key<MatrixFile, &MatrixFile::engine, &EngineTable::disk_bytes>(
              "disk", Kind::size, "What one build takes of the engine's disk: no more start than have room."),
          key<MatrixFile, &MatrixFile::engine, &EngineTable::cpus>("cpus", Kind::number,
                                                                   "Processors of one cell; no limit without it."),
          within(key<MatrixFile, &MatrixFile::engine, &EngineTable::pids>(
                     "pids", Kind::jobs, "Processes of one cell at a time; \"auto\": wheelforge's own limit."),
                 1, 4194304),
          key<MatrixFile, &MatrixFile::engine, &EngineTable::ca_bundle>(
              "ca-bundle", Kind::text,
              "Certificates that containers trust. \"auto\": this machine's; \"none\"; or a path."),
          choosing(key<MatrixFile, &MatrixFile::engine, &EngineTable::proxy>(
                       "proxy", Kind::choice, "\"auto\": this machine's proxy variables go into containers."),
                   {"auto", "none"}),
          unbound("hosts", Kind::named_tables, "Engines on other machines: see [engine.hosts.NAME].")};
}

std::vector<Key> host_keys() {
  return {key<EngineHost, &EngineHost::url>(
              "url", Kind::text, "Where it is: ssh://USER@HOST, tcp://HOST:PORT, or connection:NAME of podman."),
          key<EngineHost, &EngineHost::arch>("arch", Kind::host_architectures, "The architectures it builds for."),
          within(key<EngineHost, &EngineHost::slots>("slots", Kind::integer, "Cells it runs at a time."), 1, kMany)};
}

std::vector<Key> build_keys() {
  using O = CellOptions;
  using B = BuildOptions;
  return {
      key<O, &O::build, &B::frontend>("frontend", Kind::frontend,
                                      "What drives the build back end. \"auto\": build[uv] where there is uv.",
                                      "build-frontend"),
      key<O, &O::build, &B::before_all>("before-all", Kind::lines,
                                        "Shell lines run once for an image and architecture.", "before-all"),
      key<O, &O::build, &B::before_build>("before-build", Kind::lines, "Shell lines run before each build.",
                                          "before-build"),
      key<O, &O::build, &B::environment>(
          "environment", Kind::assignments,
          "Variables, expanded in the container as bash expands a word in double quotes.", "environment"),
      key<O, &O::build, &B::environment_pass>("environment-pass", Kind::variables,
                                              "Variables of this machine that go into the container.",
                                              "environment-pass"),
      key<O, &O::build, &B::config_settings>("config-settings", Kind::settings,
                                             "Settings for the build back end; an array repeats its key.",
                                             "config-settings"),
      key<O, &O::build, &B::network>("network", Kind::boolean,
                                     "Whether the build step itself has a network; requirements are installed before."),
      within(key<O, &O::build, &B::jobs>("jobs", Kind::jobs, "Compiler processes of one cell at a time."), 1, kMany),
      within(key<O, &O::build, &B::verbosity>("verbosity", Kind::integer, "How much the front end says.",
                                              "build-verbosity"),
             -3, 3),
      key<O, &O::build, &B::timeout>("timeout", Kind::duration, "The longest the build step may take.")};
}

std::vector<Key> repair_keys() {
  using O = CellOptions;
  using R = RepairOptions;
  return {key<O, &O::repair, &R::command>(
              "command", Kind::repair_command,
              "\"default\", \"none\", or shell lines with {wheel} and {dest_dir} that leave one wheel in {dest_dir}.",
              "repair-wheel-command"),
          key<O, &O::repair, &R::exclude>("exclude", Kind::globs,
                                          "Globs of libraries that are never grafted into a wheel.")};
}

std::vector<Key> audit_keys() {
  using O = CellOptions;
  using A = AuditOptions;
  return {key<O, &O::audit, &A::policy>("policy", Kind::policy,
                                        "The policy a wheel must meet. \"claimed\": that of its own tag."),
          key<O, &O::audit, &A::fail_on>("fail-on", Kind::findings,
                                         "Severities, or codes of findings, that fail the cell.")};
}

std::vector<Key> test_keys() {
  using O = CellOptions;
  using T = TestOptions;
  return {
      key<O, &O::test, &T::on>(
          "on", Kind::test_places,
          "Clean containers to test in: \"same\", a distribution, \"image:NAME\", or all that the wheel "
          "reaches."),
      key<O, &O::test, &T::command>("command", Kind::lines,
                                    "Shell lines that test the installed wheel; without them it is installed only.",
                                    "test-command"),
      key<O, &O::test, &T::requires_>("requires", Kind::texts, "Requirements installed for the tests.",
                                      "test-requires"),
      key<O, &O::test, &T::extras>("extras", Kind::texts, "Extras of the wheel that are installed.", "test-extras"),
      key<O, &O::test, &T::groups>("groups", Kind::groups, "Dependency groups (PEP 735) that are installed.",
                                   "test-groups"),
      key<O, &O::test, &T::sources>("sources", Kind::texts, "Paths copied into the folder the tests run in.",
                                    "test-sources"),
      key<O, &O::test, &T::environment>("environment", Kind::assignments, "Variables of the tests.",
                                        "test-environment"),
      key<O, &O::test, &T::skip>("skip", Kind::globs, "Globs of the cells that are built but not tested.", "test-skip"),
      key<O, &O::test, &T::before>("before", Kind::lines, "Shell lines run before the wheel is installed.",
                                   "before-test"),
      key<O, &O::test, &T::timeout>("timeout", Kind::duration, "The longest the tests may take in one place.")};
}

std::vector<Key> accelerator_keys() {
  using O = CellOptions;
  using A = AcceleratorOptions;
  return {key<O, &O::accelerator, &A::targets>("targets", Kind::texts,
                                               "Devices to compile for (\"sm_80\", \"gfx90a\"); each toolchain takes "
                                               "those of its own kind. Empty: the recipe's usual ones."),
          within(key<O, &O::accelerator, &A::gcc>("gcc", Kind::integer,
                                                  "The major version of the gcc that before-all installs; 0: the "
                                                  "image's own."),
                 0, 99),
          key<O, &O::accelerator, &A::allow>("allow", Kind::texts,
                                             "Sources of toolchains that are used only where they are allowed, such as "
                                             "\"non-free\"."),
          choosing(key<O, &O::accelerator, &A::label>(
                       "label", Kind::choice,
                       "How the wheels of an accelerator are told apart: by a local version (+cu135), a suffix of the "
                       "name, a build tag, or a wheel variant (a draft)."),
                   {"none", "local", "suffix", "build-tag", "variant"}),
          key<O, &O::accelerator, &A::size_limit>(
              "size-limit", Kind::size, "The largest wheel that the index takes; a larger one fails the cell."),
          key<O, &O::accelerator, &A::no_device>("no-device", Kind::lines,
                                                 "Shell lines that print the name of the error that says there is no "
                                                 "device; run after the tests, without a device."),
          key<O, &O::accelerator, &A::device>("device", Kind::lines,
                                              "Shell lines that test with a device; skipped, and counted as skipped, "
                                              "where the machine has none.")};
}

std::vector<Key> schedule_keys() {
  using S = ScheduleTable;
  return {within(key<MatrixFile, &MatrixFile::schedule, &S::jobs>("jobs", Kind::jobs, "Cells at a time."), 1, kMany),
          key<MatrixFile, &MatrixFile::schedule, &S::keep_going>("keep-going", Kind::boolean,
                                                                 "Whether other cells go on when one fails."),
          within(key<MatrixFile, &MatrixFile::schedule, &S::retries>(
                     "retries", Kind::integer, "How often a temporary failure (network, engine) is tried again."),
                 0, 100),
          key<MatrixFile, &MatrixFile::schedule, &S::memory_bytes>(
              "memory", Kind::size, "Memory of all builds together; nine tenths of this machine's without it.")};
}

std::vector<Key> cache_keys() {
  return {key<MatrixFile, &MatrixFile::cache, &CacheTable::limit_bytes>(
              "limit", Kind::size,
              "How large the results of steps may grow, 10 GiB without it; those not used for longest go first."),
          key<MatrixFile, &MatrixFile::cache, &CacheTable::compiler>(
              "compiler", Kind::boolean, "Whether ccache stands before the compilers, one cache for all cells.")};
}

std::vector<Section> all_sections() {
  std::vector<Section> all = {
      {"matrix", Form::table, false, "The axes: each combination is a cell, and each cell a wheel.", matrix_keys()},
      {"matrix.exclude", Form::array_of_tables, false,
       "A product of axes left out; an axis that is not named is matched by every value.", axis_globs()},
      {"matrix.include", Form::array_of_tables, false,
       "Cells added after the exclusions; that one of them cannot be built is an error.", axis_values("include")},
      {"images", Form::table, false, "Where build images come from.", images_keys()},
      {"engine", Form::table, false, "The container engine and what it gives a cell.", engine_keys()},
      {"engine.hosts", Form::named_tables, false, "A container engine on another machine.", host_keys()},
      {"cross",
       Form::table,
       false,
       "Cells of an architecture that is not this machine's.",
       {choosing(key<MatrixFile, &MatrixFile::cross, &CrossTable::compilers>(
                     "compilers", Kind::choice, "Whether compilers run natively or emulated with the rest."),
                 {"auto", "native", "emulated"})}},
      {"build", Form::table, true, "How a wheel is built.", build_keys()},
      {"repair", Form::table, true, "How the libraries that a wheel needs come into it.", repair_keys()},
      {"audit", Form::table, true, "What a wheel must meet.", audit_keys()},
      {"test", Form::table, true, "How a wheel is tested, in containers that never saw its build.", test_keys()},
      {"accelerator", Form::table, true, "What is built with an accelerator's toolchain, and how it is labelled.",
       accelerator_keys()},
      {"output",
       Form::table,
       false,
       "Where results go.",
       {key<MatrixFile, &MatrixFile::output, &OutputTable::wheels>(
           "wheels", Kind::text, "The folder for wheels, relative to the matrix file.")}},
      {"schedule", Form::table, false, "How cells run beside each other.", schedule_keys()},
      {"cache", Form::table, false, "What is kept between runs, for all projects of this user.", cache_keys()},
      {"override",
       Form::array_of_tables,
       false,
       "Other [build], [repair], [audit], [test] and [accelerator] options for the cells that a selector matches; a "
       "later override "
       "goes "
       "over an earlier one.",
       {key<Override, &Override::select>("select", Kind::globs, "Globs of cell ids."),
        unbound("inherit", Kind::inherit,
                "For lists and tables, whether the override's value replaces the one before it (\"none\"), follows it "
                "(\"append\") or precedes it (\"prepend\").")}},
  };
  for (Section& section : all) {
    for (Key& one : section.keys) {
      one.section = section.path;
    }
  }
  return all;
}

} // namespace

const std::vector<Section>& sections() {
  static const std::vector<Section> kAll = all_sections();
  return kAll;
}

} // namespace wheelforge::matrix
