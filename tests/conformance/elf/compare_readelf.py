#!/usr/bin/env python3
"""Compares what `wheelforge elf-facts` sees in ELF files with what binutils' readelf sees.

  compare_readelf.py [--wheelforge PROGRAM] [--jobs N] [--stream] [--most-bytes N] PATH...

A PATH is an ELF file, a folder (searched for ELF files) or a wheel (its ELF members are compared). Compared are the header, the program
headers, the interpreter, the dynamic section with its strings, both version tables, the version of every symbol, every
dynamic symbol, the notes, the number of relocations of every type, and the section headers. Prints each difference and
one closing line; exits 1 when there is a difference, 3 when no file was found.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

READELF = ["readelf", "-hldSrVnW", "--dyn-syms"]
SEGMENTS = {"NULL": 0, "LOAD": 1, "DYNAMIC": 2, "INTERP": 3, "NOTE": 4, "SHLIB": 5, "PHDR": 6, "TLS": 7,
            "GNU_EH_FRAME": 0x6474E550, "GNU_STACK": 0x6474E551, "GNU_RELRO": 0x6474E552, "GNU_PROPERTY": 0x6474E553}
TYPES = {"NOTYPE": 0, "OBJECT": 1, "FUNC": 2, "SECTION": 3, "FILE": 4, "COMMON": 5, "TLS": 6, "RELC": 8, "SRELC": 9,
         "IFUNC": 10, "REGISTER": 13}
BINDS = {"LOCAL": 0, "GLOBAL": 1, "WEAK": 2, "UNIQUE": 10}
VISIBILITIES = {"DEFAULT": 0, "INTERNAL": 1, "HIDDEN": 2, "PROTECTED": 3}
INDEXES = {"UND": 0, "ABS": 0xFFF1, "COM": 0xFFF2}
NOTE_TYPES = {"NT_GNU_ABI_TAG": 1, "NT_GNU_BUILD_ID": 3, "NT_GNU_PROPERTY_TYPE_0": 5, "NT_STAPSDT": 3}
ISA = {"x86-64-baseline": 1, "x86-64-v2": 2, "x86-64-v3": 4, "x86-64-v4": 8, "<None>": 0}
FEATURES = {"IBT": 1, "SHSTK": 2, "LAM_U48": 4, "LAM_U57": 8, "BTI": 1, "PAC": 2, "GCS": 4, "<None>": 0}
VERSION_FLAGS = {"none": 0, "BASE": 1, "WEAK": 2, "INFO": 4}


class Readelf:
    """readelf's text as values."""

    def __init__(self, path):
        run = subprocess.run([*READELF, path], capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
        self.lines = run.stdout.decode(errors="replace").split("\n")
        self.header, self.segments, self.interpreter = {}, [], None
        self.dynamic, self.strings = [], {"NEEDED": [], "SONAME": [], "RPATH": [], "RUNPATH": []}
        self.symbols, self.needs, self.definitions, self.versym = [], [], [], []
        self.notes, self.build_id, self.properties = [], "", {}
        self.relocations, self.relr, self.sections = {}, 0, []
        self.is_64 = True
        mode = None
        for line in self.lines:
            mode = self.mode_of(line, mode)
            if mode:
                mode(line)

    def mode_of(self, line, mode):
        starts = {"ELF Header:": self.read_header, "Section Headers:": self.read_section,
                  "Program Headers:": self.read_segment, " Section to Segment": None, "Dynamic section at": self.read_dynamic,
                  "Relocation section '": self.read_relocation, "Symbol table '.dynsym'": self.read_symbol,
                  "Symbol table '": None, "Version symbols section": self.read_versym,
                  "Version definition section": self.read_definition, "Version needs section": self.read_need,
                  "Displaying notes found": self.read_note, "Dynamic relocations": None,
                  "Symbol table for image": None, "Unwind": None}
        for start, reader in starts.items():
            if line.startswith(start):
                self.start = line
                return reader
        return mode

    def read_header(self, line):
        key, _, value = line.strip().partition(":")
        self.header[key] = value.strip()
        if key == "Class":
            self.is_64 = value.strip() == "ELF64"

    def read_section(self, line):
        found = re.match(r"  \[ *(\d+)\] (.*?) +(\S+) +([0-9a-f]{8,16}) ([0-9a-f]{6,}) ([0-9a-f]{6,}) ([0-9a-f]{2,}) ", line)
        if found:
            self.sections.append((found[2].strip(), int(found[4], 16), int(found[5], 16), int(found[6], 16)))

    def read_segment(self, line):
        number = "(0x[0-9a-f]+)"
        found = re.match(rf"  (\S+) +{number} {number} {number} {number} {number} (...) (0x[0-9a-f]+|0)", line)
        if found:
            flags = sum(bit for letter, bit in (("R", 4), ("W", 2), ("E", 1)) if letter in found[7])
            offset, address, _, file_size, memory_size = (int(found[i], 16) for i in range(2, 7))
            self.segments.append((SEGMENTS.get(found[1]), flags, offset, address, file_size, memory_size,
                                  int(found[8], 16)))
        found = re.match(r"      \[Requesting program interpreter: (.*)\]", line)
        if found:
            self.interpreter = found[1]

    def read_dynamic(self, line):
        found = re.match(r" (0x[0-9a-f]+) \((.*?)\) +(.*)", line) or re.match(r" (0x[0-9a-f]+) (<unknown>.*?) +(.*)", line)
        if not found:
            return
        tag, text = int(found[1], 16), found[3]
        value = None
        if re.fullmatch(r"0x[0-9a-f]+", text):
            value = int(text, 16)
        elif re.fullmatch(r"\d+( \(bytes\))?", text):
            value = int(text.split()[0])
        if tag != 0:
            self.dynamic.append((tag, value))
        if found[2] in self.strings:
            self.strings[found[2]].append(text[text.index("[") + 1 : text.rindex("]")])

    def read_relocation(self, line):
        if line.startswith("Relocation section '"):
            self.relocation_section = line.split("'")[1]
            count = re.search(r"contains (\d+) entr", line)
            self.relr_section = "relr" in self.relocation_section
            self.is_dynamic_section = self.relocation_section.startswith((".rel.", ".rela.", ".relr", ".rel", ".rela"))
            return
        if self.relr_section:
            found = re.match(r"(\d+) offsets?$", line.strip())
            self.relr += int(found[1]) if found else 0
            return
        found = re.match(r"([0-9a-f]{8,16})  ([0-9a-f]{8,16}) ", line)
        if found:
            info = int(found[2], 16)
            kind = info & 0xFFFFFFFF if self.is_64 else info & 0xFF
            key = (self.relocation_section, kind)
            self.relocations[key] = self.relocations.get(key, 0) + 1

    def read_symbol(self, line):
        found = re.match(r" *(\d+): ([0-9a-f]{8,16}) +(0x[0-9a-f]+|\d+) (<[^>]*>: \d+|\S+) +(<[^>]*>: \d+|\S+) +"
                         r"(\S+) +((?:\[[^\]]*\] +)*)(\S+|PRC\[[^\]]*\]|\S+ ?\[[^\]]*\])(?: (.*))?$", line)
        if found:
            self.symbols.append(found.groups())

    def read_versym(self, line):
        if re.match(r"  [0-9a-f]+: ", line):
            for index, hidden in re.findall(r"\b([0-9a-f]+)(h?) *\(", line.split(":", 1)[1]):
                self.versym.append((int(index, 16), hidden == "h"))

    def read_definition(self, line):
        found = re.match(r"  [0-9a-fx]+: Rev: \d+  Flags: (.*?) +Index: (\d+)  Cnt: (\d+)  Name: (.*)", line)
        if found:
            self.definitions.append([found[4], flags_of(found[1]), int(found[2]), []])
        found = re.match(r"  [0-9a-fx]+: Parent \d+: (.*)", line)
        if found:
            self.definitions[-1][3].append(found[1])

    def read_need(self, line):
        found = re.match(r"  [0-9a-fx]+: Version: \d+  File: (.*?)  Cnt: \d+", line)
        if found:
            self.need_file = found[1]
        found = re.match(r"  [0-9a-fx]+:   Name: (.*?)  Flags: (.*?)  Version: (\d+)", line)
        if found:
            self.needs.append([self.need_file, found[1], flags_of(found[2]), int(found[3])])

    def read_note(self, line):
        found = re.match(r"  (\S*) +0x([0-9a-f]{8})\t(.*)", line)
        if found:
            self.notes.append((found[1], int(found[2], 16)))
            line = found[3]
        found = re.search(r"Build ID: ([0-9a-f]+)", line)
        if found and not self.build_id:
            self.build_id = found[1]
        for name, text in re.findall(r"(x86 ISA needed|x86 ISA used|x86 feature|AArch64 feature): (.*?)(?=,? x86 |$)", line):
            self.properties.setdefault(name, [part.strip(" ,") for part in text.split(",") if part.strip(" ,")])


def flags_of(text):
    """A version's flags: "WEAK | INFO" as a number."""
    return sum(VERSION_FLAGS.get(part.strip(), 1 << 20) for part in text.split("|"))


def ascii_only(name):
    """A symbol's name without what readelf may show in several ways."""
    return re.sub(r"[^\x21-\x7e ]+", "?", name)


class Comparison:
    """Holds the facts against readelf's and collects the differences."""

    def __init__(self, facts, seen):
        self.facts, self.seen, self.differences = facts, seen, []
        if "error" in facts:
            self.differences.append(f"error: {facts['error']}")
            return
        for check in (self.header, self.segments, self.dynamic, self.versions, self.symbols, self.notes,
                      self.relocations, self.sections):
            check()

    def same(self, what, ours, theirs):
        if ours != theirs:
            self.differences.append(f"{what}: wheelforge {ours!r}, readelf {theirs!r}")

    def same_rows(self, what, ours, theirs):
        self.same(f"number of {what}", len(ours), len(theirs))
        wrong = [i for i, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]]
        for i in wrong[:3]:
            self.same(f"{what} {i} (of {len(wrong)} different)", ours[i], theirs[i])

    def header(self):
        ours, theirs = self.facts["header"], self.seen.header
        self.same("class", f"ELF{ours['class']}", theirs["Class"])
        self.same("byte order", ours["big_endian"], "big endian" in theirs["Data"])
        self.same("entry", ours["entry"], int(theirs["Entry point address"], 16))
        self.same("flags", ours["flags"], int(theirs["Flags"].split(",")[0], 16))
        types = {0: "NONE", 1: "REL", 2: "EXEC", 3: "DYN", 4: "CORE"}
        self.same("type", types.get(ours["type"], "other"), theirs["Type"].split()[0])
        self.same("number of program headers", len(self.facts["segments"]), int(theirs["Number of program headers"]))
        self.same("interpreter", self.facts["interpreter"], self.seen.interpreter)

    def segments(self):
        ours = [tuple(row) for row in self.facts["segments"]]
        theirs = self.seen.segments
        ours = [(None if b[0] is None else a[0], *a[1:]) for a, b in zip(ours, theirs)] + ours[len(theirs):]
        self.same_rows("program headers", ours, theirs)

    def dynamic(self):
        ours = [tuple(row) for row in self.facts["dynamic"]["entries"]]
        theirs = self.seen.dynamic
        ours = [(a[0], None if b[1] is None else a[1]) for a, b in zip(ours, theirs)] + ours[len(theirs):]
        self.same_rows("dynamic entries", ours, theirs)
        dynamic, strings = self.facts["dynamic"], self.seen.strings
        self.same("needed", dynamic["needed"], strings["NEEDED"])
        for name in ("SONAME", "RPATH", "RUNPATH"):
            self.same(name.lower(), dynamic[name.lower()], strings[name][-1] if strings[name] else None)

    def versions(self):
        self.same_rows("version needs", self.facts["versions"]["needs"], self.seen.needs)
        self.same_rows("version definitions", self.facts["versions"]["definitions"], self.seen.definitions)
        if self.seen.versym:
            ours = [(row[7], row[8]) for row in self.facts["symbols"]]
            self.same_rows("symbol versions", ours, self.seen.versym)

    def symbols(self):
        if not self.seen.symbols and not any("'.dynsym'" in line for line in self.seen.lines):
            return  # without section headers readelf shows no dynamic symbols
        ours = [self.symbol_text(row) for row in self.facts["symbols"]]
        theirs = [self.their_symbol(groups) for groups in self.seen.symbols]
        theirs = [(*b[:-1], "") if b[2] == TYPES["SECTION"] and a[-1] == "" else b for a, b in zip(ours, theirs)] + theirs[len(ours):]
        self.same_rows("symbols", ours, theirs)

    @staticmethod
    def symbol_text(row):
        name, value, size, kind, bind, other, section, version, hidden, version_name, library, _ = row
        if version_name and version_name != name:  # readelf leaves the version out of symbols that stand for it
            if section == 0:
                name += f"@{version_name} ({version})"
            else:
                name += f"{'@' if hidden or library else '@@'}{version_name}"
                name += f" ({version})" if library else ""
        return (value, size, kind, bind, other & 3, section, ascii_only(name))

    @staticmethod
    def their_symbol(groups):
        number = lambda text, names: names[text] if text in names else int(text.split(":")[-1]) if ":" in text else -1
        _, value, size, kind, bind, visibility, _, index, name = groups
        section = INDEXES.get(index)
        if section is None:
            section = int(index) if index.isdigit() else int(re.search(r"0x([0-9a-f]+)", index)[1], 16)
        return (int(value, 16), int(size, 0), number(kind, TYPES), number(bind, BINDS),
                VISIBILITIES.get(visibility, -1), section, ascii_only(name or ""))

    def notes(self):
        ours = self.facts["notes"]
        if self.notes_are_where_sections_say():
            # readelf walks sections where it can, and so sees notes that are not loaded.
            loaded = [tuple((row[0], row[2])) for row in ours["all"]]
            missing = [note for note in set(loaded) if loaded.count(note) > self.seen.notes.count(note)]
            self.same("notes that readelf does not see", missing, [])
        self.same("build id", ours["build_id"], self.seen.build_id if self.is_noted(".note.gnu.build-id") else ours["build_id"])
        for name, key, bits in (("x86 ISA needed", "x86_isa_needed", ISA), ("x86 ISA used", "x86_isa_used", ISA),
                                ("x86 feature", "x86_features", FEATURES),
                                ("AArch64 feature", "aarch64_features", FEATURES)):
            theirs = self.seen.properties.get(name)
            if theirs is not None and self.has_note_segment() and all(part in bits for part in theirs):
                self.same(name, ours[key], sum(bits[part] for part in theirs))

    def notes_are_where_sections_say(self):
        """patchelf up to 0.12 moves the note section and leaves PT_NOTE pointing at what stands there now."""
        sections = [row for row in self.facts["sections"]["all"] if row[1] == 7]
        segments = [row for row in self.facts["segments"] if row[0] == 4]
        return not sections or all(any(s[2] <= row[3] < s[2] + s[4] for row in sections) for s in segments)

    def is_noted(self, name):
        """Whether the section lies in a PT_NOTE, or no section headers tell: Go's linker leaves some out."""
        segments = [row for row in self.facts["segments"] if row[0] == 4]
        sections = [row for row in self.facts["sections"]["all"] if row[0] == name]
        return bool(segments) and all(any(s[2] <= row[3] < s[2] + s[4] for s in segments) for row in sections)

    def has_note_segment(self):
        return any(row[0] == 4 for row in self.facts["segments"])

    def relocations(self):
        sections = {row[0]: row for row in self.facts["sections"]["all"]}
        theirs = {}
        for (section, kind), count in self.seen.relocations.items():
            if sections.get(section, [0, 0, 0])[2] != 0:  # loaded
                theirs[str(kind)] = theirs.get(str(kind), 0) + count
        if self.facts["dynamic"]["entries"]:
            self.same("relocations", dict(sorted(self.facts["relocations"]["types"].items())), dict(sorted(theirs.items())))
        if self.seen.relr or self.facts["relocations"]["relr"]:
            self.same("relative relocations in RELR", self.facts["relocations"]["relr"], self.seen.relr)

    def sections(self):
        ours = [(row[0], *row[2:]) for row in self.facts["sections"]["all"]]
        self.same_rows("sections", ours, self.seen.sections)


