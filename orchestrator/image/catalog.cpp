// Reads the catalogue of images.
#include "orchestrator/image/catalog.hpp"

#include "orchestrator/image/fields.hpp"

#include "embedded/image/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wheelforge::image {
namespace {

constexpr std::array<std::string_view, 4> kStatusNames = {"supported", "alpha", "ended", "unpublished"};
constexpr std::string_view kPypa = "pypa";
constexpr std::string_view kQuay = "quay.io";

/// What a family says once for all its images.
struct Shared {
  std::vector<tags::Architecture> arches;
  std::vector<std::string> pythons;
  std::vector<std::string> emulated_pythons;
  std::vector<std::string> more_pythons; ///< only on some architectures
  std::vector<std::string> more_arches;
};

Status read_status(Fields& fields) {
  const std::string name = fields.text("status");
  const auto at = std::find(kStatusNames.begin(), kStatusNames.end(), name);
  if (at == kStatusNames.end()) {
    fields.refuse("status", fmt::format("status is \"{}\", wanted {}", name, fmt::join(kStatusNames, ", ")));
    return Status::supported;
  }
  return static_cast<Status>(at - kStatusNames.begin());
}

Shared read_shared(Fields& fields, const matrix::SourceText& source, matrix::Diagnostics& diagnostics) {
  Shared shared;
  for (const std::string& name : fields.texts("arches")) {
    if (const auto arch = tags::find_architecture(name)) {
      shared.arches.push_back(*arch);
    } else {
      fields.refuse("arches", fmt::format("arches has \"{}\", which is no architecture", name));
    }
  }
  shared.pythons = fields.texts("pythons");
  shared.emulated_pythons = fields.texts("emulated-pythons");
  if (const matrix::Node* pypy = fields.find("pypy"); pypy != nullptr && pypy->table() != nullptr) {
    Fields more(source, *pypy, diagnostics);
    shared.more_pythons = more.texts("pythons");
    shared.more_arches = more.texts("arches");
    more.refuse_others();
  }
  return shared;
}

std::optional<Pin> read_pin(const matrix::Node* pins, std::string_view arch, const matrix::SourceText& source,
                            matrix::Diagnostics& diagnostics) {
  const matrix::Entry* entry = pins != nullptr ? pins->find(arch) : nullptr;
  if (entry == nullptr || entry->value.table() == nullptr) {
    return std::nullopt;
  }
  Fields fields(source, entry->value, diagnostics);
  Pin pin{fields.text("tag"), fields.text("digest")};
  if (!is_digest(pin.digest)) {
    fields.refuse("digest", fmt::format("digest is \"{}\", wanted sha256: and 64 hexadecimal digits", pin.digest));
  }
  fields.refuse_others();
  return pin;
}

ImageFamily read_family(const matrix::SourceText& source, const matrix::Node& node, matrix::Diagnostics& diagnostics) {
  Fields fields(source, node, diagnostics);
  ImageFamily family;
  family.policy = fields.text("policy");
  family.recipe = fields.optional_text("recipe").value_or("");
  family.origin = family.recipe.empty() ? Origin::registry : Origin::built_here;
  family.status = read_status(fields);
  family.base = fields.text("base");
  family.base_support_ends = fields.optional_text("base-support-ends");
  family.libc = fields.text("libc");
  family.compiler = fields.text("compiler");
  family.binutils = fields.optional_text("binutils").value_or("");
  family.package_manager = fields.text("package-manager");
  family.added = fields.optional_text("added");
  family.support_ended = fields.optional_text("support-ended");
  family.note = fields.optional_text("note").value_or("");
  family.source = fields.text("source");
  const Shared shared = read_shared(fields, source, diagnostics);
  const matrix::Node* pins = fields.find("pins");
  for (const tags::Architecture arch : shared.arches) {
    const std::string_view name = tags::to_string(arch);
    FamilyImage image{arch, shared.pythons, shared.emulated_pythons, read_pin(pins, name, source, diagnostics)};
    if (std::find(shared.more_arches.begin(), shared.more_arches.end(), name) != shared.more_arches.end()) {
      image.pythons.insert(image.pythons.end(), shared.more_pythons.begin(), shared.more_pythons.end());
    }
    if (!tags::parse_platform_tag(fmt::format("{}_{}", family.policy, name))) {
      fields.refuse("policy",
                    fmt::format("policy is \"{}\", wanted a platform tag without its architecture", family.policy));
    }
    family.images.push_back(std::move(image));
  }
  fields.refuse_others();
  return family;
}

TestImage read_test(const matrix::SourceText& source, const matrix::Node& node, matrix::Diagnostics& diagnostics) {
  Fields fields(source, node, diagnostics);
  TestImage test{fields.text("name"), fields.text("recipe"), fields.text("base"), fields.text("python"),
                 fields.text("libc")};
  fields.refuse_others();
  return test;
}

} // namespace

