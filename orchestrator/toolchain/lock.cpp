// Reads and prints toolchains.lock.
#include "orchestrator/toolchain/lock.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/image/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace wheelforge::toolchain {
namespace {

using image::Fields;

constexpr std::int64_t kVersion = 1;

auto order_of(const LockedToolchain& one) { return std::tie(one.name, one.version, one.arch); }

/// A file name that names a file of one folder and nothing else.
bool is_file_name(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.find('/') == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F && c != '"'; });
}

LockedPart read_part(Fields& from) {
  LockedPart part;
  const std::string kind = from.text("kind");
  for (const PartKind one : {PartKind::pypi, PartKind::deb, PartKind::archive, PartKind::image_has}) {
    if (to_string(one) == kind) {
      part.kind = one;
    }
  }
  if (kind != to_string(part.kind) || part.kind == PartKind::image_has) {
    from.refuse("kind", fmt::format("kind is \"{}\", wanted pypi, deb or archive", kind));
  }
  part.name = from.text("name");
  part.version = from.text("version");
  part.file = from.text("file");
  part.sha256 = from.text("sha256");
  part.from = from.optional_text("from").value_or("");
  if (!part.file.empty() && !is_file_name(part.file)) {
    from.refuse("file", fmt::format("file is \"{}\", wanted a file name", part.file));
  }
  if (!is_sha256_hex(part.sha256)) {
    from.refuse("sha256", fmt::format("sha256 is \"{}\", wanted 64 lower-case hexadecimal digits", part.sha256));
  }
  if (const matrix::Node* size = from.find("size")) {
    const auto* number = std::get_if<std::int64_t>(&size->value);
    if (number == nullptr || *number < 0) {
      from.refuse("size", fmt::format("size is {}, wanted a number of bytes", matrix::show(*size)));
    } else {
      part.size_bytes = static_cast<std::uint64_t>(*number);
    }
  }
  from.refuse_others();
  return part;
}

LockedToolchain read_toolchain(Fields& from, const matrix::SourceText& source, matrix::Diagnostics& diagnostics) {
  LockedToolchain toolchain;
  toolchain.name = from.text("name");
  const std::string version = from.text("version");
  if (auto parsed = parse_version(version)) {
    toolchain.version = *std::move(parsed);
  } else {
    from.refuse("version", parsed.error().message);
  }
  const std::string arch = from.text("arch");
  if (const auto found = tags::find_architecture(arch)) {
    toolchain.arch = *found;
  } else {
    from.refuse("arch", fmt::format("arch is \"{}\", which is no architecture", arch));
  }
  toolchain.recipe = from.text("recipe");
  if (!is_sha256_hex(toolchain.recipe)) {
    from.refuse("recipe", fmt::format("recipe is \"{}\", wanted a SHA-256", toolchain.recipe));
  }
  for (const matrix::Node& node : from.tables("part")) {
    Fields part(source, node, diagnostics);
    toolchain.parts.push_back(read_part(part));
  }
  from.refuse_others();
  return toolchain;
}

} // namespace

std::uint64_t LockedToolchain::download_bytes() const {
  std::uint64_t sum = 0;
  for (const LockedPart& part : parts) {
    sum += part.size_bytes;
  }
  return sum;
}

std::string LockedToolchain::digest() const {
  std::string text = recipe + "\n";
  for (const LockedPart& part : parts) {
    text += part.file + " " + part.sha256 + "\n";
  }
  return sha256(text).hex().substr(0, 16);
}

const LockedToolchain* ToolchainLock::find(std::string_view name, const Version& version,
                                           tags::Architecture arch) const {
  const auto at = std::find_if(toolchains.begin(), toolchains.end(), [&](const LockedToolchain& one) {
    return one.name == name && one.version == version && one.arch == arch;
  });
  return at == toolchains.end() ? nullptr : &*at;
}

void ToolchainLock::put(LockedToolchain toolchain) {
  std::sort(toolchain.parts.begin(), toolchain.parts.end(), [](const LockedPart& a, const LockedPart& b) {
    return std::tie(a.name, a.version, a.file) < std::tie(b.name, b.version, b.file);
  });
  const auto at =
      std::lower_bound(toolchains.begin(), toolchains.end(), toolchain,
                       [](const LockedToolchain& a, const LockedToolchain& b) { return order_of(a) < order_of(b); });
  if (at != toolchains.end() && order_of(*at) == order_of(toolchain)) {
    *at = std::move(toolchain);
  } else {
    toolchains.insert(at, std::move(toolchain));
  }
}

Result<ToolchainLock> parse_lock(std::string_view text, std::string_view file) {
  const matrix::SourceText source{std::string(file), std::string(text)};
  const auto document = matrix::parse_document(source);
  if (!document) {
    return tl::unexpected(matrix::to_error(document.error()));
  }
  matrix::Diagnostics diagnostics;
  Fields fields(source, *document, diagnostics);
  fields.require_version(kVersion);
  ToolchainLock lock;
  for (const matrix::Node& node : fields.tables("toolchain")) {
    Fields from(source, node, diagnostics);
    LockedToolchain toolchain = read_toolchain(from, source, diagnostics);
    if (lock.find(toolchain.name, toolchain.version, toolchain.arch) != nullptr) {
      from.refuse("name", fmt::format("{} for {} stands here twice", toolchain.id(), tags::to_string(toolchain.arch)));
    }
    lock.put(std::move(toolchain));
  }
  fields.refuse_others();
  if (!diagnostics.empty()) {
    return tl::unexpected(matrix::to_error(diagnostics));
  }
  return lock;
}

std::string print_lock(const ToolchainLock& lock) {
  std::string text = "# The accelerator toolchains of this project, file by file. Written by `wheelforge toolchain "
                     "lock`; keep it under version control.\n";
  text += fmt::format("version = {}\n", kVersion);
  for (const LockedToolchain& one : lock.toolchains) {
    text += fmt::format("\n[[toolchain]]\nname = \"{}\"\nversion = \"{}\"\narch = \"{}\"\nrecipe = \"{}\"\n", one.name,
                        one.version.text(), tags::to_string(one.arch), one.recipe);
    for (const LockedPart& part : one.parts) {
      text += fmt::format("\n[[toolchain.part]]\nkind = \"{}\"\nname = \"{}\"\nversion = \"{}\"\nfile = \"{}\"\n"
                          "sha256 = \"{}\"\nsize = {}\n",
                          to_string(part.kind), part.name, part.version, part.file, part.sha256, part.size_bytes);
      if (!part.from.empty()) {
        text += fmt::format("from = \"{}\"\n", part.from);
      }
    }
  }
  return text;
}

} // namespace wheelforge::toolchain