def is_elf(path):
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\177ELF"
    except OSError:
        return False


def elf_files(paths, scratch, most_bytes):
    """The ELF files of all paths; members of wheels are written to the scratch folder one wheel at a time."""
    for path in map(pathlib.Path, paths):
        if path.suffix == ".whl":
            folder = pathlib.Path(tempfile.mkdtemp(dir=scratch))
            with zipfile.ZipFile(path) as archive:
                for number, member in enumerate(archive.infolist()):
                    with archive.open(member) as stream:
                        if stream.read(4) != b"\177ELF" or member.file_size > most_bytes:
                            continue
                    target = folder / f"{number}-{pathlib.PurePath(member.filename).name}"
                    with archive.open(member) as stream, open(target, "wb") as out:
                        shutil.copyfileobj(stream, out)
                    yield target, f"{path.name}!{member.filename}"
        elif path.is_dir():
            for folder, _, names in os.walk(path):
                for name in sorted(names):
                    file = pathlib.Path(folder, name)
                    if not file.is_symlink() and file.is_file() and is_elf(file) and file.stat().st_size <= most_bytes:
                        yield file, str(file)
        else:
            yield path, str(path)


def compare(path, label, arguments):
    run = subprocess.run([*arguments, str(path)], capture_output=True)
    if run.returncode != 0:
        return label, [f"wheelforge exits {run.returncode}: {run.stderr.decode(errors='replace')[-300:]}"], None
    facts = json.loads(run.stdout)
    differences = Comparison(facts, Readelf(str(path))).differences
    if path.name[0].isdigit() and "!" in label:
        path.unlink()
    return label, differences, facts.get("header", {}).get("architecture")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheelforge", default=os.environ.get("WHEELFORGE", "build/release/wheelforge"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--stream", action="store_true", help="through the streaming reader, with a front of 64 KiB")
    parser.add_argument("--most-bytes", type=int, default=1 << 40, help="leave larger files out")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    options = parser.parse_args()
    arguments = [options.wheelforge, "elf-facts"] + (["--stream", "--front-limit", "65536"] if options.stream else [])
    files, different, architectures = 0, 0, {}
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        todo = [pool.submit(compare, path, label, arguments)
                for path, label in elf_files(options.paths, scratch, options.most_bytes)]
        for future in todo:
            label, differences, architecture = future.result()
            files += 1
            architectures[architecture] = architectures.get(architecture, 0) + 1
            if differences:
                different += 1
                print(f"{label}:", *differences, sep="\n  ")
    counts = ", ".join(f"{name} {count}" for name, count in sorted(architectures.items(), key=lambda row: -row[1]))
    print(f"{files} files compared with readelf ({counts}): {different} differ")
    return 3 if files == 0 else 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
