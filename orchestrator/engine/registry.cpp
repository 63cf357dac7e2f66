// Speaks the distribution spec through curl.
#include "orchestrator/engine/registry.hpp"

#include "orchestrator/engine/engine_call.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <optional>
#include <utility>

namespace wheelforge::engine {
namespace {

constexpr std::string_view kAccept =
    "Accept: application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
constexpr int kMostPages = 100;

// curl's exit codes.
constexpr int kCertificateRefused = 60;

/// Where the API of a registry is; the default registry has an address of its own.
std::string api_address(const image::ImageRef& ref) {
  const std::string registry = ref.registry.empty() ? "registry-1.docker.io" : ref.registry;
  const bool is_here = registry == "localhost" || registry.starts_with("localhost:") || registry.starts_with("127.") ||
                       registry.starts_with("[::1]");
  return (is_here ? "http://" : "https://") + registry;
}

std::string repository_path(const image::ImageRef& ref) {
  const bool is_official = ref.registry.empty() && ref.repository.find('/') == std::string::npos;
  return "/v2/" + std::string(is_official ? "library/" : "") + ref.repository;
}

/// A value for curl's configuration file.
std::string config_value(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
    }
    result += c == '\n' ? ' ' : c;
  }
  return result + "\"";
}

std::string percent_encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~").find(c) != std::string_view::npos;
    result += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

Error refusal(const HttpAnswer& answer, const std::string& name, const std::string& address) {
  const auto error = [&](ErrorKind kind, std::string_view what, std::string hint) {
    return Error{fmt::format("{}: {} (HTTP {} from {})", name, what, answer.status, address), kind, std::move(hint)};
  };
  if (answer.status == 401 || answer.status == 403) {
    return error(ErrorKind::usage, "the registry does not show it to strangers",
                 "quay.io answers so for names that do not exist, too; for a private registry pull with the engine "
                 "after its `login`");
  }
  if (answer.status == 404) {
    return error(ErrorKind::not_found, "the registry does not have it", {});
  }
  return error(ErrorKind::temporary, "the registry did not give an answer", "try again later, or set a mirror");
}

/// "2026.08.15-1" → ("2026.08.15", 1), so that greater is newer; nothing for other tags.
std::optional<std::pair<std::string_view, int>> parse_dated_tag(std::string_view tag) {
  constexpr std::string_view kForm = "dddd.dd.dd-";
  if (tag.size() <= kForm.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool is_digit = tag[i] >= '0' && tag[i] <= '9';
    if (kForm[i] == 'd' ? !is_digit : tag[i] != kForm[i]) {
      return std::nullopt;
    }
  }
  int number = 0;
  const auto [end, error] = std::from_chars(tag.data() + kForm.size(), tag.data() + tag.size(), number);
  if (error != std::errc() || end != tag.data() + tag.size() || number < 0) {
    return std::nullopt;
  }
  return std::pair(tag.substr(0, kForm.size() - 1), number);
}

} // namespace

Result<HttpAnswer> Registry::fetch(const std::string& address, const std::vector<std::string>& fields, bool head_only,
                                   std::stop_token stop) {
  host::Command command;
  command.argv = {"curl",
                  "--silent",
                  "--show-error",
                  "--location",
                  "--max-redirs",
                  "5",
                  "--connect-timeout",
                  "20",
                  "--max-time",
                  "120",
                  head_only ? "--head" : "--include",
                  "--config",
                  "-"};
  // The address and the fields go by stdin: a token on the command line could be read by everyone on this machine.
  std::string configuration = "url = " + config_value(address) + "\n";
  for (const std::string& field : fields) {
    configuration += "header = " + config_value(field) + "\n";
  }
  command.input = host::TextInput{std::move(configuration)};
  command.capture_bytes = std::size_t{16} << 20U;
  auto result = runner_.run(command, {}, std::move(stop));
  if (!result) {
    if (result.error().kind == ErrorKind::not_found) {
      return with_hint(fail(ErrorKind::usage, "curl is not installed, and registries are asked with it"),
                       "install the package curl");
    }
    return tl::unexpected(std::move(result).error());
  }
  if (result->cancelled) {
    return fail(ErrorKind::cancelled, "asking {}: cancelled", address);
  }
  if (result->exit_code != 0) {
    const std::string hint = result->exit_code == kCertificateRefused
                                 ? "its certificate is not trusted here: add its authority to the host's bundle"
                                 : "no network, or no such host; `mirror` in [images] names another registry";
    return with_hint(fail(ErrorKind::temporary, "asking {}: {}", address, trimmed(result->err)), hint);
  }
  WF_TRY_CONTEXT(auto answer, parse_http_answer(result->out), address);
  return answer;
}

