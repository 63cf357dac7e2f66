// Bills of materials: CycloneDX as auditwheel and maturin write it, and SPDX.
#include "orchestrator/lifecycle/bill_of_materials.hpp"

#include "tests/support/catch.hpp"

#include <string>

using namespace wheelforge;
using namespace wheelforge::lifecycle;

TEST_CASE("auditwheel's bill gives packages with the digests of their files' paths, and not the wheel itself") {
  const std::string digest(64, 'a');
  const auto bill = parse_bill_of_materials(R"({"bomFormat": "CycloneDX", "specVersion": "1.4",
    "metadata": {"component": {"bom-ref": "pkg:pypi/x@1.0?file_name=x.whl", "name": "x"}},
    "components": [{"bom-ref": "pkg:pypi/x@1.0?file_name=x.whl", "name": "x", "version": "1.0",
                    "purl": "pkg:pypi/x@1.0?file_name=x.whl"},
                   {"bom-ref": "pkg:rpm/almalinux/a@1-1.el8#)" +
                                            digest + R"(", "name": "a", "version": "1-1.el8",
                    "purl": "pkg:rpm/almalinux/a@1-1.el8"}]})");
  REQUIRE(bill);
  CHECK(bill->format == "CycloneDX 1.4");
  REQUIRE(bill->entries.size() == 1);
  CHECK(bill->entries[0].purl == "pkg:rpm/almalinux/a@1-1.el8");
  CHECK(bill->entries[0].path_digest == digest);
}

TEST_CASE("nested components, hashes and places are read") {
  const auto bill = parse_bill_of_materials(R"({"bomFormat": "CycloneDX", "components": [
    {"name": "outer", "hashes": [{"alg": "SHA-256", "content": "ABCD"}],
     "evidence": {"occurrences": [{"location": "x.libs/a.so"}]},
     "components": [{"name": "inner", "version": "2"}]}]})");
  REQUIRE(bill);
  REQUIRE(bill->entries.size() == 2);
  CHECK(bill->entries[0].hashes == std::vector<std::string>{"abcd"});
  CHECK(bill->entries[0].files == std::vector<std::string>{"x.libs/a.so"});
  CHECK(bill->entries[1].name == "inner");
}

TEST_CASE("SPDX packages are read with their purls") {
  const auto bill = parse_bill_of_materials(R"({"spdxVersion": "SPDX-2.3", "packages": [
    {"name": "openssl", "versionInfo": "3.5.0", "externalRefs": [
       {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:generic/openssl@3.5.0"}]}]})");
  REQUIRE(bill);
  CHECK(bill->entries.front().purl == "pkg:generic/openssl@3.5.0");
}

TEST_CASE("what is no bill of materials is refused") {
  for (const char* wrong :
       {"", "[]", "{}", "{\"bomFormat\": \"Other\"}", "{\"bomFormat\": \"CycloneDX\", \"components\": [1]}",
        "{\"bomFormat\": \"CycloneDX\", \"components\": [{}]}",
        "{\"spdxVersion\": \"SPDX-2.3\", \"packages\": [{}]}"}) {
    INFO(wrong);
    CHECK_FALSE(parse_bill_of_materials(wrong));
  }
}

TEST_CASE("components nested without end are refused") {
  std::string json = "{\"bomFormat\": \"CycloneDX\"";
  for (int i = 0; i < 100; ++i) {
    json += ", \"components\": [{\"name\": \"x\"";
  }
  for (int i = 0; i < 100; ++i) {
    json += "}]";
  }
  CHECK_FALSE(parse_bill_of_materials(json + "}"));
}
