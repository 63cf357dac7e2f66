// Finds the note among the program's own loaded segments.
#include "orchestrator/host/build_id.hpp"

#include <link.h>

#include <cstring>
#include <span>

namespace wheelforge::host {
namespace {

constexpr std::size_t kAlign = 4; ///< of the parts of a note

std::size_t padded(std::size_t size) { return (size + kAlign - 1) / kAlign * kAlign; }

/// The build id among a segment's notes; empty where there is none.
std::string build_id_in(std::span<const unsigned char> notes) {
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) head{};
    std::memcpy(&head, notes.data(), sizeof(head));
    const std::size_t name = sizeof(head);
    const std::size_t text = name + padded(head.n_namesz);
    const std::size_t end = text + padded(head.n_descsz);
    if (end > notes.size()) {
      return {};
    }
    if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && std::memcmp(&notes[name], "GNU", 4) == 0) {
      static constexpr char kDigits[] = "0123456789abcdef";
      std::string id;
      for (const unsigned char byte : notes.subspan(text, head.n_descsz)) {
        id += kDigits[byte >> 4U];
        id += kDigits[byte & 15U];
      }
      return id;
    }
    notes = notes.subspan(end);
  }
  return {};
}

/// Called for each loaded object; the first is the program.
int visit(dl_phdr_info* object, std::size_t, void* result) {
  for (const ElfW(Phdr) & segment : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
    if (segment.p_type == PT_NOTE) {
      const auto* begin = reinterpret_cast<const unsigned char*>(object->dlpi_addr + segment.p_vaddr); // NOLINT: loaded
      if (std::string id = build_id_in({begin, segment.p_memsz}); !id.empty()) {
        *static_cast<std::string*>(result) = std::move(id);
        break;
      }
    }
  }
  return 1;
}

} // namespace

std::string program_build_id() {
  std::string id;
  dl_iterate_phdr(visit, &id);
  return id;
}

} // namespace wheelforge::host
