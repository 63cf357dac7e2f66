// Fuzz target: any text as the tables of machines.
#include "orchestrator/loader/machine_table.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace wheelforge;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rows = loader::parse_machines(text);
  if (!rows && (rows.error().kind != ErrorKind::invalid_data || rows.error().message.empty())) {
    std::abort();
  }
  const auto table = loader::SymbolTable::parse(text);
  if (table && table->mask_of("no such machine") != 0) {
    std::abort();
  }
  return 0;
}
