// Reads the page of a package index: HTML (PEP 503) and JSON (PEP 691, and the older JSON of one project).
#pragma once

#include "orchestrator/base/error.hpp"
#include "orchestrator/resolve/candidate.hpp"

#include <string_view>
#include <vector>

namespace wheelforge::resolve {

/// The files that a page's <a> elements link to, in the page's order, with data-yanked and data-requires-python.
/// Elements without href are skipped, as pip does; broken HTML yields what can be read of it.
[[nodiscard]] std::vector<ReleaseFile> parse_html_index(std::string_view html);

/// The files of a JSON page, in its order: the list "files" (PEP 691), or the list "urls", or the lists under
/// "releases". Fails (kind invalid_data) on what is no JSON and on files without a name.
[[nodiscard]] Result<std::vector<ReleaseFile>> parse_json_index(std::string_view json);

} // namespace wheelforge::resolve
