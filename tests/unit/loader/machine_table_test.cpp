// The tables of machines: what is read, and which lines are refused.
#include "orchestrator/loader/machine_table.hpp"

#include "tests/support/catch.hpp"

namespace wheelforge::loader {

TEST_CASE("a machine's lines become libraries, packages and Python's needs") {
  const auto rows = parse_machines("# comment\n"
                                   "machine m-1 x86_64 glibc 2.36 packages\n"
                                   "python python3.11 libz.so.1 libc.so.6\n"
                                   "lib libc.so.6 /lib/libc.so.6 base\n"
                                   " versions GLIBC_2.2.5 GLIBC_2.36\n"
                                   " tls 144 8 static\n"
                                   "lib libc.so.6.1 /lib/libc.so.6.1 extra = libc.so.6\n"
                                   "package thing extra thing\n");
  REQUIRE(rows.has_value());
  REQUIRE(rows->size() == 1);
  const MachineRow& row = rows->front();
  CHECK(row.libc_version == tags::LibcVersion{2, 36});
  CHECK(row.python == "python3.11");
  REQUIRE(row.libraries.size() == 2);
  CHECK(row.libraries[0].versions.size() == 2);
  CHECK(row.libraries[0].tls_static);
  CHECK(row.libraries[1].symbols == "libc.so.6");
  CHECK(row.libraries[1].package == "extra");
  CHECK(row.packages.at("thing").size() == 2);
}

TEST_CASE("lines of no known form are refused with their number") {
  for (const char* text :
       {"lib a /a base\n", "machine m x86_64 glibc packages\n", "machine m vax glibc 2.1 packages\n",
        "machine m x86_64 glibc 2.1 packages\nlib a /a\n", "machine m x86_64 glibc 2.1 packages\nlib a /a base = b\n",
        "machine m x86_64 glibc 2.1 packages\nlib a /a base\n tls x y\n"}) {
    const auto rows = parse_machines(text);
    REQUIRE_FALSE(rows.has_value());
    CHECK(rows.error().message.find("line ") == 0);
  }
  CHECK_FALSE(SymbolTable::parse("GLIBC_2.2.5 1 f\n").has_value());
  CHECK_FALSE(SymbolTable::parse("machines a\nlib x\nV zz f\n").has_value());
}

TEST_CASE("symbols belong to libraries, versions and machines") {
  const auto table = SymbolTable::parse("machines a b\nlib libx.so.1\nV_1@ 1 f g\nV_2 3 f\n- 2 h\n");
  REQUIRE(table.has_value());
  CHECK(table->mask_of("b") == 2);
  CHECK(table->mask_of("c") == 0);
  std::vector<std::string> found;
  table->for_exporters("f", [&](const SymbolRow& row) { found.emplace_back(row.version); });
  CHECK(found.size() == 2);
  table->for_exporters("h", [&](const SymbolRow& row) { CHECK((row.version.empty() && row.mask == 2)); });
}

TEST_CASE("the built-in tables are whole") {
  CHECK(known_rows().size() >= 5);
  for (const MachineRow& row : known_rows()) {
    CHECK(known_symbols().mask_of(row.id) != 0);
    CHECK(find_machine(row.id, row.arch).value().find("libc.so.6") != nullptr);
  }
}

} // namespace wheelforge::loader
