// Reads and prints image references.
#include "orchestrator/image/image_ref.hpp"

#include <algorithm>

namespace wheelforge::image {
namespace {

constexpr std::string_view kDigestPrefix = "sha256:";
constexpr std::size_t kDigestLength = kDigestPrefix.size() + 64;
constexpr std::size_t kLongestTag = 128;
constexpr std::size_t kLongestName = 255;

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_alphanumeric(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }

/// Lower-case words joined by ".", "_", "__" or any number of "-".
bool is_path_component(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_lower_or_digit(text[at])) {
    while (at < text.size() && is_lower_or_digit(text[at])) {
      ++at;
    }
    if (at == text.size()) {
      return true;
    }
    const std::size_t start = at;
    while (at < text.size() && (text[at] == '.' || text[at] == '_' || text[at] == '-')) {
      ++at;
    }
    const std::string_view separator = text.substr(start, at - start);
    const bool is_dashes = separator.find_first_not_of('-') == std::string_view::npos;
    if (!is_dashes && separator != "." && separator != "_" && separator != "__") {
      return false;
    }
  }
  return false;
}

bool is_repository(std::string_view text) {
  while (true) {
    const std::size_t slash = text.find('/');
    if (!is_path_component(text.substr(0, slash))) {
      return false;
    }
    if (slash == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(slash + 1);
  }
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kLongestTag && (is_alphanumeric(text[0]) || text[0] == '_') &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

/// A host name or address with an optional port; IPv6 addresses stand in brackets.
bool is_registry(std::string_view text) {
  const std::size_t host_end = text.starts_with('[') ? text.find(']') : text.find(':');
  if (text.starts_with('[')) {
    if (host_end == std::string_view::npos || host_end < 3) {
      return false;
    }
    const std::string_view host = text.substr(1, host_end - 1);
    if (host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) {
      return false;
    }
    text.remove_prefix(host_end + 1);
  } else {
    const std::string_view host = text.substr(0, host_end);
    if (host.empty() || !is_alphanumeric(host.front()) || !is_alphanumeric(host.back()) ||
        !std::all_of(host.begin(), host.end(), [](char c) { return is_alphanumeric(c) || c == '.' || c == '-'; })) {
      return false;
    }
    text.remove_prefix(std::min(host_end, text.size()));
  }
  if (text.empty()) {
    return true;
  }
  text.remove_prefix(1);
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The part before the first slash is a registry only where it cannot be a folder of the default registry.
bool looks_like_registry(std::string_view text) {
  return text == "localhost" || text.find_first_of(".:[") != std::string_view::npos ||
         std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

} // namespace

bool is_digest(std::string_view text) {
  return text.size() == kDigestLength && text.starts_with(kDigestPrefix) &&
         text.substr(kDigestPrefix.size()).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<ImageRef> parse_image_ref(std::string_view text) {
  const std::string_view whole = text;
  ImageRef ref;
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    ref.digest = text.substr(at + 1);
    if (!is_digest(ref.digest)) {
      return fail(ErrorKind::usage, "image \"{}\": its digest is \"{}\", wanted sha256: and 64 hexadecimal digits",
                  whole, ref.digest);
    }
    text = text.substr(0, at);
  }
  if (const std::size_t slash = text.find('/');
      slash != std::string_view::npos && looks_like_registry(text.substr(0, slash))) {
    ref.registry = text.substr(0, slash);
    if (!is_registry(ref.registry)) {
      return fail(ErrorKind::usage, "image \"{}\": its registry is \"{}\", wanted HOST or HOST:PORT", whole,
                  ref.registry);
    }
    text.remove_prefix(slash + 1);
  }
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    ref.tag = text.substr(colon + 1);
    if (!is_tag(ref.tag)) {
      return fail(ErrorKind::usage,
                  "image \"{}\": its tag is \"{}\", wanted at most 128 letters, digits, \"_\", \".\" and \"-\"", whole,
                  ref.tag);
    }
    text = text.substr(0, colon);
  }
  ref.repository = text;
  if (!is_repository(text) || ref.name().size() > kLongestName) {
    return fail(
        ErrorKind::usage,
        "image \"{}\": its repository is \"{}\", wanted lower-case words joined by \"/\", \".\", \"_\" or \"-\"", whole,
        text);
  }
  return ref;
}

std::string ImageRef::name() const { return registry.empty() ? repository : registry + "/" + repository; }

std::string ImageRef::pull_name() const {
  if (!digest.empty()) {
    return name() + "@" + digest;
  }
  return tag.empty() ? name() : name() + ":" + tag;
}

std::string to_string(const ImageRef& ref) {
  std::string text = ref.name();
  if (!ref.tag.empty()) {
    text += ":" + ref.tag;
  }
  if (!ref.digest.empty()) {
    text += "@" + ref.digest;
  }
  return text;
}

bool is_local(const ImageRef& ref) { return ref.registry == "localhost"; }

ImageRef kept_copy(const ImageRef& ref) {
  WF_CHECK(is_digest(ref.digest));
  const std::string last = ref.repository.substr(ref.repository.rfind('/') + 1);
  return {"localhost", "wheelforge/pinned/" + last, "sha256-" + ref.digest.substr(kDigestPrefix.size()), {}};
}

} // namespace wheelforge::image
