// Reads and prints images.lock.
#include "orchestrator/image/lock.hpp"

#include "orchestrator/image/fields.hpp"
#include "orchestrator/matrix/interpreter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::image {
namespace {

constexpr std::int64_t kVersion = 1;

bool name_before(const LockedImage& image, std::string_view name) { return image.name < name; }

/// A name that stands alone: no tag, no digest.
bool is_bare_name(std::string_view name) {
  const auto ref = parse_image_ref(name);
  return ref && ref->tag.empty() && ref->digest.empty();
}

LockedImage read_image(Fields& fields) {
  LockedImage image{fields.text("name"), fields.text("tag"), fields.text("digest"), fields.texts("pythons")};
  if (!image.name.empty() && !is_bare_name(image.name)) {
    fields.refuse("name", fmt::format("name is \"{}\", wanted an image's name without tag and digest", image.name));
  }
  if (!image.tag.empty() && !parse_image_ref("x:" + image.tag)) {
    fields.refuse("tag", fmt::format("tag is \"{}\", wanted letters, digits, \"_\", \".\" and \"-\"", image.tag));
  }
  if (!image.digest.empty() && !is_digest(image.digest)) {
    fields.refuse("digest", fmt::format("digest is \"{}\", wanted sha256: and 64 hexadecimal digits", image.digest));
  }
  for (const std::string& python : image.pythons) {
    if (!matrix::parse_interpreter(python)) {
      fields.refuse("pythons", fmt::format("pythons has \"{}\", wanted names such as cp312, cp313t or pp311", python));
    }
  }
  fields.refuse_others();
  return image;
}

std::string quoted_list(const std::vector<std::string>& texts) {
  return texts.empty() ? "[]" : fmt::format("[\"{}\"]", fmt::join(texts, "\", \""));
}

} // namespace

const LockedImage* ImageLock::find(std::string_view name) const {
  const auto at = std::lower_bound(images.begin(), images.end(), name, name_before);
  return at != images.end() && at->name == name ? &*at : nullptr;
}

void ImageLock::put(LockedImage image) {
  const auto at = std::lower_bound(images.begin(), images.end(), image.name, name_before);
  if (at != images.end() && at->name == image.name) {
    *at = std::move(image);
  } else {
    images.insert(at, std::move(image));
  }
}

Result<ImageLock> parse_lock(std::string_view text, std::string_view file) {
  const matrix::SourceText source{std::string(file), std::string(text)};
  auto document = matrix::parse_document(source);
  if (!document) {
    return tl::unexpected(matrix::to_error(document.error()));
  }
  matrix::Diagnostics diagnostics;
  Fields fields(source, *document, diagnostics);
  fields.require_version(kVersion);
  ImageLock lock;
  for (const matrix::Node& node : fields.tables("image")) {
    Fields image_fields(source, node, diagnostics);
    LockedImage image = read_image(image_fields);
    if (lock.find(image.name) != nullptr) {
      image_fields.refuse("name", fmt::format("image \"{}\" stands here twice", image.name));
    }
    lock.put(std::move(image));
  }
  fields.refuse_others();
  if (!diagnostics.empty()) {
    return tl::unexpected(matrix::to_error(diagnostics));
  }
  return lock;
}

std::string print_lock(const ImageLock& lock) {
  std::string text = "# The images that this project is built in. Written by `wheelforge images lock`; keep it under "
                     "version control.\n";
  text += fmt::format("version = {}\n", kVersion);
  for (const LockedImage& image : lock.images) {
    text +=
        fmt::format("\n[[image]]\nname = \"{}\"\ntag = \"{}\"\ndigest = \"{}\"\n", image.name, image.tag, image.digest);
    if (!image.pythons.empty()) {
      text += fmt::format("pythons = {}\n", quoted_list(image.pythons));
    }
  }
  return text;
}

} // namespace wheelforge::image
