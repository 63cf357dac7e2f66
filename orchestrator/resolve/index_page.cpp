// Takes index pages apart.
#include "orchestrator/resolve/index_page.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace wheelforge::resolve {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void append_utf8(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    if (code >= 0x10000) {
      out += static_cast<char>(0xF0 | (code >> 18));
      out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | (code >> 12));
    }
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// What a character reference stands for ("gt", "#62", "#x3E"); nothing for those that do not occur in index pages.
std::optional<std::uint32_t> reference(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNamed = {
      {{"gt", '>'}, {"lt", '<'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
  for (const auto& [known, character] : kNamed) {
    if (name == known) {
      return static_cast<std::uint32_t>(character);
    }
  }
  if (!name.starts_with('#')) {
    return std::nullopt;
  }
  const bool hex = name.size() > 1 && lower(name[1]) == 'x';
  name.remove_prefix(hex ? 2 : 1);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  const bool valid = error == std::errc() && end == name.data() + name.size() && code != 0 && code <= 0x10FFFF;
  return valid ? std::optional(code) : std::nullopt;
}

std::string unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.front() == '&' ? text.substr(0, 12).find(';') : std::string_view::npos;
    const std::optional<std::uint32_t> code =
        end == std::string_view::npos ? std::nullopt : reference(text.substr(1, end - 1));
    if (code) {
      append_utf8(out, *code);
      text.remove_prefix(end + 1);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// "https://host/a/pkg-1.0-py3-none-any.whl#sha256=…" → the file's name.
std::string file_name(std::string_view url) {
  url = url.substr(0, url.find('#'));
  url = url.substr(0, url.find('?'));
  const std::size_t slash = url.rfind('/');
  return percent_decode(slash == std::string_view::npos ? url : url.substr(slash + 1));
}

/// Walks over the markup of a page and stops at every <a>.
class AnchorScanner {
public:
  explicit AnchorScanner(std::string_view html) : rest_(html) {}

  /// The attributes of the next <a>; nothing at the end of the page.
  std::optional<std::map<std::string, std::string>> next() {
    while (true) {
      const std::size_t open = rest_.find('<');
      if (open == std::string_view::npos) {
        return std::nullopt;
      }
      rest_.remove_prefix(open + 1);
      if (rest_.starts_with("!--")) {
        const std::size_t close = rest_.find("-->");
        rest_.remove_prefix(close == std::string_view::npos ? rest_.size() : close + 3);
      } else if (rest_.size() > 1 && lower(rest_.front()) == 'a' && (is_space(rest_[1]) || rest_[1] == '>')) {
        rest_.remove_prefix(1);
        return attributes();
      }
    }
  }

private:
  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front())) {
      rest_.remove_prefix(1);
    }
  }

  std::string_view take_until(std::string_view ends) {
    const std::string_view taken = rest_.substr(0, std::min(rest_.find_first_of(ends), rest_.size()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string value() {
    if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\'')) {
      return unescape(take_until(" \t\r\n\f>"));
    }
    const std::string quote(1, rest_.front());
    rest_.remove_prefix(1);
    const std::string out = unescape(take_until(quote));
    rest_.remove_prefix(rest_.empty() ? 0 : 1);
    return out;
  }

  /// Up to the tag's ">"; of an attribute that is written twice the first counts.
  std::map<std::string, std::string> attributes() {
    std::map<std::string, std::string> out;
    while (true) {
      skip_spaces();
      if (rest_.empty() || rest_.front() == '>') {
        return out;
      }
      std::string name(take_until(" \t\r\n\f=>"));
      std::transform(name.begin(), name.end(), name.begin(), lower);
      skip_spaces();
      std::string text;
      if (!rest_.empty() && rest_.front() == '=') {
        rest_.remove_prefix(1);
        skip_spaces();
        text = value();
      }
      out.emplace(std::move(name), std::move(text));
    }
  }

  std::string_view rest_;
};

using Json = nlohmann::json;

Result<ReleaseFile> read_file(const Json& entry) {
  const auto name = entry.is_object() ? entry.find("filename") : entry.end();
  if (!entry.is_object() || name == entry.end() || !name->is_string()) {
    return fail(ErrorKind::invalid_data, "an index entry has no \"filename\": {}",
                entry.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 60));
  }
  ReleaseFile out;
  out.name = name->get<std::string>();
  if (const auto yanked = entry.find("yanked"); yanked != entry.end()) {
    out.yanked = yanked->is_string() || (yanked->is_boolean() && yanked->get<bool>()); // a string is the reason
  }
  for (const char* key : {"requires-python", "requires_python"}) {
    const auto wanted = entry.find(key);
    if (wanted != entry.end() && wanted->is_string() && !wanted->get_ref<const std::string&>().empty()) {
      out.requires_python = wanted->get<std::string>();
    }
  }
  return out;
}

} // namespace

std::vector<ReleaseFile> parse_html_index(std::string_view html) {
  std::vector<ReleaseFile> out;
  AnchorScanner scanner(html);
  while (const auto attributes = scanner.next()) {
    const auto href = attributes->find("href");
    const std::string name = href == attributes->end() ? std::string() : file_name(href->second);
    if (name.empty()) {
      continue;
    }
    ReleaseFile file{name};
    file.yanked = attributes->contains("data-yanked");
    const auto wanted = attributes->find("data-requires-python");
    if (wanted != attributes->end() && !wanted->second.empty()) {
      file.requires_python = wanted->second;
    }
    out.push_back(std::move(file));
  }
  return out;
}

Result<std::vector<ReleaseFile>> parse_json_index(std::string_view json) {
  constexpr int kDeepest = 64;
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; };
  const Json document = Json::parse(json, shallow, /*allow_exceptions=*/false);
  if (!document.is_object()) {
    return fail(ErrorKind::invalid_data, "the index page is {}, wanted a JSON object",
                document.is_discarded() ? "not JSON" : document.type_name());
  }
  std::vector<const Json*> lists;
  if (document.contains("files")) {
    lists.push_back(&document["files"]);
  } else if (document.contains("releases") && document["releases"].is_object()) {
    for (const auto& [version, files] : document["releases"].items()) {
      lists.push_back(&files);
    }
  } else if (document.contains("urls")) {
    lists.push_back(&document["urls"]);
  }
  if (lists.empty()) {
    return fail(ErrorKind::invalid_data, "the index page has no list \"files\", \"urls\" or \"releases\"");
  }
  std::vector<ReleaseFile> out;
  for (const Json* list : lists) {
    if (!list->is_array()) {
      return fail(ErrorKind::invalid_data, "the index page's files are {}, wanted a list", list->type_name());
    }
    for (const Json& entry : *list) {
      WF_TRY(ReleaseFile file, read_file(entry));
      out.push_back(std::move(file));
    }
  }
  return out;
}

} // namespace wheelforge::resolve