std::string_view to_string(Origin origin) { return origin == Origin::registry ? "registry" : "built here"; }

std::string_view to_string(Status status) { return kStatusNames.at(static_cast<std::size_t>(status)); }

const FamilyImage* ImageFamily::find(tags::Architecture arch) const {
  const auto at = std::find_if(images.begin(), images.end(), [arch](const FamilyImage& i) { return i.arch == arch; });
  return at != images.end() ? &*at : nullptr;
}

tags::PlatformTag ImageFamily::platform(tags::Architecture arch) const {
  auto tag = tags::parse_platform_tag(fmt::format("{}_{}", policy, tags::to_string(arch)));
  WF_CHECK(tag.has_value()); // parse_catalog has tried it
  return *std::move(tag);
}

ImageRef ImageFamily::name(tags::Architecture arch) const {
  const std::string image = fmt::format("{}_{}", policy, tags::to_string(arch));
  return origin == Origin::registry ? ImageRef{std::string(kQuay), fmt::format("{}/{}", kPypa, image), {}, {}}
                                    : ImageRef{"localhost", "wheelforge/" + image, {}, {}};
}

Result<ImageCatalog> parse_catalog(std::string_view toml) {
  const matrix::SourceText source{"catalog.toml", std::string(toml)};
  auto document = matrix::parse_document(source);
  matrix::Diagnostics diagnostics;
  ImageCatalog catalog;
  if (document) {
    Fields fields(source, *document, diagnostics);
    catalog.as_of = fields.text("as-of");
    for (const matrix::Node& node : fields.tables("family")) {
      catalog.families.push_back(read_family(source, node, diagnostics));
    }
    for (const matrix::Node& node : fields.tables("test")) {
      catalog.tests.push_back(read_test(source, node, diagnostics));
    }
    fields.refuse_others();
  } else {
    diagnostics = document.error();
  }
  if (!diagnostics.empty()) {
    Error error = matrix::to_error(diagnostics);
    error.kind = ErrorKind::invalid_data;
    return tl::unexpected(std::move(error));
  }
  return catalog;
}

const ImageCatalog& known_catalog() {
  static const ImageCatalog catalog = [] {
    auto parsed = parse_catalog(embedded::catalog());
    WF_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return catalog;
}

Result<ImageRef> test_image(const ImageCatalog& catalog, std::string_view name, tags::Architecture arch) {
  std::vector<std::string_view> names;
  for (const TestImage& test : catalog.tests) {
    if (test.name == name) {
      return built_image(catalog, test.recipe, arch);
    }
    names.push_back(test.name);
  }
  return fail(ErrorKind::usage, "no test image is called \"{}\", wanted {}", name, fmt::join(names, ", "));
}

Result<ImageRef> built_image(const ImageCatalog& catalog, std::string_view recipe, tags::Architecture arch) {
  std::vector<std::string_view> names;
  for (const ImageFamily& family : catalog.families) {
    if (family.origin != Origin::built_here) {
      continue;
    }
    names.push_back(family.recipe);
    if (family.recipe == recipe) {
      ImageRef ref = family.name(arch);
      ref.tag = recipe;
      return ref;
    }
  }
  for (const TestImage& test : catalog.tests) {
    names.push_back(test.recipe);
    if (test.recipe == recipe) {
      return ImageRef{"localhost", fmt::format("wheelforge/{}_{}", recipe, tags::to_string(arch)), "latest", {}};
    }
  }
  return fail(ErrorKind::usage, "there is no recipe \"{}\", wanted {}", recipe, fmt::join(names, ", "));
}

std::optional<std::string> recipe_of(const ImageCatalog& catalog, const ImageRef& ref) {
  std::vector<std::string> recipes;
  for (const ImageFamily& family : catalog.families) {
    if (family.origin == Origin::built_here) {
      recipes.push_back(family.recipe);
    }
  }
  for (const TestImage& test : catalog.tests) {
    recipes.push_back(test.recipe);
  }
  for (const std::string& recipe : recipes) {
    for (const tags::Architecture arch : tags::kArchitectures) {
      if (built_image(catalog, recipe, arch) == ref) {
        return recipe;
      }
    }
  }
  return std::nullopt;
}

} // namespace wheelforge::image
