// Claims about `_manylinux` modules.
#include "orchestrator/resolve/manylinux_module.hpp"

#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::resolve;

namespace {

/// What manylinux_compatible(2, 28, "x86_64") answers; "error: …" where it raises.
std::string answer(const std::string& source) {
  const Result<ManylinuxModule> module = ManylinuxModule::parse(source);
  if (!module) {
    return "error: " + module.error().message;
  }
  if (!module->has_function()) {
    return "no function";
  }
  const Result<std::optional<bool>> said = module->compatible({2, 28}, "x86_64");
  return !said ? "error: " + said.error().message : !*said ? "None" : **said ? "True" : "False";
}

std::string body(const std::string& statements) {
  return "def manylinux_compatible(major, minor, arch):\n" + statements;
}

} // namespace

TEST_CASE("the attributes of a module are found by name and by their truth") {
  const Result<ManylinuxModule> module =
      ManylinuxModule::parse("# a comment\n\"\"\"A module.\"\"\"\nmanylinux1_compatible = False\n"
                             "manylinux2010_compatible = manylinux2014_compatible = 1 < 2\n");
  REQUIRE(module);
  CHECK(module->attribute("manylinux1_compatible") == false);
  CHECK(module->attribute("manylinux2010_compatible") == true);
  CHECK(module->attribute("manylinux2014_compatible") == true);
  CHECK(module->attribute("manylinux_compatible") == std::nullopt);
  CHECK_FALSE(module->has_function());
}

TEST_CASE("a function decides as Python would") {
  const auto [statements, expected] = GENERATE(table<std::string, std::string>(
      {{"    return (major, minor) <= (2, 17)\n", "False"},
       {"    return arch == 'x86_64' and minor % 2 == 0\n", "True"},
       {"    return False if (major, minor) > (2, 17) else None\n", "False"},
       {"    if arch not in ['i686', \"x86_64\"]:\n        return False\n    elif minor == 28: return None\n    return "
        "True\n",
        "None"},
       {"    if minor < 20:\n        return True\n    else:\n        pass\n", "None"},
       {"    return not (2 <= minor < 28) and major is not None\n", "True"},
       {"    limit = {'x86_64': (2, 31), 'aarch64': (2, 17)}.get(arch, (2, 5))\n    return (major, minor) <= limit\n",
        "True"},
       {"    return arch.startswith('x86') or 1 // 0\n", "True"},
       {"    return (lambda a: a[0] + a[-1])((major, minor)) == 30\n", "True"},
       {"    return -7 // 2 == -4 and -7 % 3 == 2 and 7 % -3 == -2\n", "True"},
       {"    return bool(len((1, 2)) - 2)\n", "False"},
       {"    return (\n        major\n        == 2)  # continued\n", "True"},
       {"    return major == 2; return False\n", "True"},
       {"    return 'a' 'b' + 'c' == \"abc\"\n", "True"}}));
  INFO(statements);
  CHECK(answer(body(statements)) == expected);
}

TEST_CASE("where Python would raise, and where the text is not understood, the line is named") {
  const auto [source, part] = GENERATE(table<std::string, std::string>(
      {{body("    return unknown\n"), "line 2: the name \"unknown\" is not defined"},
       {body("    return 1 // (minor - 28)\n"), "line 2: division by zero"},
       {body("    return arch < 3\n"), "values of different kinds have no order"},
       {body("    return manylinux_compatible(major, minor, arch)\n"), "nested deeper than 50"},
       {"def manylinux_compatible(a):\n    return True\n", "takes 1 arguments but 3 were given"},
       {body("    return 9223372036854775807 + 1\n"), "a number is too large"},
       {"for x in (1, 2):\n    pass\n", "line 1"},
       {"x = (1,\n", "a bracket is not closed"},
       {"x = 'abc\n", "a string is not closed"},
       {"x = 'abc\\", "a string is not closed"},
       {"x = \"\"\"abc\"\"\\", "a string is not closed"},
       {"if True:\n  x = 1\n y = 2\n", "line 3: the indentation matches no outer level"},
       {"x = 1 +\n", "line 1"},
       {"x = 1.5\n", "line 1"},
       {"x = $\n", "the character \"$\" is not understood"},
       {"import os\nx = os.path\n", "line 2"},
       {"def f(a=1):\n    pass\n", "line 1"}}));
  INFO(source);
  const std::string said = answer(source);
  INFO(said);
  CHECK(said.find("error: _manylinux") == 0);
  CHECK(said.find(part) != std::string::npos);
}

TEST_CASE("hostile modules end in an error and not in exhausted memory or time") {
  std::string doubling = "a = [1]\n";
  for (int i = 0; i < 60; ++i) {
    doubling += "a = [a, a]\n";
  }
  CHECK(answer(doubling).find("grows without bound") != std::string::npos);
  CHECK(answer("x = " + std::string(5000, '(') + "1" + std::string(5000, ')')).find("error") == 0);
  CHECK(answer("x = " + std::string(5000, '-') + "1").find("error") == 0);
  CHECK(answer("x = " + std::string(8000, '[')).find("error") == 0);
  CHECK(answer(std::string(20000, '\n')).find("at most 16384 are read") != std::string::npos);
  std::string loops = body("    return f1(1)\n");
  for (int i = 1; i < 40; ++i) {
    loops += "def f" + std::to_string(i) + "(x): return f" + std::to_string(i + 1) + "(x) + f" + std::to_string(i + 1) +
             "(x)\n";
  }
  loops += "def f40(x): return x\n";
  CHECK(answer(loops).find("20000 steps") != std::string::npos);
}
