// Reads OSV's JSON.
#include "orchestrator/lifecycle/advisory.hpp"

#include "orchestrator/lifecycle/date.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wheelforge::lifecycle {
namespace {

using Json = nlohmann::json;

/// A value as it may stand in a message.
std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

/// Reads the members of one advisory; its name is put before each complaint.
class Reader {
public:
  Result<Advisory> read(const Json& json) {
    if (!json.is_object()) {
      return fail(ErrorKind::invalid_data, "an advisory is {}, wanted an object", shown(json));
    }
    WF_TRY(out_.id, text(json, "id", Need::must));
    where_ = out_.id;
    WF_TRY(out_.modified, text(json, "modified", Need::must));
    WF_TRY_VOID(check_time(out_.modified, "modified"));
    WF_TRY(out_.summary, text(json, "summary", Need::may));
    WF_TRY(out_.published, text(json, "published", Need::may));
    WF_TRY(const std::string withdrawn, text(json, "withdrawn", Need::may));
    out_.withdrawn = !withdrawn.empty();
    for (const char* key : {"aliases", "upstream", "related"}) {
      WF_TRY_VOID(texts(json, key, out_.aliases));
    }
    std::sort(out_.aliases.begin(), out_.aliases.end());
    out_.aliases.erase(std::unique(out_.aliases.begin(), out_.aliases.end()), out_.aliases.end());
    WF_TRY(out_.severity, severity(json));
    WF_TRY(const Json* affected, list(json, "affected"));
    if (affected != nullptr) {
      for (const Json& package : *affected) {
        WF_TRY(AffectedPackage read, affected_package(package));
        out_.affected.push_back(std::move(read));
      }
    }
    judge();
    return std::move(out_);
  }

private:
  enum class Need : std::uint8_t { may, must };

  tl::unexpected<Error> wrong(std::string_view key, std::string_view seen, std::string_view wanted) const {
    return fail(ErrorKind::invalid_data, "advisory {}: {} is {}, wanted {}", where_, key, seen, wanted);
  }

  Result<std::string> text(const Json& json, const char* key, Need need) const {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) {
      return need == Need::must ? Result<std::string>(wrong(key, "missing", "a text")) : std::string();
    }
    if (!found->is_string() || (need == Need::must && found->get_ref<const std::string&>().empty())) {
      return wrong(key, shown(*found), "a text");
    }
    return found->get<std::string>();
  }

