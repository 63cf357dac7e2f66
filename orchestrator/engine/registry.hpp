// Asks image registries about tags and digests without pulling anything.
#pragma once

#include "orchestrator/engine/http_answer.hpp"
#include "orchestrator/host/process_runner.hpp"
#include "orchestrator/image/image_ref.hpp"

#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace wheelforge::engine {

/// The registries of images, over curl and the distribution spec. Anonymous, with tokens where a registry hands them
/// out. Registries on this machine (localhost, 127.*, [::1]) are spoken to without TLS, as docker does. Kinds of
/// failure:
///   not_found    the registry has no such repository, tag or digest
///   temporary    the registry did not answer, or said that it is too busy
///   usage        the registry wants a login, or curl is missing
class Registry {
public:
  /// The runner must outlive it.
  explicit Registry(host::ProcessRunner& runner) : runner_(runner) {}

  /// The digest that the reference has now: of its digest where it has one (so that this only asks whether it is still
  /// there), else of its tag, else of "latest".
  [[nodiscard]] Result<std::string> digest_of(const image::ImageRef& ref, std::stop_token stop);

  /// Every tag of the repository, in the registry's order.
  [[nodiscard]] Result<std::vector<std::string>> tags_of(const image::ImageRef& ref, std::stop_token stop);

private:
  [[nodiscard]] Result<HttpAnswer> ask(const image::ImageRef& ref, const std::string& path, bool head_only,
                                       std::stop_token stop);
  [[nodiscard]] Result<HttpAnswer> fetch(const std::string& address, const std::vector<std::string>& fields,
                                         bool head_only, std::stop_token stop);
  [[nodiscard]] Result<std::string> token_for(const TokenChallenge& challenge, std::stop_token stop);

  host::ProcessRunner& runner_;
  std::map<std::string, std::string> tokens_; ///< by repository with its registry
};

/// The newest of pypa's dated tags, "2026.08.15-1": by date, then by number. Empty where none is of that form.
[[nodiscard]] std::string newest_dated_tag(const std::vector<std::string>& tags);

} // namespace wheelforge::engine
