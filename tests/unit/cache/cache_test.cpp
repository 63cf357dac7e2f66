// The store: what is found, what damage does, what pruning takes.
#include "orchestrator/cache/cache.hpp"
#include "orchestrator/cache/use_log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/memory_file_system.hpp"

#include <chrono>
#include <ctime>
#include <thread>

using namespace wheelforge;
using namespace wheelforge::cache;
using namespace std::chrono_literals;

namespace {

const host::FileSystem::Path kFolder = "/cache";

StepInputs inputs(int number) {
  StepInputs made;
  made.add("source", "", "tree" + std::to_string(number));
  return made;
}

/// A step's result with one file of that many bytes.
CacheEntry stored(Cache& cache, int number, std::size_t size = 100) {
  const std::string bytes(size, static_cast<char>('a' + number % 26));
  auto file = cache.keep("demo.whl", bytes + std::to_string(number));
  REQUIRE(file);
  CacheEntry entry{"cell" + std::to_string(number) + "/build", inputs(number), {*file}, {{"policy", "x"}}, 1500ms};
  REQUIRE(cache.store(entry));
  return entry;
}

std::vector<host::FileSystem::Path> paths_with(const host::MemoryFileSystem& files, const std::string& part) {
  std::vector<host::FileSystem::Path> paths;
  for (const auto& [path, bytes] : files.files) {
    if (path.string().find(part) != std::string::npos) {
      paths.push_back(path);
    }
  }
  return paths;
}

} // namespace

TEST_CASE("what was stored is found by its inputs, whole") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  CHECK_FALSE(cache.find(key_of(inputs(1))));
  const CacheEntry entry = stored(cache, 1);
  CHECK(cache.find(key_of(inputs(1))) == entry);
  CHECK(cache.read(entry.files[0]) == std::string(100, 'b') + "1");
  CHECK_FALSE(cache.find(key_of(inputs(2))));
  CHECK(cache.damaged() == 0);
}

TEST_CASE("a miss is explained by the inputs of the last time") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  CHECK_FALSE(cache.last_inputs("cell1/build"));
  stored(cache, 1);
  const auto last = cache.last_inputs("cell1/build");
  REQUIRE(last);
  StepInputs now = inputs(2);
  CHECK(explain(*last, now) == "source changed: tree1 → tree2");
}

TEST_CASE("an entry cut or changed at any byte is a miss, is removed, and can be stored again") {
  host::MemoryFileSystem pristine;
  host::FakeClock clock;
  {
    Cache cache(pristine, clock, kFolder);
    stored(cache, 1);
  }
  const auto path = paths_with(pristine, "/entries/").at(0);
  const std::string whole = pristine.files[path];
  for (std::size_t place = 0; place < whole.size(); ++place) {
    for (const bool is_cut : {true, false}) {
      host::MemoryFileSystem files;
      files.files = pristine.files;
      std::string& bytes = files.files[path];
      if (is_cut) {
        bytes.resize(place);
      } else {
        bytes[place] = static_cast<char>(bytes[place] ^ 1);
      }
      Cache cache(files, clock, kFolder);
      REQUIRE_FALSE(cache.find(key_of(inputs(1))));
      REQUIRE(cache.damaged() == 1);
      REQUIRE(paths_with(files, "/entries/").empty());
      stored(cache, 1);
      REQUIRE(cache.find(key_of(inputs(1))));
    }
  }
}

TEST_CASE("an entry under another's name is no answer") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  stored(cache, 1);
  const std::string other = key_of(inputs(2)).hex();
  files.files[kFolder / "entries" / other.substr(0, 2) / other] = files.files[paths_with(files, "/entries/").at(0)];
  CHECK_FALSE(cache.find(key_of(inputs(2))));
}

TEST_CASE("a damaged object is never handed out, and its entry is a miss from then on") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  const CacheEntry entry = stored(cache, 1);
  files.files[paths_with(files, "/objects/").at(0)][3] = '!';
  CHECK_FALSE(cache.read(entry.files[0]));
  CHECK(cache.damaged() == 1);
  CHECK_FALSE(cache.find(key_of(inputs(1))));
  stored(cache, 1);
  CHECK(cache.find(key_of(inputs(1))));
  CHECK(cache.read(entry.files[0]));
}

TEST_CASE("keeping bytes replaces a damaged object of their name") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  const CacheEntry entry = stored(cache, 1);
  files.files[paths_with(files, "/objects/").at(0)] = "short";
  stored(cache, 1);
  CHECK(cache.read(entry.files[0]));
}

TEST_CASE("a full disk is told and leaves nothing half") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  files.capacity_bytes = 50;
  const auto kept = cache.keep("a.whl", std::string(100, 'x'));
  REQUIRE_FALSE(kept);
  CHECK(kept.error().kind == ErrorKind::disk_full);
  CHECK(files.files.empty());
}