  Result<const Json*> list(const Json& json, const char* key) const {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) {
      return nullptr;
    }
    return found->is_array() ? Result<const Json*>(&*found) : wrong(key, shown(*found), "a list");
  }

  Result<void> texts(const Json& json, const char* key, std::vector<std::string>& out) const {
    WF_TRY(const Json* values, list(json, key));
    if (values == nullptr) {
      return {};
    }
    for (const Json& value : *values) {
      if (!value.is_string()) {
        return wrong(key, shown(value), "texts");
      }
      out.push_back(value.get<std::string>());
    }
    return {};
  }

  Result<void> check_time(const std::string& time, std::string_view key) const {
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    bool fine = time.size() > kShape.size();
    for (std::size_t i = 0; fine && i < kShape.size(); ++i) {
      fine = kShape[i] == '0' ? time[i] >= '0' && time[i] <= '9' : time[i] == kShape[i];
    }
    fine = fine && parse_date(std::string_view(time).substr(0, 10)) && time.substr(11, 2) < "24" &&
           time.substr(14, 2) < "60" && time.substr(17, 2) <= "60"; // 60: a leap second
    return fine ? Result<void>() : wrong(key, "\"" + time + "\"", "a time such as 2026-06-17T09:39:53Z");
  }

  /// The worst that `severity`, `database_specific` and `ecosystem_specific` of this object say.
  Result<Severity> severity(const Json& json) const {
    Severity worst = Severity::unknown;
    WF_TRY(const Json* scores, list(json, "severity"));
    for (const Json& score : scores != nullptr ? *scores : Json::array()) {
      if (!score.is_object() || !score.contains("score") || !score["score"].is_string()) {
        return wrong("severity", shown(score), "objects with type and score");
      }
      const std::string& value = score["score"].get_ref<const std::string&>();
      worst = std::max(worst, severity_of_word(value).value_or(severity_of_cvss(value)));
    }
    for (const char* key : {"database_specific", "ecosystem_specific"}) {
      const auto found = json.find(key);
      if (found == json.end() || !found->is_object()) {
        continue;
      }
      for (const char* word : {"severity", "urgency"}) {
        if (found->contains(word) && (*found)[word].is_string()) {
          worst = std::max(worst, severity_of_word((*found)[word].get_ref<const std::string&>()).value_or(worst));
        }
      }
    }
    return worst;
  }

  Result<VersionRange> range(const Json& json) const {
    VersionRange out;
    WF_TRY(const std::string type, json.is_object() ? text(json, "type", Need::must)
                                                    : Result<std::string>(wrong("ranges", shown(json), "objects")));
    if (type == "GIT") {
      out.type = RangeType::git;
    } else if (type == "SEMVER") {
      out.type = RangeType::semver;
    } else if (type != "ECOSYSTEM") {
      return wrong("ranges.type", "\"" + type + "\"", "ECOSYSTEM, SEMVER or GIT");
    }
    WF_TRY(const Json* events, list(json, "events"));
    if (events == nullptr || events->empty()) {
      return wrong("ranges.events", "missing", "a list of events");
    }
    constexpr std::array<std::pair<const char*, EventKind>, 4> kKinds = {{{"introduced", EventKind::introduced},
                                                                          {"fixed", EventKind::fixed},
                                                                          {"last_affected", EventKind::last_affected},
                                                                          {"limit", EventKind::limit}}};
    for (const Json& event : *events) {
      const std::size_t before = out.events.size();
      for (const auto& [name, kind] : kKinds) {
        if (event.is_object() && event.contains(name) && event[name].is_string()) {
          out.events.push_back({kind, event[name].get<std::string>()});
        }
      }
      if (out.events.size() != before + 1) {
        return wrong("ranges.events", shown(event), "one of introduced, fixed, last_affected and limit");
      }
    }
    return out;
  }

  Result<AffectedPackage> affected_package(const Json& json) const {
    if (!json.is_object()) {
      return wrong("affected", shown(json), "objects");
    }
    AffectedPackage out;
    if (const auto package = json.find("package"); package != json.end() && !package->is_null()) {
      if (!package->is_object()) {
        return wrong("affected.package", shown(*package), "an object");
      }
      WF_TRY(out.ecosystem, text(*package, "ecosystem", Need::must));
      WF_TRY(out.name, text(*package, "name", Need::must));
      WF_TRY(out.purl, text(*package, "purl", Need::may));
    }
    WF_TRY(const Json* ranges, list(json, "ranges"));
    for (const Json& one : ranges != nullptr ? *ranges : Json::array()) {
      WF_TRY(VersionRange read, range(one));
      out.ranges.push_back(std::move(read));
    }
    WF_TRY_VOID(texts(json, "versions", out.versions));
    WF_TRY(out.severity, severity(json));
    return out;
  }

  /// Where no severity is given, Red Hat and its rebuilds begin the summary with a word for it.
  void judge() {
    if (out_.severity == Severity::unknown) {
      out_.severity = severity_of_word(std::string_view(out_.summary).substr(0, out_.summary.find(':')))
                          .value_or(Severity::unknown);
    }
  }

  Advisory out_;
  std::string where_ = "without id";
};

} // namespace

Result<std::vector<Advisory>> parse_advisories(std::string_view json) {
  const Json document = Json::parse(json, nullptr, false);
  if (document.is_discarded()) {
    return fail(ErrorKind::invalid_data, "not JSON: {} bytes that end with {:?}", json.size(),
                std::string(json.substr(json.size() - std::min<std::size_t>(json.size(), 20))));
  }
  const Json* list = document.is_array() ? &document : nullptr;
  if (document.is_object() && document.contains("vulns")) {
    list = &document["vulns"];
    if (!list->is_array()) {
      return fail(ErrorKind::invalid_data, "vulns is {}, wanted a list of advisories", shown(*list));
    }
  }
  std::vector<Advisory> out;
  if (list == nullptr) {
    WF_TRY(Advisory advisory, Reader().read(document));
    out.push_back(std::move(advisory));
    return out;
  }
  for (const Json& one : *list) {
    WF_TRY(Advisory advisory, Reader().read(one));
    out.push_back(std::move(advisory));
  }
  return out;
}

} // namespace wheelforge::lifecycle
