// The ELF files of a wheel as a loader finds them once the wheel is installed.
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/loader/elf_image.hpp"
#include "orchestrator/zip/zip_reader.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelforge::loader {

/// All ELF files of a wheel, by place. Several wheels may be installed side by side.
class WheelImages {
public:
  /// Reads the ELF files of a wheel on that many threads. Fails only when the archive's bytes cannot be read.
  [[nodiscard]] static Result<WheelImages> read(const zip::ZipReader& archive, unsigned threads);
  /// Images made elsewhere: their paths are members' names.
  [[nodiscard]] static WheelImages of(std::vector<ElfImage> images);

  [[nodiscard]] const std::vector<ElfImage>& all() const { return images_; }
  /// The file at an absolute path below the prefix of audit::InstalledFiles; "." and ".." are followed.
  [[nodiscard]] std::optional<std::size_t> at(std::string_view path) const;
  /// Where the image stands, as an absolute path.
  [[nodiscard]] const std::string& place(std::size_t image) const { return places_[image]; }
  /// Installs another wheel into the same folder.
  void add(WheelImages other);

private:
  void index();

  std::vector<ElfImage> images_; ///< sorted by path
  std::vector<std::string> places_;
  std::map<std::string, std::size_t, std::less<>> by_place_;
};

/// A loader's sentence with the folder of installed packages taken out: "bcrypt/_bcrypt.abi3.so: …".
[[nodiscard]] std::string without_prefix(std::string text);

} // namespace wheelforge::loader
