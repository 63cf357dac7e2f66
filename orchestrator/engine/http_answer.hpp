// What a web server answered, as `curl --include` prints it: status, header fields, body.
#pragma once

#include "orchestrator/base/error.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::engine {

/// One answer.
struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> fields; ///< by lower-case name; of a name that stands twice the first
  std::string body;

  bool operator==(const HttpAnswer&) const = default;

  /// The value of this field, named in lower case; nothing where it is missing.
  [[nodiscard]] std::optional<std::string> field(const std::string& name) const;
};

/// The last answer of a text that may hold several heads in a row (100 Continue, proxies, redirects).
/// Fails (kind temporary) on what is no answer.
[[nodiscard]] Result<HttpAnswer> parse_http_answer(std::string_view text);

/// Where to get a token, as a registry says in WWW-Authenticate. Source: distribution spec, token authentication.
struct TokenChallenge {
  std::string realm; ///< an https address
  std::string service;
  std::string scope;

  bool operator==(const TokenChallenge&) const = default;
};

/// Nothing where the value is no Bearer challenge with a realm.
[[nodiscard]] std::optional<TokenChallenge> parse_token_challenge(std::string_view value);

/// The address of the next page in a Link field: `</v2/…>; rel="next"` → "/v2/…". Nothing where there is none.
[[nodiscard]] std::optional<std::string> next_page(std::string_view link);

} // namespace wheelforge::engine
