// Everything that `lifecycle` reads from outside: advisories, bills of materials, purls, tables, answers of images; and
// that the orders of versions are orders.
#include "orchestrator/lifecycle/advisory.hpp"
#include "orchestrator/lifecycle/bill_of_materials.hpp"
#include "orchestrator/lifecycle/component.hpp"
#include "orchestrator/lifecycle/date.hpp"
#include "orchestrator/lifecycle/graft_name.hpp"
#include "orchestrator/lifecycle/image_diff.hpp"
#include "orchestrator/lifecycle/known_graft.hpp"
#include "orchestrator/lifecycle/package_url.hpp"
#include "orchestrator/lifecycle/package_version.hpp"
#include "orchestrator/lifecycle/version_strings.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace wheelforge;
using namespace wheelforge::lifecycle;

namespace {

/// The first line against the second, in every scheme: the order turns with its sides, and everything equals itself.
void compare(std::string_view text) {
  const std::string_view a = text.substr(0, text.find('\n'));
  const std::string_view rest = text.substr(std::min(a.size() + 1, text.size()));
  const std::string_view b = rest.substr(0, rest.find('\n'));
  for (const VersionScheme scheme :
       {VersionScheme::rpm, VersionScheme::dpkg, VersionScheme::apk, VersionScheme::semver, VersionScheme::pep440}) {
    const auto order = compare_versions(scheme, a, b);
    const auto turned = compare_versions(scheme, b, a);
    WF_CHECK(order.has_value() == turned.has_value());
    if (order) {
      WF_CHECK((*order < 0) == (*turned > 0));
      WF_CHECK(*compare_versions(scheme, a, a) == 0);
    }
  }
}

void evaluate(const std::vector<Advisory>& advisories) {
  for (const Advisory& advisory : advisories) {
    for (const AffectedPackage& package : advisory.affected) {
      (void)is_affected(package, "1.0-1.el8");
      for (const std::string& version : package.versions) {
        WF_CHECK(is_affected(package, version).affected == Affected::yes);
      }
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  compare(text);
  if (const auto advisories = parse_advisories(text)) {
    evaluate(*advisories);
  }
  (void)severity_of_cvss(text);
  if (const auto bill = parse_bill_of_materials(text)) {
    WheelEvidence wheel;
    wheel.bills.push_back({"x", *bill, {}});
    wheel.libraries.push_back({"x.libs/libssl-81259c47.so.1.1.1k", {}, {}, std::string(text), {}});
    (void)identify_components(wheel, embedded_known_grafts(), "alpine-3.22");
    (void)learn_grafts(wheel);
  }
  if (const auto url = parse_package_url(text)) {
    (void)base_of(*url, "debian-11");
    (void)source_package(*url);
  }
  if (const auto rows = parse_known_grafts(text)) {
    for (const KnownGraft& row : rows->rows()) {
      WF_CHECK(parse_known_grafts(to_line(row))->rows().front() == row);
    }
  }
  if (const auto contents = parse_image_contents(text, "x")) {
    WF_CHECK(compare_contents(*contents, *contents).empty());
  }
  if (const auto date = parse_date(text)) {
    WF_CHECK(to_string(*date) == text);
  }
  (void)parse_graft_name(text);
  (void)parse_version_marks(text);
  (void)find_versions({reinterpret_cast<const std::byte*>(data), size}, "liblzma.so.5", known_version_marks());
  return 0;
}
