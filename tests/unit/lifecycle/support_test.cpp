// Dates of support: states, days left, disagreement, and what moving costs.
#include "orchestrator/lifecycle/report.hpp"
#include "orchestrator/lifecycle/support.hpp"
#include "orchestrator/lifecycle/toolchain.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>

using namespace wheelforge;
using namespace wheelforge::lifecycle;
using Catch::Matchers::ContainsSubstring;

namespace {

SupportFacts facts_on(const std::string& day) {
  SupportFacts facts;
  facts.today = *parse_date(day);
  facts.distributions = &platform::known_distributions();
  facts.pythons = &platform::known_python_releases();
  facts.catalog = &image::known_catalog();
  facts.shares = &platform::known_download_shares();
  return facts;
}

SupportEntry entry_of(const Inventory& inventory, const std::string& day, SubjectKind kind, const std::string& name) {
  const auto entries = support_entries(inventory, facts_on(day));
  REQUIRE(entries);
  const auto found = std::find_if(entries->begin(), entries->end(),
                                  [&](const SupportEntry& entry) { return entry.kind == kind && entry.name == name; });
  REQUIRE(found != entries->end());
  return *found;
}

Inventory tag(const std::string& platform) { return {{{platform, "x.whl"}}, {}, {}, {}}; }

SupportEntry judged(std::vector<SupportEnd> ends) {
  SupportEntry entry;
  entry.ends = std::move(ends);
  judge(entry, *parse_date("2026-11-25"), 180);
  return entry;
}

} // namespace

TEST_CASE("the state follows the dates that decide") {
  CHECK(judged({}).state == SupportState::unknown);
  CHECK(judged({{"2028-01-01", "", "", true}}).state == SupportState::supported);
  CHECK(judged({{"2026-11-25", "", "", true}}).state == SupportState::ending); // the last day is still supported
  CHECK(judged({{"2026-11-24", "", "", true}}).state == SupportState::ended);
  CHECK(judged({{"2028-01-01", "", "", true}, {"2020-01-01", "", "", false}}).state == SupportState::supported);
}

TEST_CASE("sources that disagree are both counted") {
  const SupportEntry entry = judged({{"2026-01-01", "", "a", true}, {"2027-01-01", "", "b", true}});
  CHECK(entry.state == SupportState::disputed);
  CHECK(entry.days_left == -328);
  CHECK(entry.days_left_at_most == 37);
}

TEST_CASE("AlmaLinux 8 has two ends, and between them its tag is disputed") {
  const SupportEntry entry = entry_of(tag("manylinux_2_28_x86_64"), "2029-04-01", SubjectKind::base, "almalinux-8");
  CHECK(entry.state == SupportState::disputed);
  CHECK(entry_of(tag("manylinux_2_28_x86_64"), "2026-11-25", SubjectKind::base, "almalinux-8").state ==
        SupportState::supported);
}

TEST_CASE("manylinux2014's base has ended: it moves to manylinux_2_28, and that has a price") {
  for (const char* spelling : {"manylinux2014_x86_64", "manylinux_2_17_x86_64"}) {
    const SupportEntry entry = entry_of(tag(spelling), "2026-11-25", SubjectKind::tag, "manylinux2014");
    CHECK(entry.state == SupportState::ended);
    CHECK(entry.move_to == "manylinux_2_28");
    REQUIRE(entry.costs.size() == 1);
    CHECK(entry.costs[0].percent_then == Approx(94.389));
    CHECK(std::find(entry.costs[0].loses.begin(), entry.costs[0].loses.end(), "rhel-7") != entry.costs[0].loses.end());
  }
}

TEST_CASE("a tag that upstream ended has ended whatever its base does") {
  CHECK(entry_of(tag("manylinux_2_24_x86_64"), "2023-01-02", SubjectKind::tag, "manylinux_2_24").state ==
        SupportState::ended);
}

TEST_CASE("Debian's long-term support is free and counts") {
  const Inventory inventory{{}, {}, {}, {"debian-12"}};
  CHECK(entry_of(inventory, "2026-11-25", SubjectKind::base, "debian-12").state == SupportState::supported);
  CHECK(entry_of(inventory, "2028-07-01", SubjectKind::base, "debian-12").state == SupportState::ended);
}

TEST_CASE("a Python that has ended says what it costs and what is supported") {
  const Inventory inventory{{}, {{3, 9, "x.whl"}}, {}, {}};
  const SupportEntry entry = entry_of(inventory, "2026-11-25", SubjectKind::python, "3.9");
  CHECK(entry.state == SupportState::ended);
  CHECK(entry.percent == Approx(6.233));
  CHECK(entry.move_to == "Python 3.11 and newer");
}

TEST_CASE("an image has its base's dates and its age") {
  const Inventory inventory{{}, {}, {{"quay.io/pypa/manylinux_2_28_x86_64", "2025.01.01-1", "", "images.lock"}}, {}};
  const SupportEntry entry =
      entry_of(inventory, "2026-11-25", SubjectKind::image, "quay.io/pypa/manylinux_2_28_x86_64:2025.01.01-1");
  CHECK(entry.state == SupportState::supported);
  CHECK(entry.detail == "693 days old");
  CHECK(entry.used_by == std::vector<std::string>{"images.lock"});
}

TEST_CASE("a compiler's upstream branch is told but does not decide") {
  CHECK(branch_ends("gcc 10 (devtoolset-10)").front().date == "2023-07-07");
  CHECK(branch_ends("gcc 12.2").front().decides == false);
  CHECK(branch_ends("gcc 4.8 (devtoolset-2)").front().date == "2015-06-23");
  CHECK(branch_ends("clang 20").empty());
}

TEST_CASE("every base of the catalogue is a known distribution, so that its dates are found") {
  for (const image::ImageFamily& family : image::known_catalog().families) {
    INFO(family.policy << ": " << family.base);
    CHECK(platform::find_distribution(platform::known_distributions(), distribution_of_base(family.base)));
  }
}

TEST_CASE("everything in the catalogue has an entry, and each of them a date") {
  const SupportFacts facts = facts_on("2026-11-25");
  const auto entries = support_entries(whole_inventory(facts), facts);
  REQUIRE(entries);
  CHECK(entries->size() > 40);
  for (const SupportEntry& entry : *entries) {
    INFO(to_string(entry.kind) << " " << entry.name);
    CHECK(entry.state != SupportState::unknown);
  }
}

TEST_CASE("a job fails on ends, days, severities and nothing else") {
  const auto fail_on = parse_fail_on({"eol:90", "cve:high", "unknown"});
  REQUIRE(fail_on);
  CHECK(*fail_on == FailOn{true, 90, Severity::high, true, false});
  CHECK(*parse_fail_on({"never"}) == FailOn{});
  CHECK(parse_fail_on({"cve:important"})->cve == Severity::high);
  for (const char* wrong : {"x", "eol:soon", "eol:-1", "cve:nasty", "cve:unknown", "never:1", ""}) {
    INFO(wrong);
    CHECK_FALSE(parse_fail_on({wrong}));
  }
}

TEST_CASE("a vulnerability of unknown severity fails whatever severity is asked for") {
  const FailOn fail_on = *parse_fail_on({"cve:critical"});
  LifecycleFinding finding{"vulnerability", FindingLevel::error, "x", "", "", Severity::unknown, {}};
  CHECK(fail_on.matches(finding));
  finding.severity = Severity::high;
  CHECK_FALSE(fail_on.matches(finding));
  finding.severity = Severity::critical;
  CHECK(fail_on.matches(finding));
  CHECK_FALSE(parse_fail_on({"eol"})->matches(finding));
}
