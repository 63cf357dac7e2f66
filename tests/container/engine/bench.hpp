// What the tests with a real engine share: the engine that WF_ENGINE names, and the tiny image.
#pragma once

#include "orchestrator/engine/container.hpp"
#include "tests/support/catch.hpp"

namespace wheelforge::engine {

/// The image of a busybox, imported when it is first asked for.
inline constexpr const char* kImage = "localhost/wheelforge/engine-test:1";

/// The engine under test. One for all test cases.
[[nodiscard]] ContainerEngine& real_engine();

/// The label that all containers of this test program have, and no others.
[[nodiscard]] std::string own_label();

/// A specification with the labels of this process and a name of its own.
[[nodiscard]] ContainerSpec spec_for(std::string_view purpose);

/// A running container; the test fails where it cannot be started.
[[nodiscard]] Container start(const ContainerSpec& spec);

/// Runs a shell script in it; the test fails where it cannot be run.
[[nodiscard]] ExecResult run(Container& container, const std::string& script);

/// An environment variable that the test's script sets.
[[nodiscard]] std::string setting(const char* name);

} // namespace wheelforge::engine
