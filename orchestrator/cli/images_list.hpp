// What `wheelforge images list` prints.
#pragma once

#include "orchestrator/image/catalog.hpp"

#include <string>

namespace wheelforge::cli {

/// The catalogue as a table: a line a family, then the test images, then the notes.
[[nodiscard]] std::string render_catalog(const image::ImageCatalog& catalog);

/// The whole catalogue as {"schema":1,"as_of":…,"families":[…],"tests":[…]} with a newline at the end.
[[nodiscard]] std::string catalog_json(const image::ImageCatalog& catalog);

} // namespace wheelforge::cli
