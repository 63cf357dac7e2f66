// Whether a label stands in a wheel wherever it has to: file name, folder of *.dist-info, METADATA, WHEEL, RECORD.
#pragma once

#include "orchestrator/accelerator/inspection.hpp"

#include <string_view>
#include <vector>

namespace wheelforge::accelerator {

/// What is wrong with the label, each place apart; empty where it is the wanted one everywhere. The codes are
/// "wrong-label" (a place does not have it) and "label-only-in-name" (the file name and METADATA differ in name or
/// version, which installers refuse). Nothing is wrong where no label is wanted.
[[nodiscard]] std::vector<Problem> check_label(const zip::ZipReader& archive, std::string_view file_name,
                                               const toolchain::Label& label);

} // namespace wheelforge::accelerator
