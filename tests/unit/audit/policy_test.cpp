// The policy table: what is allowed from which tag on, and what broken tables say.
#include "orchestrator/audit/policy.hpp"
#include "tests/support/catch.hpp"

using namespace wheelforge;
using namespace wheelforge::audit;
using tags::Architecture;

namespace {
std::size_t index_of(const ArchPolicies& policies, std::string_view name) {
  for (std::size_t i = 0; i < policies.size(); ++i) {
    if (policies.policy(i).name == name) {
      return i;
    }
  }
  FAIL("no policy " << name);
  return 0;
}
} // namespace

TEST_CASE("policies exist from the first glibc of an architecture on, widest first") {
  const PolicyTable& table = PolicyTable::built_in();
  CHECK(table.of(Libc::glibc, Architecture::x86_64).size() == 16);
  CHECK(table.of(Libc::glibc, Architecture::x86_64).tag(0).text == "manylinux_2_5_x86_64");
  CHECK(table.of(Libc::glibc, Architecture::aarch64).tag(0).text == "manylinux_2_17_aarch64");
  CHECK(table.of(Libc::glibc, Architecture::ppc64).size() == 1);
  CHECK(table.of(Libc::glibc, Architecture::riscv64).tag(0).text == "manylinux_2_31_riscv64");
  CHECK(table.of(Libc::glibc, Architecture::loongarch64).tag(0).text == "manylinux_2_36_loongarch64");
  CHECK(table.of(Libc::musl, Architecture::ppc64).size() == 0);
  CHECK(table.of(Libc::musl, Architecture::x86_64).size() == 2);
}

TEST_CASE("versions are members of sets, not below a maximum") {
  const ArchPolicies policies = PolicyTable::built_in().of(Libc::glibc, Architecture::x86_64);
  const std::size_t p2_17 = index_of(policies, "manylinux_2_17");
  CHECK(policies.allows_version(p2_17, "GLIBC_2.17"));
  CHECK_FALSE(policies.allows_version(p2_17, "GLIBC_2.18"));
  CHECK_FALSE(policies.allows_version(p2_17, "GLIBC_PRIVATE"));
  CHECK_FALSE(policies.allows_version(p2_17, "GLIBC_2.0")); // older, but x86_64 never had it
  CHECK(policies.allows_version(p2_17, "CXXABI_TM_1"));
  CHECK(policies.allows_version(p2_17, "OPENSSL_3.0.0")); // nobody judges this prefix
  CHECK_FALSE(policies.allows_version(p2_17, "GLIBC"));
}

TEST_CASE("a prefix is judged only from the first policy that lists it") {
  const ArchPolicies policies = PolicyTable::built_in().of(Libc::glibc, Architecture::x86_64);
  CHECK(policies.first_naming_version("ZLIB_1.2.9") == index_of(policies, "manylinux_2_27"));
  CHECK_FALSE(policies.allows_version(index_of(policies, "manylinux_2_12"), "ZLIB_1.2.9"));
  CHECK(policies.judges_prefix("ZLIB"));
  CHECK_FALSE(policies.judges_prefix("OPENSSL"));
}

TEST_CASE("aarch64's manylinux_2_17 has GLIBC_2.18") {
  const ArchPolicies policies = PolicyTable::built_in().of(Libc::glibc, Architecture::aarch64);
  CHECK(policies.allows_version(0, "GLIBC_2.18"));
  CHECK_FALSE(policies.allows_version(0, "GLIBC_2.19"));
}

TEST_CASE("libraries are allowed from one policy on") {
  const ArchPolicies policies = PolicyTable::built_in().of(Libc::glibc, Architecture::x86_64);
  CHECK(policies.allows_library(0, "libc.so.6"));
  CHECK_FALSE(policies.allows_library(0, "libexpat.so.1"));
  CHECK(policies.first_allowing_library("libexpat.so.1") == index_of(policies, "manylinux_2_12"));
  CHECK(policies.first_allowing_library("libmvec.so.1") == index_of(policies, "manylinux_2_24"));
  CHECK_FALSE(policies.first_allowing_library("libfoo.so.1"));
}

TEST_CASE("musl's libc is allowed under its architecture's soname only") {
  const PolicyTable& table = PolicyTable::built_in();
  CHECK(table.of(Libc::musl, Architecture::i686).allows_library(0, "libc.musl-x86.so.1"));
  CHECK(table.of(Libc::musl, Architecture::armv7l).allows_library(0, "libc.musl-armv7.so.1"));
  CHECK_FALSE(table.of(Libc::musl, Architecture::x86_64).allows_library(0, "libc.musl-aarch64.so.1"));
  CHECK_FALSE(table.of(Libc::musl, Architecture::x86_64).allows_library(0, "libc.so"));
}

TEST_CASE("symbols are forbidden together with their library and up to a policy") {
  const ArchPolicies policies = PolicyTable::built_in().of(Libc::glibc, Architecture::x86_64);
  CHECK(policies.forbids(0, "libz.so.1", "uncompress2"));
  CHECK_FALSE(policies.forbids(0, "libother.so.1", "uncompress2"));
  CHECK_FALSE(policies.forbids(index_of(policies, "manylinux_2_34"), "libz.so.1", "uncompress2"));
  CHECK(policies.forbids(index_of(policies, "manylinux_2_17"), "libc.so.6", "__cxa_thread_atexit_impl"));
  CHECK_FALSE(policies.forbids(index_of(policies, "manylinux_2_24"), "libc.so.6", "__cxa_thread_atexit_impl"));
  CHECK(PolicyTable::built_in().is_ever_forbidden("inflate_fast"));
  CHECK_FALSE(PolicyTable::built_in().is_ever_forbidden("inflate"));
}

TEST_CASE("a broken policy table is refused with its line") {
  for (const char* text : {"policy manylinux_2_5\n", "policy manylinux_2_5 x\n", "nonsense a b\n",
                           "policy manylinux_2_5 1\narch x86_64 manylinux_2_6\n", "policy oddname 1\n"}) {
    INFO(text);
    const auto table = PolicyTable::parse(text);
    REQUIRE_FALSE(table);
    CHECK(table.error().message.find("line ") != std::string::npos);
  }
}
