// Readers and writers of the small notations.
#include "orchestrator/matrix/scalar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace wheelforge::matrix {
namespace {

constexpr std::chrono::hours kLongest{1000};

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr SizeUnit kSizeUnits[] = {{"TiB", 1ULL << 40U}, {"GiB", 1ULL << 30U},  {"MiB", 1ULL << 20U},
                                   {"KiB", 1ULL << 10U}, {"TB", 1000000000000}, {"GB", 1000000000},
                                   {"MB", 1000000},      {"kB", 1000}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }

} // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  constexpr std::pair<char, std::int64_t> kUnits[] = {{'h', 3600}, {'m', 60}, {'s', 1}};
  std::int64_t total = 0;
  for (const auto& [unit, seconds] : kUnits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (error == std::errc() && is_digit(text[0]) && used < text.size() && text[used] == unit) {
      if (value > std::chrono::seconds(kLongest).count()) {
        return std::nullopt;
      }
      total += value * seconds;
      text.remove_prefix(used + 1);
    }
  }
  if (!text.empty() || total == 0 || total > std::chrono::seconds(kLongest).count()) {
    return std::nullopt;
  }
  return std::chrono::seconds(total);
}

std::string show_duration(std::chrono::seconds duration) {
  const std::int64_t total = duration.count();
  std::string text;
  text += total >= 3600 ? fmt::format("{}h", total / 3600) : "";
  text += total / 60 % 60 > 0 ? fmt::format("{}m", total / 60 % 60) : "";
  text += total % 60 > 0 || total == 0 ? fmt::format("{}s", total % 60) : "";
  return text;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  for (const SizeUnit& unit : kSizeUnits) {
    if (text.size() <= unit.name.size() || text.substr(text.size() - unit.name.size()) != unit.name) {
      continue;
    }
    const std::string_view number = text.substr(0, text.size() - unit.name.size());
    double value = 0;
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), value, std::chars_format::fixed);
    const bool is_number = error == std::errc() && end == number.data() + number.size() && is_digit(number[0]);
    const double bytes = value * static_cast<double>(unit.bytes);
    constexpr double kLeast = 1 << 20;
    constexpr double kMost = 1e15;
    return is_number && bytes >= kLeast && bytes <= kMost
               ? std::optional(static_cast<std::uint64_t>(std::llround(bytes)))
               : std::nullopt;
  }
  return std::nullopt;
}

std::string show_size(std::uint64_t size_bytes) {
  for (const SizeUnit& unit : kSizeUnits) {
    if (size_bytes >= unit.bytes && size_bytes % unit.bytes == 0) {
      return fmt::format("{}{}", size_bytes / unit.bytes, unit.name);
    }
  }
  return fmt::format("{}B", size_bytes);
}

std::optional<TestPlace> parse_test_place(std::string_view text) {
  constexpr std::string_view kImage = "image:";
  if (text == "same") {
    return TestPlace{};
  }
  if (text == "reach") {
    return TestPlace{TestPlace::Kind::reach, {}};
  }
  if (text.substr(0, kImage.size()) == kImage) {
    const std::string_view name = text.substr(kImage.size());
    const bool is_good = !name.empty() && name.find_first_of(" \t\n") == std::string_view::npos;
    return is_good ? std::optional(TestPlace{TestPlace::Kind::image, std::string(name)}) : std::nullopt;
  }
  const std::size_t dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == text.size()) {
    return std::nullopt;
  }
  const std::string_view name = text.substr(0, dash);
  const std::string_view version = text.substr(dash + 1);
  const bool is_good = std::all_of(name.begin(), name.end(), [](char c) { return is_small(c) || c == '-'; }) &&
                       is_small(name[0]) &&
                       std::all_of(version.begin(), version.end(), [](char c) { return is_digit(c) || c == '.'; });
  return is_good ? std::optional(TestPlace{TestPlace::Kind::distribution, std::string(text)}) : std::nullopt;
}

bool is_finding_name(std::string_view text) {
  return !text.empty() && is_small(text[0]) && text.back() != '-' && text.find("--") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_small(c) || is_digit(c) || c == '-'; });
}

} // namespace wheelforge::matrix
