// The ZIP builder.
#include "tests/support/zip_builder.hpp"

#include <libdeflate.h>

namespace wheelforge::support {
namespace {

struct Placed {
  const ZipEntry* entry;
  std::uint64_t offset;
  std::uint64_t size;
  std::uint64_t compressed_size;
  std::uint32_t crc;
  std::uint16_t method;
  std::string packed;
};

std::string zip64_field(const Placed& placed, bool central) {
  ByteWriter out;
  out.u16(1);
  out.u16(central ? 24 : 16);
  out.u64(placed.size);
  out.u64(placed.compressed_size);
  if (central) {
    out.u64(placed.offset);
  }
  return {reinterpret_cast<const char*>(out.bytes().data()), out.size()};
}

void write_local(ByteWriter& out, const Placed& placed) {
  using Descriptor = ZipEntry::Descriptor;
  const ZipEntry& entry = *placed.entry;
  const std::string& name = entry.local_name ? *entry.local_name : entry.name;
  const bool deferred = entry.descriptor != Descriptor::none;
  const std::string extra = entry.local_extra + (entry.zip64 ? zip64_field(placed, false) : "");
  out.u32(0x04034b50);
  out.u16(20);
  out.u16(entry.flags | (deferred ? 8U : 0U));
  out.u16(placed.method);
  out.u16(0);
  out.u16(0x21);
  out.u32(deferred ? 0 : placed.crc);
  out.u32(entry.zip64 ? 0xffffffff : deferred ? 0 : placed.compressed_size);
  out.u32(entry.zip64 ? 0xffffffff : deferred ? 0 : entry.local_size.value_or(placed.size));
  out.u16(name.size());
  out.u16(extra.size());
  out.text(name);
  out.text(extra);
  out.text(placed.packed);
  if (deferred) {
    if (entry.descriptor != Descriptor::bare) {
      out.u32(0x08074b50);
    }
    const unsigned width = entry.descriptor == Descriptor::wide ? 8 : 4;
    out.u32(placed.crc);
    out.put(placed.compressed_size, width);
    out.put(placed.size, width);
  }
}

void write_central(ByteWriter& out, const Placed& placed) {
  const ZipEntry& entry = *placed.entry;
  const std::string extra = entry.central_extra + (entry.zip64 ? zip64_field(placed, true) : "");
  out.u32(0x02014b50);
  out.u16(entry.made_by);
  out.u16(20);
  out.u16(entry.flags | (entry.descriptor != ZipEntry::Descriptor::none ? 8U : 0U));
  out.u16(placed.method);
  out.u16(0);
  out.u16(0x21);
  out.u32(placed.crc);
  out.u32(entry.zip64 ? 0xffffffff : placed.compressed_size);
  out.u32(entry.zip64 ? 0xffffffff : placed.size);
  out.u16(entry.name.size());
  out.u16(extra.size());
  out.u16(entry.comment.size());
  out.u16(0);
  out.u16(0);
  out.u32(std::uint64_t{entry.unix_mode} << 16U);
  out.u32(entry.zip64 ? 0xffffffff : placed.offset);
  out.text(entry.name);
  out.text(extra);
  out.text(entry.comment);
}

void write_end(ByteWriter& out, const ZipSpec& spec, std::uint64_t count, std::uint64_t offset, std::uint64_t size) {
  if (spec.zip64_end) {
    const std::uint64_t record = out.size();
    out.u32(0x06064b50);
    out.u64(44);
    out.u16(45);
    out.u16(45);
    out.u32(0);
    out.u32(0);
    out.u64(count);
    out.u64(count);
    out.u64(size);
    out.u64(offset);
    out.u32(0x07064b50);
    out.u32(0);
    out.u64(record);
    out.u32(1);
  }
  out.u32(0x06054b50);
  out.u16(0);
  out.u16(0);
  out.u16(spec.zip64_end ? 0xffff : count);
  out.u16(spec.zip64_end ? 0xffff : count);
  out.u32(spec.zip64_end ? 0xffffffff : size);
  out.u32(spec.zip64_end ? 0xffffffff : offset);
  out.u16(spec.comment.size());
  out.text(spec.comment);
}

} // namespace

std::string deflated(const std::string& data) {
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(6);
  std::string packed(libdeflate_deflate_compress_bound(compressor, data.size()), '\0');
  packed.resize(libdeflate_deflate_compress(compressor, data.data(), data.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(compressor);
  return packed;
}

std::string deflated_zeros(unsigned megabytes) { return deflated(std::string(std::size_t{megabytes} << 20U, '\0')); }

Bytes build_zip(const ZipSpec& spec) {
  ByteWriter out;
  out.text(spec.before);
  const std::uint64_t base = spec.count_before ? 0 : spec.before.size();
  std::vector<Placed> listed;
  for (const ZipEntry& entry : spec.entries) {
    Placed placed{};
    placed.entry = &entry;
    placed.packed = entry.packed ? *entry.packed : entry.deflate ? deflated(entry.data) : entry.data;
    placed.method = entry.method.value_or(entry.deflate ? 8 : 0);
    placed.crc = entry.crc.value_or(libdeflate_crc32(0, entry.data.data(), entry.data.size()));
    placed.size = entry.size.value_or(entry.data.size());
    placed.compressed_size = entry.compressed_size.value_or(placed.packed.size());
    placed.offset = entry.header_offset.value_or(out.size() - base);
    write_local(out, placed);
    if (entry.listed) {
      listed.push_back(std::move(placed));
    }
  }
  out.text(spec.gap);
  const std::uint64_t directory = out.size();
  for (const Placed& placed : listed) {
    write_central(out, placed);
  }
  write_end(out, spec, spec.count.value_or(listed.size()), spec.directory_offset.value_or(directory - base),
            spec.directory_size.value_or(out.size() - directory));
  out.text(spec.after);
  return out.bytes();
}

} // namespace wheelforge::support
