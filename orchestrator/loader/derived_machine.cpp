// A machine of a distribution whose packages nobody here has read: from its maxima and from what similar ones have.
#include "embedded/loader/families.hpp"
#include "orchestrator/base/dotted_numbers.hpp"
#include "orchestrator/loader/machine_table.hpp"

#include <algorithm>

namespace wheelforge::loader {
namespace {

constexpr std::uint32_t kEveryMachine = 0xffffffff;

tags::LibcVersion libc_version_of(std::string_view text) {
  const std::vector<int> numbers = dotted_numbers(text);
  return numbers.size() < 2 ? tags::LibcVersion{} : tags::LibcVersion{numbers[0], numbers[1]};
}

std::string_view multiarch_folder(tags::Architecture arch) {
  switch (arch) {
  case tags::Architecture::x86_64:
    return "/lib/x86_64-linux-gnu";
  case tags::Architecture::i686:
    return "/lib/i386-linux-gnu";
  case tags::Architecture::aarch64:
    return "/lib/aarch64-linux-gnu";
  case tags::Architecture::armv7l:
    return "/lib/arm-linux-gnueabihf";
  case tags::Architecture::ppc64le:
    return "/lib/powerpc64le-linux-gnu";
  case tags::Architecture::ppc64:
    return "/lib/powerpc64-linux-gnu";
  case tags::Architecture::s390x:
    return "/lib/s390x-linux-gnu";
  case tags::Architecture::riscv64:
    return "/lib/riscv64-linux-gnu";
  case tags::Architecture::loongarch64:
    return "/lib/loongarch64-linux-gnu";
  }
  return "/lib";
}

std::string_view loader_soname(tags::Architecture arch) {
  switch (arch) {
  case tags::Architecture::x86_64:
    return "ld-linux-x86-64.so.2";
  case tags::Architecture::i686:
    return "ld-linux.so.2";
  case tags::Architecture::aarch64:
    return "ld-linux-aarch64.so.1";
  case tags::Architecture::armv7l:
    return "ld-linux-armhf.so.3";
  case tags::Architecture::ppc64le:
    return "ld64.so.2";
  case tags::Architecture::ppc64:
  case tags::Architecture::s390x:
    return "ld64.so.1";
  case tags::Architecture::riscv64:
    return "ld-linux-riscv64-lp64d.so.1";
  case tags::Architecture::loongarch64:
    return "ld-linux-loongarch-lp64d.so.1";
  }
  return "ld.so.1";
}

/// Reads families.txt for one distribution.
class FamilyReader {
public:
  FamilyReader(const platform::Distribution& distribution, Machine& machine) : machine_(machine) {
    name_ = distribution.libc == platform::Libc::musl ? "musl" : std::string_view(distribution.name);
    folder_ = distribution.libc == platform::Libc::musl ? "/usr/lib" : "";
  }

  void read() {
    each([&](const std::vector<std::string_view>& words) {
      const bool is_mine = words[1] == name_ || (words[1] == "*" && name_ != "musl");
      if (words[0] == "folder" && folder_.empty() && is_mine) {
        folder_ = words[2] == "multiarch" ? multiarch_folder(machine_.arch) : words[2];
        if (tags::word_bits(machine_.arch) == 32 && folder_ == "/lib64") {
          folder_ = "/lib";
        }
      }
    });
    each([&](const std::vector<std::string_view>& words) {
      const bool is_mine = words[1] == name_ || (words[1] == "*" && name_ != "musl");
      if (!is_mine) {
        return;
      }
      if (words[0] == "python") {
        machine_.python_needs.assign(words.begin() + 2, words.end());
      } else if (words[0] == "base" && libc_version_of(words[2]) <= machine_.libc_version &&
                 machine_.libc_version <= libc_version_of(words[3])) {
        for (std::size_t i = 4; i < words.size(); ++i) {
          add(words[i], folder_);
        }
      }
    });
    if (machine_.libc == platform::Libc::glibc) {
      const std::string_view loader = loader_soname(machine_.arch);
      add(loader, folder_);
    }
  }

private:
  template <class Take>
  static void each(Take take) {
    std::string_view text = embedded::families();
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::vector<std::string_view> words = words_of(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (words.size() > 2 && words[0][0] != '#') {
        take(words);
      }
    }
  }

  void add(std::string_view file, std::string_view folder) {
    SystemLibrary library;
    library.file = file;
    library.path = fmt::format("{}/{}", folder, file);
    library.package = "base";
    library.soname = file;
    library.symbols = file;
    machine_.add(std::move(library));
  }

  Machine& machine_;
  std::string_view name_;
  std::string_view folder_;
};

void limit(VersionLimits& limits, std::string_view prefix, const std::optional<std::string>& newest) {
  if (newest) {
    limits[std::string(prefix)] = dotted_numbers(*newest);
  }
}

} // namespace

Result<Machine> derive_machine(const platform::Distribution& distribution, tags::Architecture arch) {
  if (!distribution.libc_version) {
    return fail(ErrorKind::not_found, "{}: no source says which C library it has", distribution.id());
  }
  Machine machine;
  machine.id = distribution.id();
  machine.basis = Basis::derived;
  machine.libc = distribution.libc;
  machine.libc_version = *distribution.libc_version;
  machine.arch = arch;
  machine.mask = kEveryMachine;
  if (distribution.python) {
    machine.python = libc_version_of(*distribution.python);
  }
  if (distribution.libc == platform::Libc::glibc) {
    machine.limits["GLIBC"] = {machine.libc_version.major, machine.libc_version.minor};
    machine.limits["GLIBC"].push_back(9); // GLIBC_2.2.5 is below 2.3
  }
  limit(machine.limits, "GLIBCXX", distribution.runtime.glibcxx);
  limit(machine.limits, "CXXABI", distribution.runtime.cxxabi);
  limit(machine.limits, "GCC", distribution.runtime.gcc);
  limit(machine.limits, "ZLIB", distribution.runtime.zlib);
  FamilyReader(distribution, machine).read();
  return machine;
}

} // namespace wheelforge::loader
