// The main function of every unit-test program; compiled once. Ends with 77, CTest's skip, where a golden file was
// accepted.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

#include "tests/support/golden.hpp"

int main(int argc, char** argv) {
  const int failures = Catch::Session().run(argc, argv);
  return failures == 0 && wheelforge::support::has_accepted() ? 77 : failures;
}
