// What a plan's steps depend on, which results still hold, and why the others run.
#include "orchestrator/pipeline/known_report.hpp"
#include "orchestrator/pipeline/outlook.hpp"

#include "orchestrator/pipeline/expected_time.hpp"
#include "orchestrator/pipeline/run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/memory_file_system.hpp"
#include "tests/unit/pipeline/planned_cell.hpp"

using namespace wheelforge;
using namespace wheelforge::pipeline;

namespace {

plan::PlannedCell cell(const std::string& python, matrix::CellOptions options = {}) {
  return planned_cell(python, "manylinux_2_28_x86_64", std::move(options));
}

matrix::CellOptions with_flags(const std::string& flags) {
  matrix::CellOptions options;
  options.build.environment = {{"CFLAGS", flags}};
  return options;
}

/// A checkout with a cache and a journal in memory.
struct Checkout {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  cache::Cache cache{files, clock, "/cache"};
  schedule::Journal journal = *schedule::Journal::open(files, "/project/.wheelforge/journal");
  StepFacts facts;
  plan::Plan plan;

  Checkout() {
    facts.version = "1";
    facts.source = "tree";
    facts.images->put("image", "sha256:one");
    facts.environment = [](std::string_view) { return std::optional<std::string>(); };
    facts.digest_of_sources = [](const std::vector<std::string>&) { return std::string("tests"); };
  }

  Outlook look(Reuse reuse = Reuse::yes) {
    StepStore store(cache, journal, "/project", "r2", reuse);
    return look_ahead({plan, facts, store, files, "/out", false});
  }

  /// Keeps a result as a run would.
  void keep(const plan::PlannedCell& one, const std::string& step, const cache::StepInputs& inputs,
            const std::string& file, const std::string& bytes) {
    StepStore store(cache, journal, "/project", "r1", Reuse::yes);
    cache::CacheEntry entry;
    entry.inputs = inputs;
    entry.facts[kFactStatus] = "ok";
    entry.files.push_back(*store.keep_file(file, bytes));
    REQUIRE(store.keep(one.cell.id.text + "/" + step, entry));
  }

  /// Keeps everything of a cell; its wheel is `bytes`.
  void keep_all(const plan::PlannedCell& one, const std::string& wheel, const std::string& bytes) {
    const std::string digest = sha256(bytes).hex();
    keep(one, "build", *build_inputs(one, facts), wheel, bytes);
    keep(one, "repair", *repair_inputs(one, facts, digest), wheel, bytes);
    keep(one, "audit", audit_inputs(one, facts, digest), kAuditFile, "{}");
    keep(one, "test:same", *test_inputs(one, facts, "same", digest), kLogFile, "passed\n");
  }
};

std::string reason(const Outlook& outlook, const std::string& id, const std::string& step) {
  const StepOutlook* one = outlook.at(id).find(step);
  return (one->runs ? "runs: " : "kept: ") + one->reason;
}

const std::string kCell = "cp311-manylinux_2_28_x86_64";

} // namespace

TEST_CASE("everything runs where there is no earlier result, and says so", "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {cell("cp311")};
  const Outlook outlook = checkout.look();
  CHECK(reason(outlook, kCell, "build") == "runs: there is no earlier result");
  CHECK(reason(outlook, kCell, "repair") == "runs: its wheel is made anew");
  CHECK(reason(outlook, kCell, "prepare") == "runs: build needs it");
  CHECK_FALSE(is_settled(outlook));
}

TEST_CASE("with every result kept only the missing wheel is collected", "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {cell("cp311")};
  checkout.keep_all(checkout.plan.cells[0], "a-1-cp311-cp311-manylinux_2_28_x86_64.whl", "wheel");
  const Outlook outlook = checkout.look();
  CHECK(reason(outlook, kCell, "build") == "kept: unchanged since run r1");
  CHECK(reason(outlook, kCell, "test:same") == "kept: unchanged since run r1");
  CHECK(reason(outlook, kCell, "prepare") == "kept: nothing that runs needs the build container");
  CHECK(reason(outlook, kCell, "collect") ==
        "runs: a-1-cp311-cp311-manylinux_2_28_x86_64.whl is not in the output folder");
  CHECK(checkout.look(Reuse::no).at(kCell).find("build")->reason == "everything is done afresh");
}

