// The known name that is spelled most like the one seen: for "did you mean".
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wheelforge::matrix {

/// How many letters have to be inserted, dropped, changed or swapped with their neighbour to make `b` of `a`. A '*' in
/// `a` stands for any letters, as in a glob.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `known`; empty where none is within a third of the letters of `seen`. '_' and '-' are taken for the
/// same, and so are capital and small letters. Of several the one with the same letters in another order, then the one
/// that begins alike for longest, then the last, which is the newest where names have versions.
[[nodiscard]] std::string nearest_name(std::string_view seen, std::span<const std::string> known);

} // namespace wheelforge::matrix
