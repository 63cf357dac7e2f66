// A tar parser over a stream. Source: POSIX.1-2017 pax §ustar and §pax Interchange Format; GNU tar manual §Standard
// Format.
#include "orchestrator/engine/tar_reader.hpp"

#include "orchestrator/engine/tar_path.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace wheelforge::engine {
namespace {

constexpr std::size_t kBlock = 512;
/// More than any honest long name or pax header has.
constexpr std::uint64_t kLargestExtension = 1U << 20U;

std::string_view text_field(std::string_view header, std::size_t offset, std::size_t size) {
  const std::string_view field = header.substr(offset, size);
  return field.substr(0, field.find('\0'));
}

/// An octal field, or GNU's base-256 one (its first bit set); nothing when it is neither.
std::optional<std::uint64_t> number_field(std::string_view header, std::size_t offset, std::size_t size) {
  std::string_view field = header.substr(offset, size);
  if ((static_cast<unsigned char>(field.front()) & 0x80U) != 0) {
    std::uint64_t value = static_cast<unsigned char>(field.front()) & 0x3fU;
    for (const char byte : field.substr(1)) {
      if (value >> 55U != 0) {
        return std::nullopt;
      }
      value = value << 8U | static_cast<unsigned char>(byte);
    }
    return value;
  }
  while (!field.empty() && field.front() == ' ') {
    field.remove_prefix(1);
  }
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < field.size() && field[digits] >= '0' && field[digits] <= '7'; ++digits) {
    value = value << 3U | static_cast<unsigned>(field[digits] - '0');
  }
  const bool ends_well = digits == field.size() || field[digits] == ' ' || field[digits] == '\0';
  return ends_well ? std::optional(value) : std::nullopt;
}

bool has_valid_checksum(std::string_view header) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
  }
  return number_field(header, 148, 8) == sum;
}

/// The records of a pax header, "LENGTH KEY=VALUE\n"; nothing when one is malformed.
std::optional<std::map<std::string, std::string>> pax_records(std::string_view text) {
  std::map<std::string, std::string> records;
  while (!text.empty()) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || length > text.size() || length < digits + 3 || text[digits] != ' ' ||
        text[length - 1] != '\n') {
      return std::nullopt;
    }
    const std::string_view record = text.substr(digits + 1, length - digits - 2);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos) {
      return std::nullopt;
    }
    records[std::string(record.substr(0, equals))] = record.substr(equals + 1);
    text.remove_prefix(length);
  }
  return records;
}

/// Names as the engines write them: "output/", "./a".
std::string_view without_dot_and_slash(std::string_view name) {
  while (name.substr(0, 2) == "./") {
    name.remove_prefix(2);
  }
  while (!name.empty() && name.back() == '/') {
    name.remove_suffix(1);
  }
  return name;
}

} // namespace

bool is_safe_tar_path(std::string_view path) {
  if (path.empty() || std::any_of(path.begin(), path.end(), [](unsigned char letter) { return letter < 32; })) {
    return false;
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t slash = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, slash - begin);
    if (part.empty() || part == "." || part == "..") {
      return false;
    }
    begin = slash + 1;
  }
  return true;
}

struct TarReader::State {
  enum class Now { header, file, skipped, extension, padding, ended };

  State(TarVisitor receiver, std::uint64_t limit_bytes)
      : visitor(std::move(receiver)), limit_left(limit_bytes), limit(limit_bytes) {}

  TarVisitor visitor;
  std::uint64_t limit_left;
  std::uint64_t limit;
  Now now = Now::header;
  std::string block;         ///< an unfinished header
  std::uint64_t left = 0;    ///< bytes of the member still to come
  std::uint64_t padding = 0; ///< bytes after it up to the next block
  char extension_type = 0;
  std::string extension;
  std::string long_name;                  ///< of the next member, by GNU's 'L'
  std::map<std::string, std::string> pax; ///< of the next member, by 'x'

  Result<void> begin_member(std::string_view header);
  Result<void> begin_file(std::string_view header, std::string name, std::uint64_t size);
  Result<void> end_member();
  Result<std::size_t> take(std::string_view bytes);
};

