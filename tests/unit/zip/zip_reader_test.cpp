// Opening archives: honest ones, odd ones, broken ones.
#include "orchestrator/zip/zip_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zip_builder.hpp"

#include <algorithm>
#include <fstream>

using namespace wheelforge;
using namespace wheelforge::zip;
using support::build_zip;
using support::Bytes;
using support::ZipEntry;
using support::ZipSpec;

namespace {

ZipEntry entry(std::string name, std::string data = "hello hello hello hello hello hello hello") {
  ZipEntry result;
  result.name = std::move(name);
  result.data = std::move(data);
  result.deflate = true;
  return result;
}

std::vector<AnomalyKind> kinds(const std::vector<Anomaly>& anomalies) {
  std::vector<AnomalyKind> found;
  for (const Anomaly& anomaly : anomalies) {
    found.push_back(anomaly.kind);
  }
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

struct OddCase {
  const char* what;
  AnomalyKind kind;
  ZipSpec spec;
};

template <class Change>
OddCase odd(const char* what, AnomalyKind kind, Change change) {
  OddCase result{what, kind, {}};
  result.spec.entries = {entry("pkg/a.py"), entry("pkg/b.py")};
  change(result.spec);
  return result;
}

std::vector<OddCase> odd_archives() {
  using Kind = AnomalyKind;
  using Spec = ZipSpec;
  return {
      odd("a name twice", Kind::duplicate_name, [](Spec& s) { s.entries[1].name = "pkg/a.py"; }),
      odd("an absolute name", Kind::unsafe_name, [](Spec& s) { s.entries[0].name = "/etc/passwd"; }),
      odd("a name that climbs", Kind::unsafe_name, [](Spec& s) { s.entries[0].name = "pkg/../../x"; }),
      odd("a name of dots at its end", Kind::unsafe_name, [](Spec& s) { s.entries[0].name = "pkg/.."; }),
      odd("a backslash", Kind::unsafe_name, [](Spec& s) { s.entries[0].name = "pkg\\a.py"; }),
      odd("a drive letter", Kind::unsafe_name, [](Spec& s) { s.entries[0].name = "C:x"; }),
      odd("an empty name", Kind::unsafe_name, [](Spec& s) { s.entries[0].name = ""; }),
      odd("an empty component", Kind::unsafe_name, [](Spec& s) { s.entries[0].name = "pkg//a.py"; }),
      odd("a NUL in a name", Kind::control_character, [](Spec& s) { s.entries[0].name = std::string("a.py\0.so", 8); }),
      odd("a name in Latin-1", Kind::name_not_utf8, [](Spec& s) { s.entries[0].name = "caf\xe9.py"; }),
      odd("UTF-8 without its flag", Kind::name_not_utf8, [](Spec& s) { s.entries[0].name = "caf\xc3\xa9.py"; }),
      odd("two names but for case", Kind::name_case_clash, [](Spec& s) { s.entries[1].name = "pkg/A.py"; }),
      odd("a file that is a folder", Kind::file_is_directory, [](Spec& s) { s.entries[1].name = "pkg/a.py/b"; }),
      odd("a symbolic link", Kind::symlink, [](Spec& s) { s.entries[0].unix_mode = 0120777; }),
      odd("an encrypted member", Kind::encrypted, [](Spec& s) { s.entries[0].flags = 1; }),
      odd("method 14", Kind::unknown_method, [](Spec& s) { s.entries[0].method = 14; }),
      odd("a stored member of two sizes", Kind::stored_size_mismatch,
          [](Spec& s) {
            s.entries[0].deflate = false;
            s.entries[0].size = 7;
          }),
      odd("a bomb by its own words", Kind::excessive_ratio, [](Spec& s) { s.entries[0].size = 1U << 30U; }),
      odd("a comment on a member", Kind::member_comment, [](Spec& s) { s.entries[0].comment = "hi"; }),
      odd("a comment on the archive", Kind::archive_comment, [](Spec& s) { s.comment = "hi"; }),
      odd("an extra field cut off", Kind::bad_extra_field,
          [](Spec& s) { s.entries[0].central_extra = std::string("\x01\x00\x30\x00", 4); }),
      odd("an extra field twice", Kind::bad_extra_field,
          [](Spec& s) { s.entries[0].central_extra = std::string("\x01\x00\x00\x00\x01\x00\x00\x00", 8); }),
      odd("a Unicode path of another name", Kind::bad_extra_field,
          [](Spec& s) { s.entries[0].central_extra = std::string("\x75\x70\x08\x00\x01....x.y", 12); }),
      odd("a wrong count", Kind::count_mismatch, [](Spec& s) { s.count = 7; }),
      odd("members on top of each other", Kind::overlap, [](Spec& s) { s.entries[1].header_offset = 4; }),
      odd("a member that reaches into the directory", Kind::overlap,
          [](Spec& s) { s.entries[1].compressed_size = 4000; }),
      odd("sizes behind the data", Kind::data_descriptor,
          [](Spec& s) { s.entries[0].descriptor = ZipEntry::Descriptor::with_signature; }),
      odd("bytes behind the end", Kind::trailing_bytes, [](Spec& s) { s.after = "more"; }),
      odd("bytes in front, not counted", Kind::leading_bytes,
          [](Spec& s) {
            s.before = "#!/bin/sh\n";
            s.count_before = false;
          }),
  };
}

} // namespace

TEST_CASE("an honest archive has members and no anomalies") {
  ZipSpec spec;
  spec.entries = {entry("demo/__init__.py"), entry("demo/"), entry("demo/run.sh")};
  spec.entries[1].data.clear();
  spec.entries[1].deflate = false;
  spec.entries[1].unix_mode = 040755;
  spec.entries[2].unix_mode = 0100755;
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  REQUIRE(reader->members().size() == 3);
  CHECK(reader->anomalies().empty());
  CHECK(reader->local_anomalies().value().empty());
  CHECK(reader->size_bytes() == bytes.size());
  CHECK(reader->total_size() == 2 * 41);

  const ZipMember& first = reader->members()[0];
  CHECK(first.name == "demo/__init__.py");
  CHECK(first.size == 41);
  CHECK(first.compressed_size < first.size);
  CHECK(first.method == kDeflated);
  CHECK(first.unix_mode() == 0100644);
  CHECK_FALSE(first.is_executable());
  CHECK(reader->members()[1].is_directory());
  CHECK(reader->members()[2].is_executable());
  CHECK(reader->find("demo/run.sh") == &reader->members()[2]);
  CHECK(reader->find("demo/run") == nullptr);
}

TEST_CASE("an archive opened from a file has the same members as in memory") {
  ZipSpec spec;
  spec.entries = {entry("a"), entry("b")};
  const Bytes bytes = build_zip(spec);
  const auto path = std::filesystem::temp_directory_path() / "wheelforge-zip-reader-test.zip";
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto from_file = ZipReader::open(path);
  std::filesystem::remove(path);
  REQUIRE(from_file);
  CHECK(from_file->members() == ZipReader::from_bytes(bytes)->members());
}

TEST_CASE("opening what is no archive says why") {
  CHECK(ZipReader::open("/nonexistent/x.whl").error().kind == ErrorKind::not_found);
  CHECK(ZipReader::open("/").error().kind == ErrorKind::invalid_data);
  const auto empty = ZipReader::from_bytes({});
  REQUIRE_FALSE(empty);
  CHECK(empty.error().kind == ErrorKind::invalid_data);
  CHECK(empty.error().message ==
        "no end of central directory record in the last 0 bytes: not a ZIP archive, or cut off");
}

TEST_CASE("each oddity of the directory is an anomaly of its kind, and no error") {
  for (const OddCase& odd_case : odd_archives()) {
    INFO(odd_case.what);
    const Bytes bytes = build_zip(odd_case.spec);
    const auto reader = ZipReader::from_bytes(bytes);
    REQUIRE(reader);
    CHECK(kinds(reader->anomalies()) == std::vector{odd_case.kind});
    CHECK(std::all_of(reader->anomalies().begin(), reader->anomalies().end(),
                      [](const Anomaly& a) { return !a.detail.empty(); }));
  }
}

TEST_CASE("of two members with one name the last is found, as Python does") {
  ZipSpec spec;
  spec.entries = {entry("a", "first"), entry("b"), entry("a", "second")};
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  CHECK(reader->find("a") == &reader->members()[2]);
}

TEST_CASE("ZIP64 sizes, offsets and end records are read") {
  ZipSpec spec;
  spec.entries = {entry("a"), entry("b")};
  spec.entries[0].zip64 = true;
  spec.entries[1].zip64 = true;
  spec.zip64_end = GENERATE(true, false);
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  CHECK(reader->anomalies().empty());
  CHECK(reader->local_anomalies().value().empty());
  REQUIRE(reader->members().size() == 2);
  CHECK(reader->members()[1].size == 41);
  CHECK(reader->members()[1].header_offset > 0);
  CHECK(reader->data_offset(reader->members()[1]));
}

TEST_CASE("a ZIP64 end record that disagrees with the classic one is an anomaly") {
  ZipSpec spec;
  spec.entries = {entry("a")};
  spec.zip64_end = true;
  Bytes bytes = build_zip(spec);
  support::patch(bytes, bytes.size() - 12, 5, 2); // the classic count of all members
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  CHECK(kinds(reader->anomalies()) == std::vector{AnomalyKind::zip64_mismatch});
}

TEST_CASE("bytes in front of an archive shift its offsets") {
  ZipSpec spec;
  spec.entries = {entry("a")};
  spec.before = std::string(100, '#');
  spec.count_before = GENERATE(true, false);
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  CHECK(reader->members()[0].header_offset == 100);
  CHECK(reader->data_offset(reader->members()[0]) == 100U + 30 + 1);
}

TEST_CASE("an archive cut off anywhere is an error") {
  ZipSpec spec;
  spec.entries = {entry("demo/a"), entry("demo/b")};
  spec.entries[1].zip64 = true;
  spec.zip64_end = GENERATE(true, false);
  const Bytes bytes = build_zip(spec);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto reader = ZipReader::from_bytes(std::span(bytes).first(size));
    INFO(size);
    REQUIRE_FALSE(reader);
    CHECK(reader.error().kind == ErrorKind::invalid_data);
  }
}

TEST_CASE("end records that point nowhere are errors that name the numbers") {
  const auto [offset, size, message] = GENERATE(table<std::uint64_t, std::uint64_t, std::string>({
      {0xfffffff0, 10, "the central directory of 10 bytes at 4294967280 reaches past its end record at"},
      {0, 0xfffffff0, "the central directory of 4294967280 bytes at 0 reaches past its end record at"},
      {3, 50, "member 0: central directory entry has signature"},
  }));
  ZipSpec spec;
  spec.entries = {entry("a")};
  spec.directory_offset = offset;
  spec.directory_size = size;
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE_FALSE(reader);
  CHECK(reader.error().message.find(message) == 0);
}

TEST_CASE("limits hold whatever the archive claims") {
  ZipSpec spec;
  spec.entries = {entry("a"), entry("b"), entry("c")};
  const Bytes bytes = build_zip(spec);
  CHECK(ZipReader::from_bytes(bytes, {.members = 3}));
  CHECK(ZipReader::from_bytes(bytes, {.members = 2}).error().message == "the archive has more than 2 members");
  CHECK_FALSE(ZipReader::from_bytes(bytes, {.central_directory_bytes = 100}));
}