TEST_CASE("pruning keeps what was used last, and objects that are still needed") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  {
    Cache cache(files, clock, kFolder);
    for (int number = 0; number < 10; ++number) {
      stored(cache, number, 1000);
      clock.turn(60s);
    }
  }
  {
    Cache later(files, clock, kFolder);
    CHECK(later.find(key_of(inputs(0)))); // the oldest is used again
  }
  Cache cache(files, clock, kFolder);
  const auto before = cache.info();
  REQUIRE(before);
  CHECK(before->entries == 10);
  CHECK(before->objects == 10);
  const auto report = cache.prune(5000);
  REQUIRE(report);
  CHECK(report->entries == 7);
  CHECK(report->objects == 7);
  for (const int number : {0, 9, 8}) {
    CHECK(cache.find(key_of(inputs(number))));
  }
  CHECK_FALSE(cache.find(key_of(inputs(7))));
  CHECK(cache.last_inputs("cell7/build")); // the reason outlives the result
  CHECK(cache.info()->size_bytes == before->size_bytes - report->freed_bytes);
  const auto emptied = cache.prune(0);
  REQUIRE(emptied);
  CHECK(cache.info() == CacheInfo{});
}

TEST_CASE("pruning leaves a file alone that another process is writing") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  stored(cache, 1);
  files.files[kFolder / "objects" / "ab" / ".abcd.X1Y2Z3"] = "half";
  REQUIRE(cache.prune(1000000));
  CHECK(files.files.contains(kFolder / "objects" / "ab" / ".abcd.X1Y2Z3"));
  CHECK(cache.verify()->damaged.empty());
  REQUIRE(cache.prune(0));
  CHECK_FALSE(files.files.contains(kFolder / "objects" / "ab" / ".abcd.X1Y2Z3"));
}

TEST_CASE("two prune runs at a time: the second is told") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  const auto held = files.try_lock(kFolder / "prune.lock", "somebody");
  const auto report = cache.prune(0);
  REQUIRE_FALSE(report);
  CHECK(report.error().kind == ErrorKind::temporary);
}

TEST_CASE("verify reads everything and takes out what is damaged") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  for (int number = 0; number < 4; ++number) {
    stored(cache, number);
  }
  CHECK(cache.verify() == VerifyReport{12, {}});
  files.files[paths_with(files, "/objects/").at(1)][0] = '!';
  files.files[paths_with(files, "/subjects/").at(0)].resize(10);
  const auto report = cache.verify();
  REQUIRE(report);
  CHECK(report->damaged.size() == 3); // the object, the entry that needs it, the subject
  CHECK(cache.verify()->damaged.empty());
}

TEST_CASE("the log of uses survives torn and foreign lines") {
  const std::string key(64, 'a');
  const std::string other(64, 'b');
  CHECK(parse_uses(key + " 5\n" + key + " 3\n\n" + other + " 7\n" + key + " x\nnonsense\n" + other + " 99") ==
        Uses{{key, 5}, {other, 7}});
}

TEST_CASE("a thousand look-ups take a small part of a second") {
  host::MemoryFileSystem files;
  host::FakeClock clock;
  Cache cache(files, clock, kFolder);
  const auto large = [](int number) {
    StepInputs made = inputs(number);
    for (int variable = 0; variable < 20; ++variable) {
      made.add("environment", "VARIABLE" + std::to_string(variable), "a value of the usual length");
    }
    return made;
  };
  const auto file = cache.keep("x.whl", "bytes");
  REQUIRE(file);
  for (int number = 0; number < 1000; ++number) {
    const CacheEntry entry{"s", large(number), {*file}, {}, 0ms};
    const std::string key = key_of(entry.inputs).hex();
    files.files[kFolder / "entries" / key.substr(0, 2) / key] = encode(entry);
  }
  const std::clock_t begin = std::clock(); // processor time, so that a busy machine changes nothing
  int found = 0;
  for (int number = 0; number < 1000; ++number) {
    found += cache.find(key_of(large(number))) ? 1 : 0;
  }
  CHECK(found == 1000);
  CHECK(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 2.0); // a debug build; optimised 0.07 s
}

TEST_CASE("on a real disk several threads store and find at once") {
  const auto files = host::make_file_system();
  const auto clock = host::make_clock();
  auto folder = host::TempFolder::create(*files, std::filesystem::temp_directory_path(), "wheelforge-cache-");
  REQUIRE(folder);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      Cache cache(*files, *clock, folder->path());
      for (int number = 0; number < 20; ++number) {
        const auto file = cache.keep("x.whl", "bytes" + std::to_string(number));
        if (file) {
          static_cast<void>(cache.store({"s", inputs(number), {*file}, {}, 0ms}));
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  Cache cache(*files, *clock, folder->path());
  for (int number = 0; number < 20; ++number) {
    REQUIRE(cache.find(key_of(inputs(number))));
  }
  CHECK(cache.verify()->damaged.empty());
  CHECK(cache.info()->objects == 20);
  CHECK(cache.prune(0));
  CHECK(cache.info() == CacheInfo{});
}
