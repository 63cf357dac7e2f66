// Whether a wheel is what it was meant to be: its toolkit, the targets of its device code, its label and its size.
#pragma once

#include "orchestrator/accelerator/inspection.hpp"

#include <vector>

namespace wheelforge::accelerator {

/// What differs, each thing apart; empty where all is as expected. Reads the needs, the device code and the sizes of
/// the inspection. The codes are "wrong-toolkit" (a file needs a library of another version of the toolkit),
/// "wrong-target", "missing-target", "extra-target", "unknown-target" (compressed device code), "no-device-code", those
/// of check_label(), "too-large" (above the limit) and "grown" (by more than a tenth since the last release). Without a
/// recipe only the sizes are looked at.
[[nodiscard]] std::vector<Problem> check_expectation(const zip::ZipReader& archive, const Inspection& inspection,
                                                     const Expectation& expected);

} // namespace wheelforge::accelerator
