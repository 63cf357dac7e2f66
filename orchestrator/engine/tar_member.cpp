// Writes a tar archive of one file. Source: POSIX.1-2017 pax §ustar Interchange Format; GNU long names.
#include "orchestrator/engine/tar_member.hpp"

#include "orchestrator/engine/tar_path.hpp"

#include <algorithm>
#include <memory>

namespace wheelforge::engine {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameBytes = 100;

void put(std::string& header, std::size_t offset, std::string_view text) {
  std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(offset));
}

/// One header block. Fields by offset: name 0, mode 100, uid 108, gid 116, size 124, mtime 136, checksum 148, type 156,
/// magic 257, version 263.
std::string header_block(std::string_view name, std::size_t size, char type) {
  std::string header(kBlock, '\0');
  put(header, 0, name.substr(0, kNameBytes));
  put(header, 100, "0000644");
  put(header, 108, "0000000");
  put(header, 116, "0000000");
  put(header, 124, fmt::format("{:011o}", size));
  put(header, 136, "00000000000");
  put(header, 148, "        "); // the checksum counts itself as blanks
  header[156] = type;
  put(header, 257, "ustar ");
  put(header, 263, " ");
  unsigned sum = 0;
  for (const char byte : header) {
    sum += static_cast<unsigned char>(byte);
  }
  put(header, 148, fmt::format("{:06o}", sum));
  header[154] = '\0';
  return header;
}

std::string padded(std::string_view bytes) {
  std::string text(bytes);
  text.resize((bytes.size() + kBlock - 1) / kBlock * kBlock, '\0');
  return text;
}

} // namespace

Result<std::string> tar_of_one_file(std::string_view path, std::string_view bytes) {
  if (!is_safe_tar_path(path)) {
    return fail(ErrorKind::usage, "'{}' is no path for a file in a container", path);
  }
  std::string tar;
  if (path.size() > kNameBytes) {
    const std::string name = std::string(path) + '\0';
    tar += header_block("././@LongLink", name.size(), 'L') + padded(name);
  }
  tar += header_block(path, bytes.size(), '0') + padded(bytes);
  tar.append(2 * kBlock, '\0');
  return tar;
}

host::ByteProducer produce_text(std::string text) {
  // shared: a std::function must be copyable, and its copies go on where the others stopped
  auto rest = std::make_shared<std::pair<std::string, std::size_t>>(std::move(text), 0);
  return [rest](std::span<char> buffer) -> Result<std::size_t> {
    auto& [bytes, done] = *rest;
    const std::size_t count = std::min(buffer.size(), bytes.size() - done);
    std::copy_n(bytes.data() + done, count, buffer.data());
    done += count;
    return count;
  };
}

} // namespace wheelforge::engine
