// What a wheel's bytes go to: its largest files, sections of ELF files by kind, and device code by target.
#pragma once

#include "orchestrator/accelerator/inspection.hpp"

namespace wheelforge::accelerator {

/// Measures the archive, and the ELF files as the audit saw them. `device` is the device code of all of them together.
[[nodiscard]] SizeReport measure_size(const zip::ZipReader& archive, const audit::AuditReport& report,
                                      const devicecode::DeviceInventory& device);

} // namespace wheelforge::accelerator
