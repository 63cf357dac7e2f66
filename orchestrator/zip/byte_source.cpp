// The two byte sources: a file behind pread(2), and borrowed memory.
#include "orchestrator/zip/byte_source.hpp"

#include "orchestrator/base/byte_cursor.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace wheelforge::zip {
namespace {

std::string error_text(int code) { return std::error_code(code, std::generic_category()).message(); }

/// Owns a descriptor. pread keeps no position, so threads may share it; unlike a mapping it cannot raise SIGBUS when
/// the file shrinks, and the pages it reads do not count as ours.
class FileSource final : public ByteSource {
public:
  FileSource(int descriptor, std::uint64_t size) : ByteSource(size), descriptor_(descriptor) {}
  ~FileSource() override { ::close(descriptor_); }

private:
  Result<std::span<const std::byte>> fetch(std::uint64_t offset, std::size_t size,
                                           std::span<std::byte> scratch) const override {
    WF_CHECK(size <= scratch.size());
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(descriptor_, scratch.data() + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        return fail("cannot read {} bytes at {}: {}", size, offset, error_text(errno));
      }
      if (got == 0) {
        return fail("the file became shorter while it was read: it ends at {}, {} was wanted", offset + done,
                    offset + size);
      }
      done += static_cast<std::size_t>(got);
    }
    return scratch.first(size);
  }

  int descriptor_;
};

class MemorySource final : public ByteSource {
public:
  explicit MemorySource(std::span<const std::byte> bytes) : ByteSource(bytes.size()), bytes_(bytes) {}

private:
  Result<std::span<const std::byte>> fetch(std::uint64_t offset, std::size_t size,
                                           std::span<std::byte> /*scratch*/) const override {
    return bytes_.subspan(static_cast<std::size_t>(offset), size);
  }

  std::span<const std::byte> bytes_;
};

} // namespace

Result<std::unique_ptr<ByteSource>> ByteSource::file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int code = errno;
    return fail(code == ENOENT || code == ENOTDIR ? ErrorKind::not_found : ErrorKind::failed, "cannot open {}: {}",
                path.string(), error_text(code));
  }
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    return fail(ErrorKind::invalid_data, "{} is not a regular file", path.string());
  }
  return std::make_unique<FileSource>(descriptor, static_cast<std::uint64_t>(status.st_size));
}

std::unique_ptr<ByteSource> ByteSource::memory(std::span<const std::byte> bytes) {
  return std::make_unique<MemorySource>(bytes);
}

Result<std::span<const std::byte>> ByteSource::read(std::uint64_t offset, std::uint64_t size,
                                                    std::span<std::byte> scratch) const {
  if (!range_inside(offset, size, size_bytes_)) {
    return fail(ErrorKind::invalid_data, "{} bytes at {} are wanted, the file has {}", size, offset, size_bytes_);
  }
  return fetch(offset, static_cast<std::size_t>(size), scratch);
}

} // namespace wheelforge::zip
