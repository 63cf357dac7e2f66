// Claims about files of cases and rows.
#include "orchestrator/resolve/case_file.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::resolve;

TEST_CASE("a case may leave out what is not needed") {
  const Result<std::vector<ResolveCase>> cases = parse_cases(
      R"([{"pip":"24.1","python":"3.12","musl":"1.2","machine":"x86_64","bits":64,"files":["p-1-py3-none-any.whl"],
           "specifier":"==1","title":"ignored"}])");
  REQUIRE(cases);
  REQUIRE(cases->size() == 1);
  CHECK(cases->front().target.libc == platform::Libc::musl);
  CHECK(cases->front().target.bits == 64);
  CHECK(cases->front().files == std::vector<ReleaseFile>{{"p-1-py3-none-any.whl"}});
  CHECK(cases->front().request.specifier.is_pinned());
}

TEST_CASE("a broken case file says which case, which member, what was seen and what was wanted") {
  const std::string start = R"([{"pip":"24.1","python":"3.12","glibc":"2.31","machine":"x86_64")";
  const auto [text, message] = GENERATE_COPY(table<std::string, std::string>(
      {{"", "the file is not JSON"},
       {"{}", "the file is {}, wanted a list of cases or an object with the list \"cases\""},
       {"[1]", "case 0 is 1, wanted an object"},
       {"[{}]", "case 0: pip is missing, wanted a version such as \"24.1\""},
       {R"([{"pip":24.1}])", "case 0: pip is 24.1, wanted a version such as \"24.1\""},
       {start + "}]", "case 0: files is missing, wanted a list of strings"},
       {start + R"(,"files":[1]}])", "case 0: files is [1], wanted a list of strings"},
       {start + R"(,"files":[],"yanked":"x"}])", "case 0: yanked is \"x\", wanted a list of strings"},
       {start + R"(,"files":[],"bits":16}])", "case 0: bits is 16, wanted 32 or 64"},
       {start + R"(,"files":[],"manylinux_module":1}])", "case 0: manylinux_module is 1, wanted a string or null"},
       {start + R"(,"files":[],"requires_python":[1]}])",
        "case 0: requires_python is [1], wanted an object with strings as values"},
       {start + R"(,"files":[],"specifier":"1.0"}])",
        "case 0: specifier \"1.0\", wanted clauses such as >=3.8 or ==1.2.*"}}));
  const Result<std::vector<ResolveCase>> cases = parse_cases(text);
  REQUIRE_FALSE(cases);
  CHECK(cases.error().message == message);
}

TEST_CASE("rows are read by the names of their columns") {
  const Result<std::vector<TargetText>> rows = parse_tag_rows(
      R"({"columns":["machine","pip","glibc","python","manylinux_module"],"manylinux_modules":[null,"x = 1"],
          "rows":[["x86_64","24.1","2.31","3.12",1],["aarch64","9.0.3","2.17","2.7",0],["s390x","26.3","2.39","3.13"]]})");
  REQUIRE(rows);
  REQUIRE(rows->size() == 3);
  CHECK((*rows)[0].manylinux_module == "x = 1");
  CHECK((*rows)[1].manylinux_module == std::nullopt);
  CHECK((*rows)[1].pip == "9.0.3");
  CHECK((*rows)[2].machine == "s390x");
}

TEST_CASE("broken rows say which row and what was wanted") {
  const std::string start =
      R"({"columns":["pip","python","glibc","machine","manylinux_module"],"manylinux_modules":[null],)";
  const auto [text, message] = GENERATE_COPY(table<std::string, std::string>(
      {{"[]", "the file has no list \"rows\""},
       {start + R"("rows":[3]})", "row 0 is 3, wanted a list of at most 5 values"},
       {start + R"("rows":[[]]})", "row 0: pip is missing, wanted a version such as \"24.1\""},
       {start + R"("rows":[["24.1","3.12","2.31","x86_64",1]]})",
        "row 0: manylinux_module is 1, wanted an index below 1"},
       {start + R"("rows":[["24.1","3.12","2.31","x86_64",-1]]})",
        "row 0: manylinux_module is -1, wanted an index below 1"}}));
  const Result<std::vector<TargetText>> rows = parse_tag_rows(text);
  REQUIRE_FALSE(rows);
  CHECK(rows.error().message == message);
}
