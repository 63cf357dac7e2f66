// Text on its way into HTML and XML.
#pragma once

#include <string>
#include <string_view>

namespace wheelforge::report {

/// The text as content or attribute value of HTML and XML 1.0: the five special characters escaped; bytes that are not
/// UTF-8 and control characters that XML does not allow replaced by U+FFFD. Source: XML 1.0 §2.2.
[[nodiscard]] std::string escaped(std::string_view text);

} // namespace wheelforge::report
