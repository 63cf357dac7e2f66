// Asks reach about a wheel that has not been made yet.
#include "orchestrator/cli/reached_machines.hpp"

#include "orchestrator/host/clock.hpp"
#include "orchestrator/image/catalog.hpp"
#include "orchestrator/resolve/reach.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::cli {
namespace {

/// The wheel's name as far as pip looks at it. Tags of PyPy are those of no CPython: there the platform decides.
std::string wheel_name(const matrix::Cell& cell) {
  const bool is_cpython = cell.python.tag.is_cpython();
  return fmt::format("wheel-1-{}-{}-{}.whl", is_cpython ? tags::to_string(cell.python.tag) : "py3",
                     is_cpython ? matrix::abi_of(cell.python).text : "none", cell.platform.canonical());
}

resolve::Interpreter interpreter_of(const matrix::Interpreter& python) {
  resolve::Interpreter interpreter;
  interpreter.major = python.tag.major;
  interpreter.minor = python.tag.minor.value_or(0);
  interpreter.free_threaded = python.is_free_threaded;
  return interpreter;
}

} // namespace

std::string today() {
  const std::time_t now = host::Clock::Wall::clock::to_time_t(host::make_clock()->now());
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(now));
}

std::vector<std::string> reached_machines(const matrix::Cell& cell, const std::string& today) {
  resolve::ReachOptions options;
  options.today = today;
  options.arches = {std::string(tags::to_string(cell.arch))};
  options.pythons = {interpreter_of(cell.python)};
  const auto reach = resolve::measure_reach({{wheel_name(cell)}}, platform::known_distributions(),
                                            platform::known_download_shares(), options);
  std::vector<std::string> machines;
  for (const image::TestImage& test : image::known_catalog().tests) {
    const bool is_reached = reach && std::any_of(reach->rows.begin(), reach->rows.end(), [&](const auto& row) {
                              return row.distribution == test.name && row.origin == resolve::PipOrigin::newest &&
                                     row.outcome == resolve::Outcome::wheel;
                            });
    if (is_reached) {
      machines.push_back(test.name);
    }
  }
  return machines;
}

} // namespace wheelforge::cli
