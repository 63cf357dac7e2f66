// Keys of steps, and what changed between two.
#include "orchestrator/cache/step_key.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

namespace wheelforge::cache {

namespace {

bool stands_before(const StepInput& input, std::string_view area, std::string_view name) {
  return input.area != area ? input.area < area : input.name < name;
}

/// Whether the bytes are well-formed UTF-8. Source: RFC 3629 §4.
bool is_utf8(std::string_view text) {
  for (std::size_t place = 0; place < text.size();) {
    const auto lead = static_cast<unsigned char>(text[place]);
    const std::size_t size = lead < 0x80   ? 1
                             : lead < 0xC2 ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
    if (size == 0 || place + size > text.size()) {
      return false;
    }
    std::uint32_t code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t next = 1; next < size; ++next) {
      const auto byte = static_cast<unsigned char>(text[place + next]);
      if ((byte & 0xC0U) != 0x80U) {
        return false;
      }
      code = code << 6U | (byte & 0x3FU);
    }
    const bool is_overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    if (is_overlong || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
      return false;
    }
    place += size;
  }
  return true;
}

/// A value short enough for one line: the beginning of a digest, and of anything long.
std::string shortened(std::string_view value) {
  constexpr std::string_view kDigest = "sha256:";
  constexpr std::size_t kDigestDigits = 12;
  constexpr std::size_t kMost = 60;
  const bool is_hex = value.size() >= 40 && value.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  const std::size_t most = value.starts_with(kDigest) ? kDigest.size() + kDigestDigits : is_hex ? kDigestDigits : kMost;
  if (value.empty()) {
    return "''";
  }
  std::size_t end = std::min(most, value.size());
  while (end < value.size() && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) {
    --end; // not inside a character
  }
  std::string text(value.substr(0, end));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return end < value.size() ? text + "…" : text;
}

} // namespace

void StepInputs::add(std::string area, std::string name, std::string value) {
  for (std::string* part : {&area, &name, &value}) {
    if (!is_utf8(*part)) {
      *part = "sha256:" + sha256(*part).hex(); // entries are JSON, which has no other bytes
    }
  }
  const auto place =
      std::lower_bound(inputs_.begin(), inputs_.end(), nullptr,
                       [&](const StepInput& input, std::nullptr_t) { return stands_before(input, area, name); });
  if (place != inputs_.end() && place->area == area && place->name == name) {
    place->value = std::move(value);
  } else {
    inputs_.insert(place, {std::move(area), std::move(name), std::move(value)});
  }
}

void StepInputs::add(const std::string& area, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    add(area, name, value);
  }
}

StepKey key_of(const StepInputs& inputs) {
  Sha256Stream stream;
  stream.update("wheelforge step 1\n");
  for (const StepInput& input : inputs.list()) {
    for (const std::string* part : {&input.area, &input.name, &input.value}) {
      stream.update(fmt::format("{}:", part->size()));
      stream.update(*part);
    }
    stream.update("\n");
  }
  return {stream.finish()};
}

std::string explain(const StepInputs& before, const StepInputs& now) {
  std::string text;
  std::string_view last_area;
  const auto tell = [&](const StepInput& input, const std::string& change) {
    if (last_area == input.area) {
      text += ", ";
    } else {
      text += fmt::format("{}{} changed: ", text.empty() ? "" : "; ", input.area);
      last_area = input.area;
    }
    text += input.name.empty() ? change : input.name + " " + change;
  };
  auto old = before.list().begin();
  auto fresh = now.list().begin();
  while (old != before.list().end() || fresh != now.list().end()) {
    const bool is_gone =
        fresh == now.list().end() || (old != before.list().end() && stands_before(*old, fresh->area, fresh->name));
    const bool is_new = !is_gone && (old == before.list().end() || stands_before(*fresh, old->area, old->name));
    if (is_gone) {
      tell(*old, fmt::format("removed (was {})", shortened(old->value)));
      ++old;
    } else if (is_new) {
      tell(*fresh, fmt::format("added ({})", shortened(fresh->value)));
      ++fresh;
    } else {
      if (old->value != fresh->value) {
        tell(*fresh, fmt::format("{} → {}", shortened(old->value), shortened(fresh->value)));
      }
      ++old;
      ++fresh;
    }
  }
  return text;
}

} // namespace wheelforge::cache
