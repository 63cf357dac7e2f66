// The table of finding codes: the one place where each is named, weighed and explained.
#include "orchestrator/audit/finding.hpp"

#include <array>

namespace wheelforge::audit {
namespace {

constexpr Severity kNote = Severity::note;
constexpr Severity kWarning = Severity::warning;
constexpr Severity kError = Severity::error;

// Sorted by name; a test holds that.
constexpr std::array kCodes = {
    FindingCode{"archive-oddity", kWarning, "the ZIP archive has something that unzippers read differently",
                "Two tools may see two different wheels: duplicate names, bytes between members, sizes that disagree. "
                "Package indexes refuse several of these.",
                "pack the wheel again with a current tool"},
    FindingCode{
        "auditwheel-stops", kNote, "auditwheel gives no verdict on this wheel",
        "It ends with an error or a traceback: no ELF file, a purelib folder with ELF files, a RECORD that does not "
        "match, a libc it cannot tell, a libc.so that is a linker script on the host.",
        "nothing; the audit judges the wheel without it"},
    FindingCode{"broken-elf", kError, "a file with ELF's magic number is not a usable ELF file",
                "A loader would follow the same structure and fail, for instance with \"file too short\" or \"ELF load "
                "command past end of file\".",
                "build or patch the file again; if it was patched, look at the tool that did it"},
    FindingCode{"claim-any-with-elf", kError, "the file name says \"any\", but there is machine code inside",
                "Installers offer the wheel to every machine; on all but one architecture the import fails.",
                "tag the wheel with a platform"},
    FindingCode{"claim-could-be-wider", kNote, "the content would run on older systems than the file name says",
                "Users of those systems get no wheel though this one would work.", "consider the wider tag"},
    FindingCode{"claim-linux", kWarning, "the file name has a plain linux tag",
                "linux_* promises nothing but the machine it was built on; package indexes refuse it.",
                "repair the wheel, then use the tag that the audit gives"},
    FindingCode{"claim-too-wide", kError, "the file name promises older systems than the content runs on",
                "Installers on those systems choose the wheel and the import fails, typically with \"version "
                "`GLIBC_2.NN' not found\" or \"cannot open shared object file\".",
                "use the tag that the audit gives, or build on an older image"},
    FindingCode{"claim-undefined", kWarning, "the file name has a platform tag that no specification defines",
                "Installers never match such a tag, or match it on systems that cannot exist.",
                "use the PEP 600 or PEP 656 name"},
    FindingCode{"claim-without-elf", kWarning, "the file name has a platform tag, but there is no ELF file inside",
                "The wheel is offered to fewer machines than it would run on; auditwheel refuses it.",
                "tag the wheel py3-none-any, or find out where the compiled files went"},
    FindingCode{
        "copy-relocation", kNote, "an executable copies a library's variable at load time",
        "The size of that variable is frozen into the executable: when the library changes it, data is cut off.",
        "link executables as PIE"},
    FindingCode{"cxx11-abi-old", kNote, "code uses std::string in the ABI before C++11",
                "It cannot be linked with libraries of the new ABI: symbols with and without __cxx11 never match. "
                "manylinux2014 "
                "and older images build this way.",
                "nothing, unless the wheel exchanges std::string with another one"},
    FindingCode{"debug-info", kNote, "debug information is left in the files",
                "It makes the download larger; no user of the wheel reads it.",
                "link with -Wl,--strip-debug, or strip --strip-debug before packing"},
    FindingCode{"dist-info-broken", kError, "METADATA, WHEEL or RECORD is missing or cannot be read",
                "Installers refuse the wheel or install it in part.", "build the wheel again"},
    FindingCode{"driver-library", kWarning, "a library of a device driver is needed",
                "On machines without the device loading fails: \"libcuda.so.1: cannot open shared object file\".",
                "load it with dlopen when it is used, and go on without it"},
    FindingCode{
        "duplicate-runtime", kWarning, "two copies of one runtime library can be loaded into one process",
        "Two OpenMP, C++ or unwinding runtimes in one process have separate state: wrong thread counts, exceptions "
        "that are not caught, crashes at exit.",
        "let one wheel bring the library, or exclude it and depend on the wheel that does"},
    FindingCode{
        "elf-in-purelib", kError, "an ELF file is in the purelib folder",
        "Where purelib and platlib differ, it is installed where it does not belong; auditwheel refuses the wheel.",
        "set Root-Is-Purelib to false"},
    FindingCode{"executable-bit", kWarning, "a program in the package cannot be started",
                "Installers keep the executable bit that the archive has, and set it only for files in .data/scripts: "
                "\"Permission denied\".",
                "pack the file with mode 0755"},
    FindingCode{"executable-stack", kError, "a file wants an executable stack",
                "glibc 2.41 and later refuse to load such a library: \"cannot enable executable stack as shared object "
                "requires: Invalid argument\". SELinux refuses it on every glibc.",
                "add .note.GNU-stack to the assembly sources, or link with -z noexecstack"},
    FindingCode{"exported-data", kNote, "a library exports variables",
                "Their sizes are part of its ABI: programs that copy them, or are linked against them, break when they "
                "grow.",
                "hide what is not meant for others (-fvisibility=hidden); keep the sizes of the rest"},
    FindingCode{"extension-name", kWarning, "an extension's file name is that of another Python than the tags name",
                "Python looks for modules under its own name (cpython-312-…) and .abi3.so only: the import fails with "
                "ModuleNotFoundError.",
                "build for the tagged Python; abi3 extensions end in .abi3.so"},
    FindingCode{
        "file-not-in-record", kWarning, "a file is in the archive but not in RECORD",
        "It is installed, but never checked and never uninstalled. auditwheel does not see ELF files that are not "
        "listed.",
        "write RECORD again from the archive"},
    FindingCode{"forbidden-symbol", kError, "a symbol is used that the policy forbids",
                "The library has the symbol on the build machine only: it is internal, or newer than its version says.",
                "use the public interface, or bring the library along"},
    FindingCode{
        "foreign-architecture", kWarning, "an ELF file is for another machine than the tags say",
        "Loading it fails: \"wrong ELF class\" or \"cannot open shared object file\". It may be data for something "
        "else, such as a GPU.",
        "leave it out, or make a wheel for its architecture"},
    FindingCode{"glibc-private", kError, "a symbol of glibc's private interface is used",
                "GLIBC_PRIVATE symbols change with every release: the file loads with one glibc only.",
                "link against the public symbols; do not copy parts of glibc into the wheel"},
    FindingCode{"integrity", kError, "a member's bytes are not what the archive or RECORD say",
                "Installers that check refuse the wheel; others install a damaged file.",
                "fetch or build the wheel again"},
    FindingCode{"isa-level", kError, "a file is marked as needing a newer CPU than the architecture's baseline",
                "On older CPUs the loader refuses it: \"CPU ISA level is lower than required\" (glibc 2.33 and later).",
                "build with -march=x86-64, or choose code at run time"},
    FindingCode{"library-from-dependency", kNote, "a library is expected from another wheel that is required",
                "It loads as long as that wheel puts the library where DT_RUNPATH leads.",
                "keep the requirement's version range as narrow as the library's ABI"},
    FindingCode{
        "library-not-on-path", kError, "a library is in the wheel, but nothing leads the loader to it",
        "Loading fails: \"cannot open shared object file: No such file or directory\", unless the package loads the "
        "library first by itself.",
        "set DT_RUNPATH to $ORIGIN and the way to its folder, or repair the wheel"},
    FindingCode{"limited-api-left", kError, "an abi3 or abi3t extension leaves the stable ABI of its version",
                "With another Python than the one it was built for, loading fails: \"undefined symbol\".",
                "define Py_LIMITED_API to the oldest version, or drop the abi3 tag"},
    FindingCode{
        "load-alignment", kError, "segments are aligned to less than the page size of some kernels",
        "On a kernel with 64 KiB pages loading fails: \"ELF load command alignment not page-aligned\" or \"ELF load "
        "command address/offset not page-aligned\".",
        "link with -z max-page-size=65536; patch with a tool that knows the page size"},
    FindingCode{"loader-feature", kNote, "a feature is used that old or other loaders lack",
                "A GNU hash table alone needs glibc 2.5; STT_GNU_IFUNC and files marked as GNU's (EI_OSABI) need glibc "
                "2.11, and "
                "musl has no IFUNC at all: \"unsupported relocation type\".",
                "link with --hash-style=both for very old systems; choose code at run time without IFUNC for musl"},
    FindingCode{"loader-version", kWarning, "a version is wanted from the dynamic loader itself",
                "auditwheel skips these versions, the loader does not: \"/lib64/ld-linux-x86-64.so.2: version "
                "`GLIBC_2.35' not found\".",
                "use the tag that the audit gives, or do not use the symbol"},
    FindingCode{
        "missing-library", kError, "a library is needed that neither the wheel nor the policy has",
        "Loading fails where it is not installed: \"cannot open shared object file: No such file or directory\".",
        "repair the wheel, so that the library comes along, or depend on the wheel that has it"},
    FindingCode{"missing-needed", kWarning, "versions are wanted from a library that is not in DT_NEEDED",
                "Some loaders stop: \"Assertion `needed != NULL' failed\".",
                "remove the version needs together with DT_NEEDED"},
    FindingCode{"mixed-libc", kError, "files for glibc and files for musl are in one wheel",
                "No system has both: one half of the files never loads.", "make one wheel for each libc"},
    FindingCode{
        "musl-floor", kNote, "a claim of musl 1.1 that nothing contradicts",
        "musl has no symbol versions: files for 1.1 cannot be told from those for 1.2 unless they use what 1.2 added. "
        "auditwheel always names its newest policy.",
        "nothing; claim musllinux_1_2 where other tools must agree"},
    FindingCode{"musl-release", kWarning, "a symbol is wanted that early releases of musl 1.2 do not have",
                "On those loading fails: \"Error relocating …: symbol not found\".",
                "build on the oldest musl that the tag promises, or look the symbol up with dlsym"},
    FindingCode{"name-mismatch", kError, "file name, METADATA and WHEEL do not agree",
                "Installers refuse the wheel, or choose it by other tags than were meant.",
                "build the wheel again; rename wheels with a tool that keeps them in step"},
    FindingCode{
        "needs-libpython", kWarning, "a file needs libpython",
        "Most Pythons are built without the shared library: \"libpython3.NN.so.1.0: cannot open shared object file\".",
        "do not link extensions with -lpython"},
    FindingCode{
        "no-policy", kNote, "auditwheel has no policy for the tag",
        "PEP 600 allows any glibc version in a tag; auditwheel knows some of them and takes the next narrower one.",
        "nothing; use the policy's tag where other tools must agree"},
    FindingCode{
        "no-section-headers", kNote, "an ELF file has no section headers",
        "A loader does not need them, but auditwheel reads nothing without: it sees no symbol versions in this file.",
        "nothing; the audit reads the program headers"},
    FindingCode{
        "not-as-predicted", kWarning, "on a user's machine something else happened than was predicted",
        "Seen by a test on a machine that [test] on names, not by the audit: pip or the loader did otherwise than the "
        "facts say, or somebody has put libraries on the machine or taken them away. What is predicted for other "
        "machines may be wrong in the same way.",
        "compare both sentences; where the machine is as its distribution made it, report a fault of wheelforge"},
    FindingCode{
        "numpy-api", kNote, "an extension is compiled against NumPy's C API",
        "It loads with that NumPy and later ones. With an older one import fails: \"module was compiled against NumPy "
        "C-API version …\". Compiled with the headers of NumPy 1, it fails with NumPy 2.",
        "state the range in Requires-Dist; build with NumPy 2, and NPY_TARGET_VERSION for older ones"},
    FindingCode{"pyfpe", kError, "an extension uses PyFPE_jbuf",
                "Only Pythons built with fpectl have it: \"undefined symbol: PyFPE_jbuf\" (PEP 513).",
                "build with a Python without fpectl"},
    FindingCode{"python-symbol-missing", kError, "a C API symbol is used that the tagged Python does not have",
                "Import fails: \"undefined symbol\".", "build for that version, or do not use the symbol"},
    FindingCode{"record-absent-file", kError, "RECORD lists a file that is not in the archive",
                "Installers stop, or leave a broken installation.", "write RECORD again from the archive"},
    FindingCode{"relr", kNote, "relocations are packed (DT_RELR), and the file says so",
                "glibc before 2.36 refuses it cleanly: \"version `GLIBC_ABI_DT_RELR' not found\".",
                "nothing, if the tag is manylinux_2_36 or newer"},
    FindingCode{
        "relr-musl", kWarning, "relocations are packed (DT_RELR) in a file for musl",
        "musl before 1.2.4 ignores them: the file crashes on load (segmentation fault). musllinux_1_2 promises musl "
        "1.2.0 and later.",
        "link with -z nopack-relative-relocs, also the libraries that are brought along"},
    FindingCode{"relr-unmarked", kError, "relocations are packed (DT_RELR) without GLIBC_ABI_DT_RELR",
                "glibc before 2.36 loads the file, ignores the relocations and crashes (segmentation fault).",
                "link with -z nopack-relative-relocs, or against libc so that the linker adds the marker"},
    FindingCode{
        "rpath-absolute", kWarning, "a search path is absolute",
        "It names a folder of the build machine. On the user's machine it is absent, or holds other libraries than "
        "were meant.",
        "use $ORIGIN"},
    FindingCode{"rpath-dead", kNote, "a search path leads to a folder that the wheel does not have",
                "The loader looks there in vain at every start.", "remove it"},
    FindingCode{
        "rpath-outside", kWarning, "a search path leads out of site-packages",
        "What is there belongs to the user's Python or system: it is absent, or another library than was meant.",
        "put the library into the wheel, or depend on the wheel that has it"},
    FindingCode{"rpath-relative", kError, "a search path is empty or relative",
                "The loader takes libraries from whatever folder the user stands in.", "use $ORIGIN"},
    FindingCode{"rpath-writable", kError, "a search path is a folder that everyone may write",
                "Any user of the machine can put code there that others then run.", "use $ORIGIN"},
    FindingCode{"soname-clash", kWarning, "two files of the wheel have one soname",
                "The loader takes whichever is loaded first for both.", "give each its own soname"},
    FindingCode{
        "static-tls", kWarning, "thread-local variables need room in the static TLS block",
        "When many libraries want it, loading fails: \"cannot allocate memory in static TLS block\". Large ones fail "
        "at once.",
        "compile with -fPIC and the default TLS model"},
    FindingCode{"tags-mismatch", kError, "the tags in WHEEL are not those of the file name",
                "Tools that read one choose other machines than tools that read the other.",
                "retag with a tool that changes both"},
    FindingCode{"text-relocations", kWarning, "relocations write into code",
                "SELinux and hardened processes refuse it: \"cannot make segment writable for relocation: Permission "
                "denied\", or "
                "\"cannot restore segment prot after reloc\".",
                "compile everything with -fPIC"},
    FindingCode{"ucs2", kError, "a Python 2 extension is built for narrow Unicode",
                "Import fails on the wide builds that manylinux promises (PEP 513).", "build with a wide Python"},
    FindingCode{"undefined-symbol", kError, "a symbol is needed that nothing can provide",
                "Loading fails: \"undefined symbol\".", "link the library that defines it"},
    FindingCode{
        "unique-symbols", kNote, "symbols are unique in the whole process (STB_GNU_UNIQUE)",
        "The library is never unloaded, and two wheels that define the same name share one copy, whatever their "
        "versions.",
        "compile with -fno-gnu-unique"},
    FindingCode{"unknown-version", kError, "a version is wanted that no policy names",
                "It is newer than every known system, or comes from a patched library.",
                "build on an image whose libraries are known"},
    FindingCode{"unsafe-member", kError, "a member's name leads out of the wheel or cannot be written",
                "Installers refuse it, or write where they must not.", "pack the wheel again"},
    FindingCode{"writable-code", kWarning, "a segment is both writable and executable",
                "Hardened systems refuse it, and an attacker is glad of it.",
                "link without -N and without custom scripts"},
};

} // namespace

std::span<const FindingCode> finding_codes() { return kCodes; }

} // namespace wheelforge::audit