Result<std::string> Registry::token_for(const TokenChallenge& challenge, std::stop_token stop) {
  const bool has_query = challenge.realm.find('?') != std::string::npos;
  const std::string address = fmt::format("{}{}service={}&scope={}", challenge.realm, has_query ? '&' : '?',
                                          percent_encoded(challenge.service), percent_encoded(challenge.scope));
  WF_TRY(const HttpAnswer answer, fetch(address, {}, false, std::move(stop)));
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  if (answer.status == 200 && json.is_object()) {
    for (const char* name : {"token", "access_token"}) {
      if (json.contains(name) && json[name].is_string()) {
        return json[name].get<std::string>();
      }
    }
  }
  return fail(ErrorKind::usage, "{} gave no token (HTTP {})", challenge.realm, answer.status);
}

Result<HttpAnswer> Registry::ask(const image::ImageRef& ref, const std::string& path, bool head_only,
                                 std::stop_token stop) {
  const std::string address = api_address(ref) + path;
  std::vector<std::string> fields{std::string(kAccept)};
  const auto known = tokens_.find(ref.name());
  if (known != tokens_.end()) {
    fields.push_back("Authorization: Bearer " + known->second);
  }
  WF_TRY(HttpAnswer answer, fetch(address, fields, head_only, stop));
  if (answer.status == 401 && known == tokens_.end()) {
    if (const auto challenge = parse_token_challenge(answer.field("www-authenticate").value_or(""))) {
      WF_TRY_CONTEXT(std::string token, token_for(*challenge, stop), ref.name());
      fields.push_back("Authorization: Bearer " + token);
      tokens_[ref.name()] = std::move(token);
      WF_TRY(answer, fetch(address, fields, head_only, stop));
    }
  }
  if (answer.status != 200) {
    return tl::unexpected(refusal(answer, ref.pull_name(), address));
  }
  return answer;
}

Result<std::string> Registry::digest_of(const image::ImageRef& ref, std::stop_token stop) {
  const std::string which = !ref.digest.empty() ? ref.digest : ref.tag.empty() ? "latest" : ref.tag;
  WF_TRY(const HttpAnswer answer, ask(ref, repository_path(ref) + "/manifests/" + which, true, std::move(stop)));
  const std::string digest = answer.field("docker-content-digest").value_or(ref.digest);
  if (!image::is_digest(digest)) {
    return fail(ErrorKind::temporary,
                "{}: the registry says its digest is \"{}\", wanted sha256: and 64 hexadecimal digits", ref.pull_name(),
                digest);
  }
  return digest;
}

Result<std::vector<std::string>> Registry::tags_of(const image::ImageRef& ref, std::stop_token stop) {
  std::vector<std::string> tags;
  std::string path = repository_path(ref) + "/tags/list?n=1000";
  for (int page = 0; page < kMostPages; ++page) {
    WF_TRY(const HttpAnswer answer, ask(ref, path, false, stop));
    const auto json = nlohmann::json::parse(answer.body, nullptr, false);
    if (!json.is_object() || !json.contains("tags") || !(json["tags"].is_array() || json["tags"].is_null())) {
      return fail(ErrorKind::temporary, "{}: the registry's list of tags is none: {} bytes", ref.name(),
                  answer.body.size());
    }
    for (const auto& tag : json["tags"]) {
      if (tag.is_string()) {
        tags.push_back(tag.get<std::string>());
      }
    }
    const auto next = next_page(answer.field("link").value_or(""));
    if (!next || !next->starts_with('/')) {
      return tags;
    }
    path = *next;
  }
  return tags;
}

std::string newest_dated_tag(const std::vector<std::string>& tags) {
  std::string newest;
  for (const std::string& tag : tags) {
    const auto parts = parse_dated_tag(tag);
    if (parts && (newest.empty() || *parts > *parse_dated_tag(newest))) {
      newest = tag;
    }
  }
  return newest;
}

} // namespace wheelforge::engine
