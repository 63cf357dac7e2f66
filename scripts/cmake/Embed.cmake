# wf_embed(MODULE SYMBOL FILE): puts FILE into the program's read-only data.
# Afterwards #include "embedded/MODULE/SYMBOL.hpp" gives wheelforge::MODULE::embedded::SYMBOL(), a std::string_view of its bytes.
function(wf_embed module symbol file)
  get_filename_component(path ${file} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
  set(folder ${PROJECT_BINARY_DIR}/generated/embedded/${module})
  set(label wheelforge_${module}_${symbol})
  file(CONFIGURE OUTPUT ${folder}/${symbol}.S @ONLY CONTENT [[
    .section .rodata
    .balign 16
    .global @label@_begin
    .global @label@_end
@label@_begin:
    .incbin "@path@"
@label@_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
]])
  file(CONFIGURE OUTPUT ${folder}/${symbol}.hpp @ONLY CONTENT [[
// The bytes of a data file that was linked into the program by wf_embed.
#pragma once

#include <cstddef>
#include <string_view>

extern "C" {
extern const char @label@_begin[];
extern const char @label@_end[];
}

namespace wheelforge::@module@::embedded {
/// The whole file as it was at build time; lives as long as the program.
inline std::string_view @symbol@() {
  return {@label@_begin, static_cast<std::size_t>(@label@_end - @label@_begin)};
}
} // namespace wheelforge::@module@::embedded
]])
  set_source_files_properties(${folder}/${symbol}.S PROPERTIES OBJECT_DEPENDS ${path})
  target_sources(wheelforge_${module} PRIVATE ${folder}/${symbol}.S)
endfunction()
