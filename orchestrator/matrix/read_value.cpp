// The readers: what each kind of value takes, and what is said of values that it does not take.
#include "orchestrator/matrix/read_value.hpp"

#include "orchestrator/matrix/axis.hpp"
#include "orchestrator/matrix/glob.hpp"
#include "orchestrator/matrix/nearest_name.hpp"
#include "orchestrator/matrix/scalar.hpp"
#include "orchestrator/tags/architecture.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::matrix {
namespace {

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(), [&is_letter](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

std::string listed(std::span<const std::string> names) { return fmt::format("{}", fmt::join(names, ", ")); }

bool is_axis(Kind kind) {
  return kind == Kind::pythons || kind == Kind::platforms || kind == Kind::architectures || kind == Kind::accelerators;
}

/// "cp39 … cp315": the names an item of this kind may have, for "allowed:".
std::vector<std::string> names_of(Kind kind) {
  const auto with = [](std::span<const std::string> names, std::initializer_list<std::string_view> more) {
    std::vector<std::string> all(names.begin(), names.end());
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  switch (kind) {
  case Kind::pythons:
    return with(interpreter_names(), {kAuto});
  case Kind::platforms:
    return with(common_platforms(), {kAuto});
  case Kind::policy:
    return with(common_platforms(), {"claimed"});
  case Kind::architectures:
    return with(architecture_names(), {kAuto, kNative});
  case Kind::host_architectures:
    return with(architecture_names(), {});
  default:
    return {};
  }
}

/// What is wrong with an item, or success. Kinds without rules of their own take any text.
Result<void> check_name(Kind kind, const std::string& text) {
  const std::vector<std::string> names = names_of(kind);
  if (std::find(names.begin(), names.end(), text) != names.end()) {
    return {};
  }
  switch (kind) {
  case Kind::pythons:
    return fail(ErrorKind::usage, "'{}' is not a Python that a matrix can have", text);
  case Kind::platforms:
  case Kind::policy:
    return check_platform_name(text);
  case Kind::architectures:
  case Kind::host_architectures:
    if (tags::find_machine(text)) { // a distribution's name for one of them
      return {};
    }
    return fail(ErrorKind::usage, "'{}' is not an architecture that wheels are made for", text);
  case Kind::accelerators:
    return check_accelerator_name(text);
  case Kind::globs: {
    WF_TRY([[maybe_unused]] const Glob glob, parse_glob(text));
    return {};
  }
  case Kind::variables:
    return is_variable_name(text) ? Result<void>() : fail("'{}' is not the name of an environment variable", text);
  case Kind::findings:
    return is_finding_name(text) ? Result<void>() : fail("'{}' is neither a severity nor the code of a finding", text);
  case Kind::test_places:
    return parse_test_place(text) ? Result<void>() : fail("'{}' is not a place to test in", text);
  default:
    return text.empty() && kind != Kind::lines && kind != Kind::optional_text ? fail("an empty string stands here")
                                                                              : Result<void>();
  }
}

/// The machine names of other systems, by ours: the commonest slip on the axis arch.
std::string_view architecture_alias(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
      {"amd64", "x86_64"},       {"x64", "x86_64"}, {"AMD64", "x86_64"},    {"arm64", "aarch64"},
      {"ARM64", "aarch64"},      {"i386", "i686"},  {"x86", "i686"},        {"armhf", "armv7l"},
      {"armv7", "armv7l"},       {"arm", "armv7l"}, {"ppc64el", "ppc64le"}, {"powerpc64le", "ppc64le"},
      {"loong64", "loongarch64"}};
  const auto* const found =
      std::find_if(std::begin(kAliases), std::end(kAliases), [text](const auto& alias) { return alias.first == text; });
  return found == std::end(kAliases) ? std::string_view() : found->second;
}

} // namespace

Diagnostic& ValueReader::report(Location at, std::string message) {
  return diagnostics_.emplace_back(diagnose(source_, at, std::move(message)));
}

bool ValueReader::report_type(const Key& key, const Node& node) {
  Diagnostic& diagnostic = report(
      node.at, fmt::format("{} is {} ({}), expected {}", key.path(), show(node), type_name(node), expected(key)));
  if (key.kind == Kind::boolean && node.text() != nullptr) {
    diagnostic.hint = "true and false are written without quotes";
  } else if ((key.kind == Kind::assignments || key.kind == Kind::settings) && node.text() != nullptr) {
    diagnostic.hint = fmt::format("write {} = {{ NAME = \"value\" }}", key.name);
  } else if (key.kind == Kind::duration && std::holds_alternative<std::int64_t>(node.value)) {
    diagnostic.hint = fmt::format("in seconds: \"{}s\"", std::get<std::int64_t>(node.value));
  }
  return false;
}

bool ValueReader::check_item(const Key& key, const std::string& text, Location at) {
  const auto checked = check_name(key.kind, text);
  if (checked) {
    if (key.kind == Kind::findings || key.kind == Kind::groups || key.kind == Kind::test_places ||
        key.kind == Kind::optional_text) {
      words_.push_back({&key, text, at});
    }
    return true;
  }
  Diagnostic& diagnostic = report(at, fmt::format("{}: {}", key.path(), checked.error().message));
  diagnostic.hint = checked.error().hint;
  const std::vector<std::string> names = names_of(key.kind);
  if (diagnostic.hint.empty()) {
    diagnostic.nearest = nearest_name(text, names);
    if (key.kind == Kind::architectures || key.kind == Kind::host_architectures) {
      if (const std::string_view alias = architecture_alias(text); !alias.empty()) {
        diagnostic.nearest = alias;
      }
    }
    const bool is_open = names.empty() || key.kind == Kind::platforms || key.kind == Kind::policy;
    diagnostic.allowed = is_open ? expected(key) : listed(names);
  }
  return false;
}

bool ValueReader::read(const Key& key, const Node& node, std::string& out) {
  const std::string* text = node.text();
  if (text == nullptr) {
    return report_type(key, node);
  }
  out = *text;
  if (key.kind == Kind::choice) {
    if (std::find(key.choices.begin(), key.choices.end(), out) != key.choices.end()) {
      return true;
    }
    Diagnostic& diagnostic = report(node.at, fmt::format("{} is {}", key.path(), show(node)));
    diagnostic.allowed = listed(key.choices);
    diagnostic.nearest = nearest_name(out, key.choices);
    return false;
  }
  return check_item(key, out, node.at);
}

bool ValueReader::read(const Key& key, const Node& node, bool& out) {
  const bool* flag = std::get_if<bool>(&node.value);
  if (flag == nullptr) {
    return report_type(key, node);
  }
  out = *flag;
  return true;
}

bool ValueReader::read(const Key& key, const Node& node, std::int64_t& out) {
  const auto* number = std::get_if<std::int64_t>(&node.value);
  if (number == nullptr) {
    return report_type(key, node);
  }
  out = *number;
  if (out < key.least || out > key.most) {
    report(node.at, fmt::format("{} is {}, expected {}", key.path(), out, expected(key)));
    return false;
  }
  return true;
}

bool ValueReader::read(const Key& key, const Node& node, std::optional<std::int64_t>& out) {
  if (const std::string* text = node.text(); text != nullptr && *text == kAuto) {
    out.reset();
    return true;
  }
  return read(key, node, out.emplace());
}

bool ValueReader::read(const Key& key, const Node& node, std::optional<std::uint64_t>& out) {
  const std::string* text = node.text();
  if (text == nullptr) {
    return report_type(key, node);
  }
  out = parse_size(*text);
  if (!out) {
    report(node.at, fmt::format("{} is {}, expected {}", key.path(), show(node), expected(key)));
  }
  return out.has_value();
}

bool ValueReader::read(const Key& key, const Node& node, std::optional<double>& out) {
  const auto* integer = std::get_if<std::int64_t>(&node.value);
  const auto* real = std::get_if<double>(&node.value);
  if (integer == nullptr && real == nullptr) {
    return report_type(key, node);
  }
  constexpr double kMost = 4096;
  out = integer != nullptr ? static_cast<double>(*integer) : *real;
  if (!(*out > 0 && *out <= kMost)) { // written so that nan is refused
    report(node.at, fmt::format("{} is {}, expected {}", key.path(), show(node), expected(key)));
    return false;
  }
  return true;
}

bool ValueReader::read(const Key& key, const Node& node, Timeout& out) {
  const std::string* text = node.text();
  if (text == nullptr) {
    return report_type(key, node);
  }
  if (*text == "none") {
    out.reset();
    return true;
  }
  out = parse_duration(*text);
  if (!out) {
    report(node.at, fmt::format("{} is {}, expected {}", key.path(), show(node), expected(key)));
  }
  return out.has_value();
}

bool ValueReader::read(const Key& key, const Node& node, std::vector<Located<std::string>>& out) {
  const auto add = [this, &key, &out](const Node& item) {
    const std::string* text = item.text();
    if (text == nullptr) {
      return report_type(key, item);
    }
    if (!check_item(key, *text, item.at)) {
      return false;
    }
    const bool is_twice = is_axis(key.kind) && std::any_of(out.begin(), out.end(), [text](const auto& before) {
                            return before.value == *text;
                          });
    if (is_twice) {
      report(item.at, fmt::format("{}: '{}' stands here twice", key.path(), *text));
      return false;
    }
    out.push_back({*text, item.at});
    return true;
  };
  const Array* items = node.array();
  if (items == nullptr) {
    return add(node);
  }
  const bool needs_one = is_axis(key.kind) || key.kind == Kind::globs;
  if (items->empty() && needs_one) {
    report(node.at, fmt::format("{} is an empty array, expected {}", key.path(), expected(key)));
    return false;
  }
  constexpr std::size_t kMostNames = 1000;
  if (needs_one && items->size() > kMostNames) {
    report(node.at, fmt::format("{} has {} values, at most {} are read", key.path(), items->size(), kMostNames));
    return false;
  }
  bool is_good = true;
  for (const Node& item : *items) {
    is_good = add(item) && is_good;
  }
  return is_good;
}

bool ValueReader::read(const Key& key, const Node& node, std::vector<std::string>& out) {
  // One empty string is how a command is taken back: before = "".
  const std::string* text = node.text();
  if (text != nullptr && text->empty()) {
    return true;
  }
  if (const Array* items = node.array(); items != nullptr && items->empty()) {
    return true;
  }
  std::vector<Located<std::string>> items;
  if (!read(key, node, items)) {
    return false;
  }
  for (Located<std::string>& item : items) {
    if (!item.value.empty()) {
      out.push_back(std::move(item.value));
    }
  }
  return true;
}

} // namespace wheelforge::matrix
