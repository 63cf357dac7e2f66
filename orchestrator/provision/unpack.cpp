// From files to a prefix.
#include "orchestrator/provision/unpack.hpp"

#include "orchestrator/zip/inflater.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <fmt/format.h>

namespace wheelforge::provision {
namespace {

namespace fs = std::filesystem;
using toolchain::PartKind;

/// Where a member goes, relative to the prefix; empty for what an installer does not need.
std::string place_of(const std::string& member) {
  constexpr std::string_view kData = ".data/";
  const std::size_t slash = member.find('/');
  const std::size_t data = member.find(kData);
  if (data == std::string::npos || slash != data + kData.size() - 1) {
    return member;
  }
  const std::string below = member.substr(data + kData.size());
  const std::size_t next = below.find('/');
  if (next == std::string::npos) {
    return {};
  }
  const std::string scheme = below.substr(0, next);
  const std::string rest = below.substr(next + 1);
  return scheme == "scripts" ? "bin/" + rest : scheme == "headers" ? "include/" + rest : rest;
}

bool is_inside(const fs::path& path) {
  if (path.is_absolute()) {
    return false;
  }
  for (const fs::path& part : path) {
    if (part == "..") {
      return false;
    }
  }
  return true;
}

Result<void> run(const Doors& doors, std::vector<std::string> argv, std::stop_token stop) {
  host::Command command;
  command.argv = std::move(argv);
  WF_TRY_VOID(host::require_success(command, doors.runner.run(command, {}, std::move(stop)), ErrorKind::invalid_data));
  return {};
}

} // namespace

Result<void> unpack_wheel(host::FileSystem& files, const fs::path& wheel, const fs::path& folder) {
  WF_TRY(const auto archive, zip::ZipReader::open(wheel));
  zip::Inflater inflater;
  for (const zip::ZipMember& member : archive.members()) {
    const std::string place = place_of(member.name);
    if (member.is_directory() || place.empty()) {
      continue;
    }
    if (!is_inside(place) || member.is_symlink()) {
      return fail(ErrorKind::invalid_data, "{} has the member {}, which would not stay in its folder",
                  wheel.filename().string(), member.name);
    }
    const fs::path target = folder / place;
    Result<void> written;
    {
      WF_TRY(auto writer, files.open_writer(target, host::OpenMode::truncate));
      const auto sent = inflater.stream(
          archive, member,
          [&](std::span<const std::byte> piece) {
            written = writer->write({reinterpret_cast<const char*>(piece.data()), piece.size()}); // NOLINT: char view
            return written ? zip::Flow::more : zip::Flow::enough;
          },
          zip::CheckCrc::yes);
      WF_TRY_VOID(written);
      if (!sent) {
        return tl::unexpected(with_context(sent.error(), member.name));
      }
    }
    std::error_code error;
    const bool is_program = member.is_executable() || fs::path(place).parent_path().filename() == "bin";
    fs::permissions(target, is_program ? fs::perms(0755) : fs::perms(0644), error);
  }
  return {};
}

Result<void> unpack_part(const Doors& doors, const toolchain::LockedPart& part, const fs::path& file,
                         const fs::path& folder, std::stop_token stop) {
  switch (part.kind) {
  case PartKind::pypi:
    return unpack_wheel(doors.files, file, folder);
  case PartKind::deb:
    return run(doors, {"dpkg-deb", "--extract", file.string(), folder.string()}, std::move(stop));
  case PartKind::archive:
    if (part.file.ends_with(".zip") || part.file.ends_with(".whl")) {
      return unpack_wheel(doors.files, file, folder);
    }
    return run(doors, {"tar", "--extract", "--no-same-owner", "--file", file.string(), "--directory", folder.string()},
               std::move(stop));
  case PartKind::image_has:
    break;
  }
  return {};
}

Result<void> finish_prefix(const Doors& doors, const toolchain::Recipe& recipe, const fs::path& folder) {
  const fs::path prefix = recipe.root.empty() ? folder : folder / recipe.root;
  std::error_code error;
  for (const toolchain::PrefixLink& link : recipe.links) {
    const fs::path path = prefix / link.path;
    fs::create_directories(path.parent_path(), error);
    if (fs::symlink_status(path, error).type() == fs::file_type::not_found) {
      fs::create_symlink(link.target, path, error);
      if (error) {
        return fail("{} cannot be made a link: {}", path.string(), error.message());
      }
    }
  }
  for (const toolchain::PrefixFile& file : recipe.files) {
    const fs::path path = prefix / file.path;
    WF_TRY_VOID(doors.files.write_atomically(path, file.text));
    fs::permissions(path, file.is_executable ? fs::perms(0755) : fs::perms(0644), error);
  }
  if (!recipe.probe.empty() && !doors.files.exists(prefix / recipe.probe)) {
    return with_hint(fail(ErrorKind::invalid_data, "the unpacked {} has no {}", recipe.title, recipe.probe),
                     "the recipe's parts do not make what its probe asks for");
  }
  return {};
}

} // namespace wheelforge::provision
