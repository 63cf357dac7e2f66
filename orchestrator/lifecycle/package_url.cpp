// Takes package URLs apart.
#include "orchestrator/lifecycle/package_url.hpp"

#include <algorithm>
#include <charconv>

namespace wheelforge::lifecycle {
namespace {

Result<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) {
      return fail(ErrorKind::invalid_data, "purl: %{} is no percent escape", std::string(digits));
    }
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

Result<void> read_qualifiers(std::string_view text, PackageUrl& out) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (const std::size_t equals = pair.find('='); equals != std::string_view::npos) {
      WF_TRY(out.qualifiers[std::string(pair.substr(0, equals))], decoded(pair.substr(equals + 1)));
    }
  }
  return {};
}

} // namespace

std::string PackageUrl::qualifier(const std::string& key) const {
  const auto found = qualifiers.find(key);
  return found == qualifiers.end() ? std::string() : found->second;
}

std::string PackageUrl::full_version() const {
  const std::string epoch = qualifier("epoch");
  return epoch.empty() || version.find(':') != std::string::npos ? version : epoch + ":" + version;
}

Result<PackageUrl> parse_package_url(std::string_view text) {
  const std::string whole(text.substr(0, 200));
  if (!text.starts_with("pkg:")) {
    return fail(ErrorKind::invalid_data, "purl {:?} does not begin with \"pkg:\"", whole);
  }
  text.remove_prefix(4);
  text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
  PackageUrl out;
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    WF_TRY(out.subpath, decoded(text.substr(hash + 1)));
    text = text.substr(0, hash);
  }
  if (const std::size_t mark = text.find('?'); mark != std::string_view::npos) {
    WF_TRY_VOID(read_qualifiers(text.substr(mark + 1), out));
    text = text.substr(0, mark);
  }
  const std::size_t last_slash = text.rfind('/');
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos && (last_slash == std::string_view::npos || at > last_slash)) {
    WF_TRY(out.version, decoded(text.substr(at + 1)));
    text = text.substr(0, at);
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0) {
    return fail(ErrorKind::invalid_data, "purl {:?} has no type and name", whole);
  }
  out.type = std::string(text.substr(0, slash));
  std::transform(out.type.begin(), out.type.end(), out.type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  text.remove_prefix(slash + 1);
  const std::size_t name = text.rfind('/');
  if (name != std::string_view::npos) {
    WF_TRY(out.name_space, decoded(text.substr(0, name)));
    text.remove_prefix(name + 1);
  }
  WF_TRY(out.name, decoded(text));
  if (out.name.empty()) {
    return fail(ErrorKind::invalid_data, "purl {:?} has no name", whole);
  }
  return out;
}

} // namespace wheelforge::lifecycle
