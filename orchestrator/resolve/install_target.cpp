// Reads interpreters and derives a distribution's machine.
#include "orchestrator/resolve/install_target.hpp"

#include "orchestrator/platform/python_release.hpp"
#include "orchestrator/tags/architecture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wheelforge::resolve {
namespace {

/// Digits from the front of the text, at most four of them.
std::optional<int> take_number(std::string_view& text) {
  int value = 0;
  const std::string_view digits = text.substr(0, std::min<std::size_t>(text.size(), 4));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || value < 0) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - digits.data()));
  return value;
}

bool take(std::string_view& text, char c) {
  const bool yes = text.starts_with(c);
  text.remove_prefix(yes ? 1 : 0);
  return yes;
}

} // namespace

Result<Interpreter> parse_interpreter(std::string_view text) {
  Interpreter out;
  std::string_view rest = text;
  const std::optional<int> major = take_number(rest);
  const std::optional<int> minor = take(rest, '.') ? take_number(rest) : std::nullopt;
  bool valid = major && minor && (*major == 2 || *major == 3);
  if (take(rest, '.')) {
    out.micro = take_number(rest);
    valid = valid && out.micro.has_value();
  }
  out.free_threaded = take(rest, 't');
  out.debug = take(rest, 'd');
  if (!valid || !rest.empty()) {
    return fail(ErrorKind::usage, "Python {:?}, wanted a CPython version such as 3.12, 3.12.4 or 3.13t",
                std::string(text));
  }
  out.major = *major;
  out.minor = *minor;
  if (out.free_threaded && (out.major != 3 || out.minor < 13)) {
    return fail(ErrorKind::usage, "Python {:?}: free-threaded builds begin with 3.13", std::string(text));
  }
  return out;
}

std::string to_string(const Interpreter& interpreter) {
  return fmt::format("{}.{}{}{}{}", interpreter.major, interpreter.minor,
                     interpreter.micro ? "." + std::to_string(*interpreter.micro) : "",
                     interpreter.free_threaded ? "t" : "", interpreter.debug ? "d" : "");
}

Version full_version(const Interpreter& interpreter) {
  std::string text = fmt::format("{}.{}", interpreter.major, interpreter.minor);
  const platform::PythonRelease* release =
      platform::find_python_release(platform::known_python_releases(), interpreter.major, interpreter.minor);
  if (interpreter.micro) {
    text += "." + std::to_string(*interpreter.micro);
  } else if (release != nullptr) {
    text = release->latest;
  }
  Result<Version> version = parse_version(text);
  WF_CHECK(version.has_value());
  return *std::move(version);
}

Bits default_bits(std::string_view machine) { return machine == "i686" ? Bits::b32 : Bits::b64; }

Result<Machine> machine_of(const platform::Distribution& distribution, std::string_view arch) {
  WF_TRY(const tags::Architecture architecture, tags::parse_architecture(arch));
  if (!distribution.libc_version) {
    return fail(ErrorKind::usage, "no source says which {} {} has", to_string(distribution.libc), distribution.id());
  }
  if (distribution.arches &&
      std::find(distribution.arches->begin(), distribution.arches->end(), arch) == distribution.arches->end()) {
    return fail(ErrorKind::usage, "{} is not known on {}, only on {}", distribution.id(), arch,
                fmt::join(*distribution.arches, ", "));
  }
  Machine out;
  out.name = std::string(arch);
  out.bits = tags::word_bits(architecture) == 32 ? Bits::b32 : Bits::b64;
  out.libc = distribution.libc;
  out.libc_version = fmt::format("{}.{}", distribution.libc_version->major, distribution.libc_version->minor);
  return out;
}

} // namespace wheelforge::resolve
