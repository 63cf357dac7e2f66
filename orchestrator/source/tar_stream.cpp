// Headers from entries, bytes from files, one piece at a time.
#include "orchestrator/source/tar_stream.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <memory>
#include <numeric>
#include <span>

namespace wheelforge::source {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kLargestOctalSize = 077777777777; // eleven octal digits

/// Writes a text field; longer values are cut, the pax record has them whole.
void put_text(std::span<char> field, std::string_view text) {
  std::copy_n(text.begin(), std::min(field.size(), text.size()), field.begin());
}

void put_octal(std::span<char> field, std::uint64_t value) {
  put_text(field, fmt::format("{:0{}o}", value, field.size() - 1));
}

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + kBlock - 1) / kBlock * kBlock, '\0');
  return bytes;
}

/// One 512-byte ustar header.
std::string header_block(std::string_view name, char type, std::uint64_t size, unsigned mode, std::string_view link,
                         std::int64_t time) {
  std::array<char, kBlock> block{};
  const std::span<char> bytes(block);
  put_text(bytes.subspan(0, 100), name);
  put_octal(bytes.subspan(100, 8), mode);
  put_octal(bytes.subspan(108, 8), 0);
  put_octal(bytes.subspan(116, 8), 0);
  put_octal(bytes.subspan(124, 12), size);
  put_octal(bytes.subspan(136, 12), static_cast<std::uint64_t>(std::max<std::int64_t>(time, 0)));
  std::fill_n(bytes.begin() + 148, 8, ' ');
  block[156] = type;
  put_text(bytes.subspan(157, 100), link);
  put_text(bytes.subspan(257, 8), std::string_view("ustar\00000", 8));
  const auto sum = std::accumulate(block.begin(), block.end(), 0U,
                                   [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  put_text(bytes.subspan(148, 8), std::string_view(fmt::format("{:06o}\0 ", sum)).substr(0, 6));
  block[154] = '\0';
  return {block.begin(), block.end()};
}

/// "LENGTH key=value\n", where LENGTH counts itself.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (length != rest + std::to_string(length).size()) {
    length = rest + std::to_string(length).size();
  }
  return fmt::format("{} {}={}\n", length, key, value);
}

/// The header of an entry, with a pax header before it where ustar's fields are too short.
std::string header_of(const TarEntry& entry, const std::string& link, std::int64_t time) {
  using Type = TarEntry::Type;
  std::string records;
  if (entry.name.size() > 100) {
    records += pax_record("path", entry.name);
  }
  if (link.size() > 100) {
    records += pax_record("linkpath", link);
  }
  const std::uint64_t size = entry.type == Type::file || entry.type == Type::executable ? entry.size_bytes : 0;
  if (size > kLargestOctalSize) {
    records += pax_record("size", std::to_string(size));
  }
  std::string blocks;
  if (!records.empty()) {
    blocks = header_block("././@PaxHeader", 'x', records.size(), 0644, {}, time) + padded(records);
  }
  const char type = entry.type == Type::symlink ? '2' : entry.type == Type::folder ? '5' : '0';
  const unsigned mode = entry.type == Type::file ? 0644 : entry.type == Type::symlink ? 0777 : 0755;
  return blocks + header_block(entry.name, type, std::min(size, kLargestOctalSize), mode, link, time);
}

/// The stream's place: which entry is next, and what of the present one is still to be sent.
class TarStream {
public:
  TarStream(std::vector<TarEntry> entries, std::int64_t time) : entries_(std::move(entries)), time_(time) {}

  Result<std::size_t> fill(std::span<char> buffer) {
    while (pending_.empty() && file_left_ == 0 && !ended_) {
      WF_TRY_VOID(begin_next());
    }
    if (!pending_.empty()) {
      const std::size_t count = std::min(buffer.size(), pending_.size());
      std::memcpy(buffer.data(), pending_.data(), count);
      pending_.erase(0, count);
      return count;
    }
    return file_left_ > 0 ? read_file(buffer) : Result<std::size_t>(0);
  }

private:
  Result<void> begin_next() {
    if (next_ == entries_.size()) {
      pending_.assign(2 * kBlock, '\0');
      ended_ = true;
      return {};
    }
    const TarEntry& entry = entries_[next_++];
    std::string link;
    if (entry.type == TarEntry::Type::symlink) {
      std::error_code error;
      link = std::filesystem::read_symlink(entry.origin, error).string();
      if (error) {
        return fail("{} cannot be read as a link: {}", entry.origin.string(), error.message());
      }
    }
    pending_ = header_of(entry, link, time_);
    if (entry.type == TarEntry::Type::file || entry.type == TarEntry::Type::executable) {
      return open_file(entry);
    }
    return {};
  }

  Result<void> open_file(const TarEntry& entry) {
    std::error_code error;
    const auto size = std::filesystem::file_size(entry.origin, error);
    if (error) {
      return fail("{} cannot be read: {}", entry.origin.string(), error.message());
    }
    if (size != entry.size_bytes) {
      return fail("{} has {} bytes, it had {} when the files were listed", entry.origin.string(), size,
                  entry.size_bytes);
    }
    file_ = std::ifstream(entry.origin, std::ios::binary);
    file_left_ = size;
    padding_ = static_cast<std::size_t>((kBlock - size % kBlock) % kBlock);
    if (!file_) {
      return fail("{} cannot be opened", entry.origin.string());
    }
    return {};
  }

  Result<std::size_t> read_file(std::span<char> buffer) {
    const auto wanted = static_cast<std::streamsize>(std::min<std::uint64_t>(buffer.size(), file_left_));
    file_.read(buffer.data(), wanted);
    if (file_.gcount() != wanted) {
      return fail("{} became shorter while it was read", entries_[next_ - 1].origin.string());
    }
    file_left_ -= static_cast<std::uint64_t>(wanted);
    if (file_left_ == 0) {
      pending_.assign(padding_, '\0');
    }
    return static_cast<std::size_t>(wanted);
  }

  std::vector<TarEntry> entries_;
  std::int64_t time_;
  std::size_t next_ = 0;
  std::string pending_;
  std::ifstream file_;
  std::uint64_t file_left_ = 0;
  std::size_t padding_ = 0;
  bool ended_ = false;
};

} // namespace

host::ByteProducer tar_stream(std::vector<TarEntry> entries, std::int64_t time) {
  auto stream = std::make_shared<TarStream>(std::move(entries), time);
  return [stream](std::span<char> buffer) { return stream->fill(buffer); };
}

} // namespace wheelforge::source
