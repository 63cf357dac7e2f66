// Golden files: compared, or written anew in the accept mode.
#include "tests/support/golden.hpp"

#include "tests/support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace wheelforge::support {
namespace {

bool accepted = false;

bool is_accepting() {
  const char* value = std::getenv("WF_ACCEPT");
  return value != nullptr && std::string_view(value) == "1";
}

} // namespace

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  INFO("reading " << path);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

void check_golden(const std::string& path, std::string_view actual) {
  INFO("golden file " << path << "; WF_ACCEPT=1 writes it anew");
  const std::string expected = std::filesystem::exists(path) ? read_text(path) : "(no such file)";
  if (is_accepting() && expected != actual) {
    std::ofstream(path, std::ios::binary) << actual;
    std::cout << "SKIPPED: accepted " << path << "\n";
    accepted = true;
    return;
  }
  CHECK(std::string(actual) == expected);
}

bool has_accepted() { return accepted; }

} // namespace wheelforge::support
