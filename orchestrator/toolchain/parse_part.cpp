// What each kind of part has to say: a wheel, Debian packages, an archive, a path in the image.
#include "orchestrator/toolchain/parse_part.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/toolchain/recipe_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wheelforge::toolchain {
namespace {

using image::Fields;

void need(Fields& from, std::string_view key, bool is_there, std::string_view kind) {
  if (!is_there) {
    from.refuse(key, fmt::format("{} is missing: a part of kind \"{}\" needs it", key, kind));
  }
}

void check_part(Fields& from, const Part& part) {
  const std::string_view kind = to_string(part.kind);
  switch (part.kind) {
  case PartKind::pypi:
    if (!part.name.empty() && !is_lower_word(part.name, "-")) {
      from.refuse("name", fmt::format("name is \"{}\", wanted a normalised name such as nvidia-cuda-nvcc", part.name));
    }
    if (part.version.find_first_not_of("0123456789.*=<>!~,abrcpostdev") != std::string::npos) {
      from.refuse("version", fmt::format("version is \"{}\", wanted a specifier such as ==13.5.*", part.version));
    }
    return;
  case PartKind::deb:
    need(from, "packages", !part.packages.empty(), kind);
    need(from, "components", !part.components.empty(), kind);
    if (!part.suite.empty() && !is_lower_word(part.suite, "-")) {
      from.refuse("suite", fmt::format("suite is \"{}\", wanted a release's name such as bookworm", part.suite));
    }
    for (const auto* names : {&part.packages, &part.present, &part.only, &part.components}) {
      for (const std::string& name : *names) {
        if (!is_lower_word(name, "+-.") || name.front() == '-') {
          from.refuse("packages", fmt::format("\"{}\" is no name of a package", name));
        }
      }
    }
    return;
  case PartKind::archive:
    if (!part.sha256.empty() && !is_sha256_hex(part.sha256)) {
      from.refuse("sha256", fmt::format("sha256 is \"{}\", wanted 64 lower-case hexadecimal digits", part.sha256));
    }
    if (!part.url.empty() && part.url.rfind("https://", 0) != 0 && part.url.rfind("file:///", 0) != 0) {
      from.refuse("url", fmt::format("url is \"{}\", wanted https:// or file:///", part.url));
    }
    return;
  case PartKind::image_has:
    if (!part.path.empty() && part.path.front() != '/') {
      from.refuse("path", fmt::format("path is \"{}\", wanted an absolute path in the image", part.path));
    }
    return;
  }
}

} // namespace

Part parse_part(Fields& from) {
  constexpr std::array<std::string_view, 4> kKinds = {"pypi", "deb", "archive", "image-has"};
  Part part;
  const std::string kind = from.text("kind");
  const auto at = std::find(kKinds.begin(), kKinds.end(), kind);
  if (at == kKinds.end()) {
    from.refuse("kind", fmt::format("kind is \"{}\", wanted {}", kind, fmt::join(kKinds, ", ")));
    return part;
  }
  part.kind = static_cast<PartKind>(at - kKinds.begin());
  part.arches = read_arches(from, "arches");
  switch (part.kind) {
  case PartKind::pypi:
    part.name = from.text("name");
    part.version = from.optional_text("version").value_or("");
    break;
  case PartKind::deb:
    part.suite = from.text("suite");
    part.components = from.texts("components");
    part.packages = from.texts("packages");
    part.present = from.texts("present");
    part.only = from.texts("only");
    break;
  case PartKind::archive:
    part.url = from.text("url");
    part.sha256 = from.text("sha256");
    break;
  case PartKind::image_has:
    part.path = from.text("path");
    break;
  }
  check_part(from, part);
  from.refuse_others();
  return part;
}

} // namespace wheelforge::toolchain