Result<void> TarReader::State::begin_member(std::string_view header) {
  if (std::all_of(header.begin(), header.end(), [](char byte) { return byte == '\0'; })) {
    now = Now::ended; // the second block of zeros may be missing
    return {};
  }
  const auto announced = number_field(header, 124, 12);
  if (!has_valid_checksum(header) || !announced) {
    return fail(ErrorKind::invalid_data, "tar: a header's {} is wrong", announced ? "checksum" : "size");
  }
  std::uint64_t size = *announced;
  const char type = header[156];
  std::string name(text_field(header, 0, 100));
  if (const std::string_view prefix = text_field(header, 345, 155);
      header.substr(257, 6) == std::string_view("ustar\0", 6) && !prefix.empty()) {
    name = std::string(prefix) + "/" + name;
  }
  if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
    if (size > kLargestExtension) {
      return fail(ErrorKind::invalid_data, "tar: an extended header of {} bytes, wanted at most {}", size,
                  kLargestExtension);
    }
    extension_type = type;
    extension.clear();
    now = Now::extension;
  } else {
    if (!long_name.empty()) {
      name = std::exchange(long_name, {});
    }
    if (const auto path = pax.find("path"); path != pax.end()) {
      name = path->second;
    }
    if (const auto pax_size = pax.find("size"); pax_size != pax.end()) {
      const std::string& text = pax_size->second;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
      if (error != std::errc() || end != text.data() + text.size()) {
        return fail(ErrorKind::invalid_data, "tar: the size '{}' is no number", text);
      }
    }
    pax.clear();
    if (type == '5') {
      size = 0;
      now = Now::skipped;
    } else if (type == '0' || type == '\0' || type == '7') {
      WF_TRY_VOID(begin_file(header, std::move(name), size));
      now = Now::file;
    } else {
      static const std::map<char, std::string_view> kNames = {{'1', "a hard link"},
                                                              {'2', "a symbolic link"},
                                                              {'3', "a character device"},
                                                              {'4', "a block device"},
                                                              {'6', "a fifo"}};
      const auto found = kNames.find(type);
      return fail(ErrorKind::invalid_data, "tar: {} is {}, wanted a regular file", name,
                  found == kNames.end() ? "of an unknown type" : found->second);
    }
  }
  left = size;
  padding = (kBlock - size % kBlock) % kBlock;
  return left == 0 ? end_member() : Result<void>();
}

Result<void> TarReader::State::begin_file(std::string_view header, std::string name, std::uint64_t size) {
  const std::string_view path =
      name.empty() || name.front() == '/' ? std::string_view(name) : without_dot_and_slash(name);
  if (!is_safe_tar_path(path)) {
    return fail(ErrorKind::invalid_data, "tar: the name '{}' leads out of the folder", name);
  }
  if (size > limit_left) {
    return fail(ErrorKind::invalid_data, "tar: {} brings the sum above {} bytes", name, limit);
  }
  limit_left -= size;
  const std::uint64_t mode = number_field(header, 100, 8).value_or(0);
  return visitor.begin(TarFile{std::string(path), size, (mode & 0111U) != 0});
}

Result<void> TarReader::State::end_member() {
  if (now == Now::file) {
    WF_TRY_VOID(visitor.end());
  } else if (now == Now::extension && extension_type == 'L') {
    long_name = extension.substr(0, extension.find('\0'));
  } else if (now == Now::extension && extension_type == 'x') {
    auto records = pax_records(extension);
    if (!records) {
      return fail(ErrorKind::invalid_data, "tar: a pax header's record has a wrong length");
    }
    pax = *std::move(records);
  } // 'g' speaks of times and comments, 'K' of a link's target, and links are refused
  now = padding > 0 ? Now::padding : Now::header;
  left = padding;
  return {};
}

/// Takes some of the bytes and returns how many.
Result<std::size_t> TarReader::State::take(std::string_view bytes) {
  if (now == Now::header) {
    const std::size_t count = std::min(bytes.size(), kBlock - block.size());
    block += bytes.substr(0, count);
    if (block.size() == kBlock) {
      const std::string header = std::exchange(block, {});
      WF_TRY_VOID(begin_member(header));
    }
    return count;
  }
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left));
  left -= count;
  switch (now) {
  case Now::file:
    WF_TRY_VOID(visitor.bytes(bytes.substr(0, count)));
    break;
  case Now::extension:
    extension += bytes.substr(0, count);
    break;
  case Now::ended:
    return bytes.size(); // whatever fills up the last record
  default:
    break;
  }
  if (left == 0 && now == Now::padding) {
    now = Now::header;
  } else if (left == 0) {
    WF_TRY_VOID(end_member());
  }
  return count;
}

TarReader::TarReader(TarVisitor visitor, std::uint64_t limit_bytes)
    : state_(std::make_unique<State>(std::move(visitor), limit_bytes)) {}
TarReader::~TarReader() = default;
TarReader::TarReader(TarReader&&) noexcept = default;

Result<void> TarReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    WF_TRY(const std::size_t taken, state_->take(bytes));
    bytes.remove_prefix(taken);
  }
  return {};
}

Result<void> TarReader::finish() {
  if (state_->now == State::Now::ended || (state_->now == State::Now::header && state_->block.empty())) {
    return {};
  }
  return fail(ErrorKind::invalid_data, "tar: the stream ends in the middle of a member");
}

} // namespace wheelforge::engine