TEST_CASE("a changed variable runs the build again and is named; other cells keep theirs", "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {cell("cp311", with_flags("-O2")), cell("cp313", with_flags("-O2"))};
  checkout.keep_all(checkout.plan.cells[0], "a-1-cp311-cp311-manylinux_2_28_x86_64.whl", "wheel");
  checkout.keep_all(checkout.plan.cells[1], "a-1-cp313-cp313-manylinux_2_28_x86_64.whl", "other");
  checkout.plan.cells[0] = cell("cp311", with_flags("-O3"));
  const Outlook outlook = checkout.look();
  CHECK(reason(outlook, kCell, "build") == "runs: environment changed: CFLAGS -O2 → -O3");
  CHECK(reason(outlook, "cp313-manylinux_2_28_x86_64", "build") == "kept: unchanged since run r1");
  CHECK(explain(checkout.plan, outlook).find("build      runs  environment changed: CFLAGS -O2 → -O3") !=
        std::string::npos);
}

TEST_CASE("what only the audit or a test reads does not run the build again", "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {cell("cp311")};
  checkout.keep_all(checkout.plan.cells[0], "a-1-cp311-cp311-manylinux_2_28_x86_64.whl", "wheel");
  matrix::CellOptions options;
  options.test.command = {"pytest"};
  checkout.plan.cells[0] = cell("cp311", options);
  const Outlook outlook = checkout.look();
  CHECK(reason(outlook, kCell, "build") == "kept: unchanged since run r1");
  CHECK(reason(outlook, kCell, "audit") == "kept: unchanged since run r1");
  CHECK(reason(outlook, kCell, "test:same") == "runs: command changed: test added (pytest)");
}

TEST_CASE("another image, tree, Python or commit is another build", "[pipeline]") {
  Checkout checkout;
  const auto one = cell("cp311");
  const auto before = key_of(*build_inputs(one, checkout.facts));
  CHECK(key_of(*build_inputs(cell("cp313"), checkout.facts)) != before);
  StepFacts facts = checkout.facts;
  facts.source = "other";
  CHECK(key_of(*build_inputs(one, facts)) != before);
  facts = checkout.facts;
  facts.commit = "c0";
  CHECK(key_of(*build_inputs(one, facts)) != before);
  checkout.facts.images->put("image", "sha256:two");
  CHECK(key_of(*build_inputs(one, checkout.facts)) != before);
  facts.images = std::make_shared<ImageIds>();
  CHECK_FALSE(build_inputs(one, facts));
}

TEST_CASE("values of variables that are passed in are not kept as they are", "[pipeline]") {
  Checkout checkout;
  matrix::CellOptions options;
  options.build.environment_pass = {"TOKEN"};
  checkout.facts.environment = [](std::string_view) { return std::optional<std::string>("secret"); };
  const auto inputs = build_inputs(cell("cp311", options), checkout.facts);
  for (const cache::StepInput& input : inputs->list()) {
    CHECK(input.value.find("secret") == std::string::npos);
  }
}

TEST_CASE("a damaged wheel that a step needs is made again", "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {cell("cp311")};
  checkout.keep_all(checkout.plan.cells[0], "a-1-cp311-cp311-manylinux_2_28_x86_64.whl", "wheel");
  const std::string hex = sha256("wheel").hex();
  REQUIRE(checkout.files.write_atomically("/cache/objects/" + hex.substr(0, 2) + "/" + hex, "whee"));
  const Outlook outlook = checkout.look();
  CHECK(outlook.at(kCell).find("build")->runs);
  CHECK(outlook.at(kCell).find("collect")->runs);
}

TEST_CASE("a step that failed last time says so", "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {cell("cp311")};
  StepStore store(checkout.cache, checkout.journal, "/project", "r1", Reuse::yes);
  store.note_end(kCell + "/build", false, key_of(*build_inputs(checkout.plan.cells[0], checkout.facts)).hex(), {}, 0);
  CHECK(reason(checkout.look(), kCell, "build") == "runs: it failed last time");
}

