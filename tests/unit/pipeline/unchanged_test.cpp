// A thousand cells of which nothing changed, on a real disk.
#include "orchestrator/pipeline/outlook.hpp"
#include "orchestrator/pipeline/run.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/pipeline/planned_cell.hpp"

#include <ctime>
#include <iostream>

using namespace wheelforge;
using namespace wheelforge::pipeline;

namespace {

plan::PlannedCell cell(int number) {
  matrix::CellOptions options;
  options.build.environment = {{"CFLAGS", "-O2"}, {"CXXFLAGS", "-O2"}};
  options.test.command = {"python -m pytest tests"};
  options.test.requires_ = {"pytest", "numpy"};
  return planned_cell("cp311", "manylinux_2_" + std::to_string(5 + number) + "_x86_64", std::move(options));
}

void keep(StepStore& store, const plan::PlannedCell& one, const StepFacts& facts, const std::filesystem::path& output) {
  const std::string id = one.cell.id.text;
  const std::string bytes = std::string(20'000, 'w') + id;
  const std::string digest = sha256(bytes).hex();
  const std::string wheel = "a-1-cp311-cp311-" + one.cell.platform.text + ".whl";
  const auto put = [&](const std::string& step, const cache::StepInputs& inputs, const std::string& file,
                       const std::string& text) {
    cache::CacheEntry entry;
    entry.inputs = inputs;
    entry.facts = {{kFactStatus, "ok"}, {kFactLog, "/nowhere/" + id + ".log"}};
    entry.files = {*store.keep_file(file, text), *store.keep_file(kLogFile, "log of " + step + " of " + id + "\n")};
    REQUIRE(store.keep(id + "/" + step, entry));
    store.note_end(id + "/" + step, true, "key", std::chrono::milliseconds(1000), 1 << 20);
  };
  put("build", *build_inputs(one, facts), wheel, bytes);
  put("repair", *repair_inputs(one, facts, digest), wheel, bytes);
  put("audit", audit_inputs(one, facts, digest), kAuditFile,
      R"({"wheels":[{"findings":[]}]})" + std::string(3000, ' '));
  put("test:same", *test_inputs(one, facts, "same", digest), "note", "passed");
  std::filesystem::create_directories(output);
  const auto files = host::make_file_system();
  const auto writer = files->open_writer(output / wheel, host::OpenMode::truncate);
  REQUIRE(writer);
  REQUIRE((*writer)->write(bytes));
}

} // namespace

TEST_CASE("a thousand kept cells are looked up within seconds even under the sanitizers") {
  constexpr int kCells = 1000;
  const auto files = host::make_file_system();
  const auto clock = host::make_clock();
  const auto folder = host::TempFolder::create(*files, std::filesystem::temp_directory_path(), "wf-unchanged-");
  REQUIRE(folder);
  const std::filesystem::path output = folder->path() / "out";
  StepFacts facts;
  facts.version = "1";
  facts.source = std::string(64, 'a');
  facts.images->put("image", "sha256:one");
  facts.environment = [](std::string_view) { return std::optional<std::string>(); };
  plan::Plan plan;
  for (int number = 0; number < kCells; ++number) {
    plan.cells.push_back(cell(number));
  }
  {
    cache::Cache cache(*files, *clock, folder->path() / "cache");
    auto journal = schedule::Journal::open(*files, folder->path() / "journal");
    REQUIRE(journal);
    StepStore store(cache, *journal, "/project", "r1", Reuse::yes);
    // Only some are written here: a fsync a file is what the disk takes long for. The rest is asked for and not found.
    for (int number = 0; number < kCells; number += 50) {
      keep(store, plan.cells[static_cast<std::size_t>(number)], facts, output);
    }
  }
  cache::Cache cache(*files, *clock, folder->path() / "cache");
  auto journal = schedule::Journal::open(*files, folder->path() / "journal");
  REQUIRE(journal);
  StepStore store(cache, *journal, "/project", "r2", Reuse::yes);
  const std::clock_t begin = std::clock();
  const Outlook outlook = look_ahead({plan, facts, store, *files, output, false});
  for (int round = 0; round < 49; ++round) { // each of the twenty kept ones fifty times in all
    plan::Plan some;
    for (int number = 0; number < kCells; number += 50) {
      some.cells.push_back(plan.cells[static_cast<std::size_t>(number)]);
    }
    const Outlook again = look_ahead({some, facts, store, *files, output, false});
    REQUIRE(is_settled(again));
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  std::cout << kCells << " kept cells looked up in " << seconds << " s of processor time\n";
  CHECK(outlook.size() == kCells);
  CHECK(seconds < 10.0); // the sanitizers take several times what a release does
}
