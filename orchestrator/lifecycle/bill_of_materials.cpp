// CycloneDX 1.x and SPDX 2.x in JSON.
#include "orchestrator/lifecycle/bill_of_materials.hpp"

#include "orchestrator/base/ascii.hpp"
#include "orchestrator/base/sha256.hpp"
#include "orchestrator/lifecycle/package_url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wheelforge::lifecycle {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 64;

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& list_of(const Json& json, const char* key) {
  static const Json kEmpty = Json::array();
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_array() ? *found : kEmpty;
}

Result<BillEntry> cyclonedx_entry(const Json& component) {
  BillEntry out;
  out.name = text_of(component, "name");
  out.version = text_of(component, "version");
  out.purl = text_of(component, "purl");
  if (out.name.empty()) {
    return fail(ErrorKind::invalid_data, "a component has no name");
  }
  const std::string reference = text_of(component, "bom-ref");
  if (const std::size_t hash = reference.rfind('#');
      hash != std::string::npos && is_sha256_hex(reference.substr(hash + 1))) {
    out.path_digest = reference.substr(hash + 1);
  }
  for (const Json& hash : list_of(component, "hashes")) {
    if (hash.is_object() && text_of(hash, "alg") == "SHA-256") {
      out.hashes.push_back(lower_case(text_of(hash, "content")));
    }
  }
  const auto evidence = component.find("evidence");
  for (const Json& occurrence : evidence == component.end() ? Json::array() : list_of(*evidence, "occurrences")) {
    if (occurrence.is_object() && !text_of(occurrence, "location").empty()) {
      out.files.push_back(text_of(occurrence, "location"));
    }
  }
  for (const Json& property : list_of(component, "properties")) {
    if (!property.is_object()) {
      continue;
    }
    const std::string name = lower_case(text_of(property, "name"));
    const std::string value = text_of(property, "value");
    if (name.find("sha256") != std::string::npos && is_sha256_hex(lower_case(value))) {
      out.hashes.push_back(lower_case(value));
    } else if (name.ends_with("path") || name.ends_with("file")) {
      out.files.push_back(value);
    }
  }
  return out;
}

Result<void> read_components(const Json& parent, int depth, std::vector<BillEntry>& out) {
  if (depth > kDeepest) {
    return fail(ErrorKind::invalid_data, "components are nested more than {} deep", kDeepest);
  }
  for (const Json& component : list_of(parent, "components")) {
    if (!component.is_object()) {
      return fail(ErrorKind::invalid_data, "a component is no object");
    }
    WF_TRY(BillEntry entry, cyclonedx_entry(component));
    out.push_back(std::move(entry));
    WF_TRY_VOID(read_components(component, depth + 1, out));
  }
  return {};
}

Result<BillEntry> spdx_entry(const Json& package) {
  BillEntry out;
  out.name = text_of(package, "name");
  out.version = text_of(package, "versionInfo");
  if (out.name.empty()) {
    return fail(ErrorKind::invalid_data, "a package has no name");
  }
  for (const Json& reference : list_of(package, "externalRefs")) {
    if (reference.is_object() && text_of(reference, "referenceType") == "purl") {
      out.purl = text_of(reference, "referenceLocator");
    }
  }
  for (const Json& sum : list_of(package, "checksums")) {
    if (sum.is_object() && text_of(sum, "algorithm") == "SHA256") {
      out.hashes.push_back(lower_case(text_of(sum, "checksumValue")));
    }
  }
  return out;
}

} // namespace

Result<BillOfMaterials> parse_bill_of_materials(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object()) {
    return fail(ErrorKind::invalid_data, "the bill of materials is no JSON object");
  }
  BillOfMaterials out;
  if (text_of(document, "bomFormat") == "CycloneDX") {
    out.format = "CycloneDX " + text_of(document, "specVersion");
    WF_TRY_VOID(read_components(document, 0, out.entries));
    const auto metadata = document.find("metadata");
    const std::string subject = metadata != document.end() && metadata->is_object() &&
                                        metadata->contains("component") && (*metadata)["component"].is_object()
                                    ? text_of((*metadata)["component"], "bom-ref")
                                    : std::string();
    if (!subject.empty()) { // auditwheel lists the wheel itself among the components
      const Result<PackageUrl> url = parse_package_url(subject);
      std::erase_if(out.entries, [&](const BillEntry& entry) {
        const Result<PackageUrl> other = parse_package_url(entry.purl);
        return url && other && other->type == url->type && other->name == url->name && other->version == url->version;
      });
    }
    return out;
  }
  if (text_of(document, "spdxVersion").starts_with("SPDX-")) {
    out.format = text_of(document, "spdxVersion");
    for (const Json& package : list_of(document, "packages")) {
      if (!package.is_object()) {
        return fail(ErrorKind::invalid_data, "a package is no object");
      }
      WF_TRY(BillEntry entry, spdx_entry(package));
      out.entries.push_back(std::move(entry));
    }
    return out;
  }
  return fail(ErrorKind::invalid_data, "the bill of materials is neither CycloneDX nor SPDX 2");
}

} // namespace wheelforge::lifecycle