TEST_CASE("an abi3 wheel of an older Python settles the younger cells of its family but for their tests",
          "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {cell("cp39"), cell("cp313"), cell("cp313t")};
  checkout.keep_all(checkout.plan.cells[0], "a-1-cp39-abi3-manylinux_2_28_x86_64.whl", "wheel");
  const Outlook outlook = checkout.look();
  const std::string id = "cp313-manylinux_2_28_x86_64";
  CHECK(reason(outlook, id, "build") == "kept: the abi3 wheel of cp39-manylinux_2_28_x86_64 serves this Python");
  CHECK(outlook.at(id).find("test:same")->runs);
  CHECK(outlook.at("cp313t-manylinux_2_28_x86_64").find("build")->runs);
  CHECK(known_report(outlook.at(id), "/out").wheel->built_from == "cp39-manylinux_2_28_x86_64");
}

TEST_CASE("a kept build lets a repair start from a container that did not build", "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {cell("cp311")};
  const plan::PlannedCell& one = checkout.plan.cells[0];
  checkout.keep(one, "build", *build_inputs(one, checkout.facts), "a-1-cp311-cp311-linux_x86_64.whl", "wheel");
  const Outlook outlook = checkout.look();
  CHECK(reason(outlook, kCell, "prepare") == "runs: repair needs it");
  const auto graph = task_graph(checkout.plan, outlook, {}, false);
  REQUIRE(graph);
  const auto& repair = graph->tasks()[*graph->find(kCell + "/repair")];
  CHECK(repair.needs == std::vector<std::string>{kCell + "/prepare", kCell + "/build"});
  CHECK(graph->tasks()[*graph->find(kCell + "/build")].finished_before == "unchanged since run r1");
}

TEST_CASE("a foreign cell that never ran is expected to take a multiple of its like on this machine", "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {planned_cell("cp311", "manylinux_2_28_x86_64"), planned_cell("cp311", "manylinux_2_28_s390x"),
                         planned_cell("cp311", "manylinux_2_31_s390x")};
  for (plan::PlannedCell& one : checkout.plan.cells) {
    one.cell.arch = *one.cell.platform.arch;
  }
  plan::PlannedCell& foreign = checkout.plan.cells[1];
  foreign.compilers.compilers = plan::Compilers::emulated;
  checkout.plan.cells[2].compilers.compilers = plan::Compilers::emulated;
  CHECK_FALSE(with_expected_times(checkout.plan, checkout.journal).cells[1].expected);

  StepStore store(checkout.cache, checkout.journal, "/project", "r1", Reuse::yes);
  store.note_end(kCell + "/build", true, "k", std::chrono::milliseconds(2000), 0);
  store.note_end(kCell + "/audit", true, "k", std::chrono::milliseconds(300), 0);
  const auto times = with_expected_times(checkout.plan, checkout.journal);
  const int slower = plan::usual_slowdown(plan::Compilers::emulated);
  CHECK(times.cells[1].expected == std::chrono::milliseconds(2000 * slower + 300));
  CHECK_FALSE(times.cells[0].expected); // at home nothing is said
  CHECK_FALSE(times.cells[2].expected); // another platform is another image

  foreign.compilers.compilers = plan::Compilers::native;
  const auto graph = task_graph(checkout.plan, checkout.look(), {&checkout.journal, 500, 7}, false);
  REQUIRE(graph);
  CHECK(graph->tasks()[*graph->find("cp311-manylinux_2_28_s390x/build")].expected ==
        std::chrono::milliseconds(2000 * plan::usual_slowdown(plan::Compilers::native)));

  store.note_end("cp311-manylinux_2_28_s390x/build", true, "k", std::chrono::milliseconds(7000), 0);
  CHECK(with_expected_times(checkout.plan, checkout.journal).cells[1].expected == std::chrono::milliseconds(7300));
}

TEST_CASE("recorded times and peaks become expectations; without a peak the declared memory counts", "[pipeline]") {
  Checkout checkout;
  checkout.plan.cells = {cell("cp311"), cell("cp313")};
  StepStore store(checkout.cache, checkout.journal, "/project", "r1", Reuse::yes);
  store.note_end(kCell + "/build", true, "k", std::chrono::milliseconds(1500), 1000);
  const auto graph = task_graph(checkout.plan, checkout.look(), {&checkout.journal, 500, 7}, false);
  REQUIRE(graph);
  const auto& known = graph->tasks()[*graph->find(kCell + "/build")];
  CHECK(known.expected == std::chrono::milliseconds(1500));
  CHECK(known.memory_bytes == 1250);
  CHECK(graph->tasks()[*graph->find("cp313-manylinux_2_28_x86_64/build")].memory_bytes == 500);
}
