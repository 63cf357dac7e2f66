// Streams the archive to its file.
#include "orchestrator/pipeline/write_wheel.hpp"

namespace wheelforge::pipeline {

Result<std::filesystem::path> write_wheel(host::FileSystem& files, const repair::RewrittenWheel& wheel,
                                          const std::filesystem::path& folder) {
  const std::filesystem::path target = folder / wheel.file_name;
  WF_TRY_VOID(files.remove_all(folder));
  WF_TRY(const auto writer, files.open_writer(target, host::OpenMode::truncate));
  WF_TRY_VOID(wheel.archive.write([&](std::span<const std::byte> bytes) {
    return writer->write({reinterpret_cast<const char*>(bytes.data()), bytes.size()}); // NOLINT: char view
  }));
  return target;
}

} // namespace wheelforge::pipeline
