// Scores of CVSS vectors, as FIRST's calculator and the NVD give them, and the words of distributions.
#include "orchestrator/lifecycle/severity.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <vector>

using namespace wheelforge::lifecycle;

TEST_CASE("base scores are those that the NVD publishes") {
  for (const auto& [vector, score] :
       std::vector<std::pair<std::string, double>>{{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
                                                   {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0},
                                                   {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5},
                                                   {"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", 5.9},
                                                   {"CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8},
                                                   {"CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 5.4},
                                                   {"CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1},
                                                   {"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0},
                                                   {"AV:N/AC:L/Au:N/C:N/I:N/A:P", 5.0},
                                                   {"AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0},
                                                   {"AV:N/AC:M/Au:N/C:P/I:N/A:N", 4.3},
                                                   {"7.2", 7.2}}) {
    INFO(vector);
    const auto seen = cvss_base_score(vector);
    REQUIRE(seen);
    CHECK(*seen == Approx(score));
  }
}

TEST_CASE("a broken vector has no score") {
  for (const char* wrong : {"", "CVSS:3.1/", "CVSS:3.1/AV:N", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "11",
                            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:Q/C:H/I:H/A:H", "nonsense"}) {
    INFO(wrong);
    CHECK_FALSE(cvss_base_score(wrong));
    CHECK(severity_of_cvss(wrong) == Severity::unknown);
  }
}

TEST_CASE("a CVSS 4.0 vector is never taken for less than it may be") {
  CHECK(severity_of_cvss("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N") == Severity::critical);
  CHECK(severity_of_cvss("CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N") == Severity::none);
  CHECK(severity_of_cvss("CVSS:4.0/AV:N") == Severity::unknown);
}

TEST_CASE("distributions' words are read in any case") {
  CHECK(severity_of_word("Important") == Severity::high);
  CHECK(severity_of_word("moderate") == Severity::medium);
  CHECK(severity_of_word("CRITICAL") == Severity::critical);
  CHECK(severity_of_word("negligible") == Severity::low);
  CHECK_FALSE(severity_of_word("openssl"));
}
