// Cache entries as text, and back.
#include "orchestrator/cache/cache_entry.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace wheelforge::cache {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kMark = "wheelforge-cache-entry 1 ";

std::optional<int> hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  return digit >= 'a' && digit <= 'f' ? std::optional(digit - 'a' + 10) : std::nullopt;
}

std::optional<Sha256> parse_digest(std::string_view text) {
  Sha256 digest;
  if (text.size() != digest.bytes.size() * 2) {
    return std::nullopt;
  }
  for (std::size_t index = 0; index < digest.bytes.size(); ++index) {
    const auto high = hex_digit(text[2 * index]);
    const auto low = hex_digit(text[2 * index + 1]);
    if (!high || !low) {
      return std::nullopt;
    }
    digest.bytes[index] = static_cast<std::uint8_t>(*high * 16 + *low);
  }
  return digest;
}

tl::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorKind::invalid_data, "cache entry: {}", what);
}

/// A file's name that cannot lead out of the folder it is restored to.
bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

Result<CachedFile> parse_file(const Json& json) {
  if (!json.is_array() || json.size() != 3 || !json[0].is_string() || !json[1].is_string() ||
      !json[2].is_number_unsigned()) {
    return malformed("a file is not [name, sha256, size]");
  }
  const auto digest = parse_digest(json[1].get_ref<const std::string&>());
  CachedFile file{json[0].get<std::string>(), digest.value_or(Sha256()), json[2].get<std::uint64_t>()};
  if (!digest || !is_plain_name(file.name)) {
    return malformed("a file has no plain name or no SHA-256");
  }
  return file;
}

Result<CacheEntry> from_json(const Json& json) {
  const auto has = [&](const char* name, auto is_type) { return json.contains(name) && (json[name].*is_type)(); };
  if (!json.is_object() || !has("subject", &Json::is_string) || !has("took_ms", &Json::is_number_unsigned) ||
      !has("inputs", &Json::is_array) || !has("files", &Json::is_array) || !has("facts", &Json::is_object)) {
    return malformed("a field is missing or of another type");
  }
  CacheEntry entry;
  entry.subject = json["subject"].get<std::string>();
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  entry.took = std::chrono::milliseconds(std::min(kMost, json["took_ms"].get<std::uint64_t>()));
  for (const Json& input : json["inputs"]) {
    if (!input.is_array() || input.size() != 3 ||
        !std::all_of(input.begin(), input.end(), [](const Json& part) { return part.is_string(); })) {
      return malformed("an input is not [area, name, value]");
    }
    entry.inputs.add(input[0].get<std::string>(), input[1].get<std::string>(), input[2].get<std::string>());
  }
  for (const Json& one : json["files"]) {
    WF_TRY(CachedFile file, parse_file(one));
    entry.files.push_back(std::move(file));
  }
  for (const auto& [name, value] : json["facts"].items()) {
    if (!value.is_string()) {
      return malformed("a fact is no text");
    }
    entry.facts.emplace(name, value.get<std::string>());
  }
  return entry;
}

} // namespace

std::string encode(const CacheEntry& entry) {
  Json json;
  json["subject"] = entry.subject;
  json["took_ms"] = static_cast<std::uint64_t>(std::max<std::int64_t>(0, entry.took.count()));
  json["inputs"] = Json::array();
  for (const StepInput& input : entry.inputs.list()) {
    json["inputs"].push_back(Json::array({input.area, input.name, input.value}));
  }
  json["files"] = Json::array();
  for (const CachedFile& file : entry.files) {
    json["files"].push_back(Json::array({file.name, file.digest.hex(), file.size_bytes}));
  }
  json["facts"] = Json::object();
  for (const auto& [name, value] : entry.facts) {
    json["facts"][name] = value;
  }
  const std::string text = json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
  return fmt::format("{}{}\n{}", kMark, sha256(text).hex(), text);
}

Result<CacheEntry> parse_entry(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  if (!bytes.starts_with(kMark) || end == std::string_view::npos) {
    return malformed(fmt::format("wanted a first line '{}SHA256'", kMark));
  }
  const std::string_view claimed = bytes.substr(kMark.size(), end - kMark.size());
  const std::string_view text = bytes.substr(end + 1);
  if (sha256(text).hex() != claimed) {
    return malformed(fmt::format("its {} bytes do not have the SHA-256 that it gives", text.size()));
  }
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    return malformed("no JSON");
  }
  return from_json(json);
}

} // namespace wheelforge::cache
