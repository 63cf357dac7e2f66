// The bound of the audit benchmark: maps a wheel, finds its ELF members by their first four bytes, and inflates those
// with libdeflate. No parsing, no CRC, no output. Prints the bytes that were inflated.
#include <isa-l/igzip_lib.h>
#include <libdeflate.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

std::uint16_t u16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] | at[1] << 8); }
std::uint32_t u32(const std::uint8_t* at) { return u16(at) | static_cast<std::uint32_t>(u16(at + 2)) << 16; }

bool begins_as_elf(const std::uint8_t* data, std::uint32_t packed, bool deflated, inflate_state& state) {
  std::uint8_t first[4] = {};
  if (!deflated) {
    return packed >= 4 && std::memcmp(data, "\177ELF", 4) == 0;
  }
  isal_inflate_init(&state);
  state.next_in = const_cast<std::uint8_t*>(data);
  state.avail_in = packed < 512 ? packed : 512;
  state.next_out = first;
  state.avail_out = 4;
  isal_inflate(&state);
  return std::memcmp(first, "\177ELF", 4) == 0;
}

} // namespace

int main(int argc, char** argv) {
  auto* whole = libdeflate_alloc_decompressor();
  auto state = std::make_unique<inflate_state>();
  std::vector<std::uint8_t> room;
  unsigned long long total = 0;
  for (int i = 1; i < argc; ++i) {
    const int file = open(argv[i], O_RDONLY);
    struct stat about {};
    if (file < 0 || fstat(file, &about) != 0) {
      std::perror(argv[i]);
      return 1;
    }
    const auto size = static_cast<std::size_t>(about.st_size);
    auto* bytes = static_cast<std::uint8_t*>(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0));
    std::size_t end = size - 22;
    while (u32(bytes + end) != 0x06054b50) {
      --end;
    }
    const std::uint8_t* entry = bytes + u32(bytes + end + 16);
    for (unsigned n = u16(bytes + end + 10); n > 0; --n) {
      const std::uint32_t packed = u32(entry + 20);
      const std::uint32_t plain = u32(entry + 24);
      const std::uint8_t* local = bytes + u32(entry + 42);
      const std::uint8_t* data = local + 30 + u16(local + 26) + u16(local + 28);
      const bool deflated = u16(entry + 10) == 8;
      if (plain >= 4 && begins_as_elf(data, packed, deflated, *state)) {
        if (room.size() < plain) {
          room.resize(plain);
        }
        if (deflated && libdeflate_deflate_decompress(whole, data, packed, room.data(), plain, nullptr) != 0) {
          std::fprintf(stderr, "%s: a member does not inflate\n", argv[i]);
          return 1;
        }
        total += plain;
      }
      entry += 46 + u16(entry + 28) + u16(entry + 30) + u16(entry + 32);
    }
    munmap(bytes, size);
    close(file);
  }
  std::printf("%llu\n", total);
}
