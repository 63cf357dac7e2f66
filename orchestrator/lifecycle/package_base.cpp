// From a purl to the distribution and the database that speak of its package.
#include "orchestrator/lifecycle/component.hpp"

#include "embedded/lifecycle/source_packages.hpp"
#include "orchestrator/lifecycle/version_parts.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace wheelforge::lifecycle {
namespace {

std::string digits_after(std::string_view text, std::string_view mark, std::string_view more = "") {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) {
    return {};
  }
  text.remove_prefix(at + mark.size());
  const auto end = std::find_if_not(text.begin(), text.end(),
                                    [&](char c) { return is_digit(c) || more.find(c) != std::string_view::npos; });
  return {text.begin(), end};
}

/// How a distribution's name in purls stands for OSV's ecosystem and for our distributions.
struct Vendor {
  std::string_view name_space;
  std::string_view ecosystem; ///< empty: OSV has none
  std::string_view distribution;
  std::string_view before_release; ///< of the ecosystem's suffix: "v" in Alpine:v3.22
};

constexpr std::array<Vendor, 14> kVendors = {{{"almalinux", "AlmaLinux", "almalinux", ""},
                                              {"alpine", "Alpine", "alpine", "v"},
                                              {"amzn", "", "amazonlinux", ""},
                                              {"amazon", "", "amazonlinux", ""},
                                              {"anolis", "", "anolisos", ""},
                                              {"centos", "", "centos", ""},
                                              {"debian", "Debian", "debian", ""},
                                              {"fedora", "", "fedora", ""},
                                              {"opensuse", "openSUSE", "opensuse", ""},
                                              {"oracle", "", "oraclelinux", ""},
                                              {"redhat", "Red Hat", "rhel", ""},
                                              {"rocky", "Rocky Linux", "rockylinux", ""},
                                              {"rockylinux", "Rocky Linux", "rockylinux", ""},
                                              {"ubuntu", "Ubuntu", "ubuntu", ""}}};

/// The release that the package's own version or qualifiers tell.
std::string release_of(const PackageUrl& url) {
  if (const std::string distro = url.qualifier("distro"); !distro.empty()) {
    const std::size_t digit = distro.find_first_of("0123456789");
    if (digit != std::string::npos) {
      std::string release = distro.substr(digit);
      if (url.type == "apk" || url.name_space == "ubuntu") { // "alpine-3.22.1" is a point release of 3.22
        const std::size_t second = release.find('.', release.find('.') + 1);
        return release.substr(0, release.find('.') == std::string::npos ? std::string::npos : second);
      }
      return release.substr(0, release.find('.'));
    }
    static const std::map<std::string, std::string, std::less<>> kCodenames = {
        {"jessie", "8"},    {"stretch", "9"},   {"buster", "10"},     {"bullseye", "11"},
        {"bookworm", "12"}, {"trixie", "13"},   {"bionic", "18.04"},  {"focal", "20.04"},
        {"jammy", "22.04"}, {"noble", "24.04"}, {"resolute", "26.04"}};
    const std::size_t hyphen = distro.rfind('-');
    const auto found = kCodenames.find(hyphen == std::string::npos ? distro : distro.substr(hyphen + 1));
    return found == kCodenames.end() ? std::string() : found->second;
  }
  for (const std::string_view mark : {".el", "+deb", "~deb", ".amzn", ".fc", ".an"}) {
    if (std::string release = digits_after(url.version, mark); !release.empty()) {
      return release;
    }
  }
  return {};
}

std::string_view language_ecosystem(const PackageUrl& url) {
  return url.type == "pypi"     ? "PyPI"
         : url.type == "cargo"  ? "crates"
                                  ".io"
         : url.type == "golang" ? "Go"
         : url.type == "npm"    ? "npm"
                                : "";
}

} // namespace

PackageBase base_of(const PackageUrl& url, std::string_view image_base) {
  PackageBase out;
  const auto* vendor = std::find_if(kVendors.begin(), kVendors.end(),
                                    [&](const Vendor& known) { return known.name_space == url.name_space; });
  if (vendor == kVendors.end() || (url.type != "rpm" && url.type != "deb" && url.type != "apk")) {
    out.ecosystem = std::string(language_ecosystem(url));
    return out;
  }
  std::string release = release_of(url);
  const std::string prefix = std::string(vendor->distribution) + "-";
  if (release.empty() && image_base.starts_with(prefix)) {
    release = std::string(image_base.substr(prefix.size()));
    out.assumed = true;
  }
  if (release.empty()) {
    return out;
  }
  out.distribution = prefix + release;
  if (!vendor->ecosystem.empty()) {
    out.ecosystem = std::string(vendor->ecosystem) + ":" + std::string(vendor->before_release) + release;
  }
  return out;
}

std::string source_package(const PackageUrl& url) {
  for (const char* key : {"upstream", "source", "origin"}) {
    if (const std::string named = url.qualifier(key); !named.empty()) {
      return named.substr(0, named.find('@'));
    }
  }
  // "deb libssl1.1 openssl": the type, the binary package, its source.
  static const std::map<std::string, std::string, std::less<>> kTable = [] {
    std::map<std::string, std::string, std::less<>> table;
    std::string_view text = embedded::source_packages();
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      const std::size_t space = line.rfind(' ');
      if (!line.starts_with('#') && space != std::string_view::npos) {
        table.emplace(line.substr(0, space), line.substr(space + 1));
      }
    }
    return table;
  }();
  auto found = kTable.find(url.type + " " + url.name + "@" + release_of(url));
  found = found == kTable.end() ? kTable.find(url.type + " " + url.name) : found;
  return found == kTable.end() ? std::string() : found->second;
}

} // namespace wheelforge::lifecycle
