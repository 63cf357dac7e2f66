// What only the local headers and the bytes between the members show.
#include "orchestrator/zip/zip_reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zip_builder.hpp"

#include <functional>

using namespace wheelforge;
using namespace wheelforge::zip;
using support::build_zip;
using support::Bytes;
using support::ZipEntry;
using support::ZipSpec;

namespace {

ZipSpec two_members() {
  ZipSpec spec;
  spec.entries.resize(2);
  spec.entries[0].name = "a.py";
  spec.entries[0].data = "print()";
  spec.entries[1].name = "b.py";
  spec.entries[1].data = std::string(1000, 'b');
  spec.entries[1].deflate = true;
  return spec;
}

std::vector<AnomalyKind> local_kinds(const ZipSpec& spec) {
  const Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  std::vector<AnomalyKind> found;
  const auto anomalies = reader->local_anomalies();
  REQUIRE(anomalies);
  for (const Anomaly& anomaly : *anomalies) {
    found.push_back(anomaly.kind);
  }
  return found;
}

} // namespace

TEST_CASE("each lie of a local header is an anomaly of its kind") {
  using Kind = AnomalyKind;
  const std::vector<std::pair<Kind, std::function<void(ZipSpec&)>>> cases{
      {Kind::local_name_mismatch, [](ZipSpec& s) { s.entries[0].local_name = "c.so"; }},
      {Kind::local_name_mismatch, [](ZipSpec& s) { s.entries[0].local_name = "a.py\n"; }},
      {Kind::local_size_mismatch, [](ZipSpec& s) { s.entries[0].local_size = 6; }},
      {Kind::gap, [](ZipSpec& s) { s.gap = "hidden bytes"; }},
      {Kind::leading_bytes, [](ZipSpec& s) { s.before = "#!/bin/sh"; }},
      {Kind::hidden_local_header, [](ZipSpec& s) { s.entries[1].listed = false; }},
      {Kind::bad_extra_field, [](ZipSpec& s) { s.entries[0].local_extra = std::string("\x01\x00\x09\x00", 4); }},
  };
  CHECK(local_kinds(two_members()).empty());
  for (const auto& [kind, change] : cases) {
    ZipSpec spec = two_members();
    change(spec);
    INFO(to_string(kind));
    CHECK(local_kinds(spec) == std::vector{kind});
  }
}

TEST_CASE("data descriptors of all three forms are found where they stand") {
  using Descriptor = ZipEntry::Descriptor;
  ZipSpec spec = two_members();
  spec.entries[0].descriptor = GENERATE(Descriptor::with_signature, Descriptor::bare, Descriptor::wide);
  CHECK(local_kinds(spec).empty());
}

TEST_CASE("a data descriptor that contradicts the directory is an anomaly") {
  ZipSpec spec = two_members();
  spec.entries[1].descriptor = ZipEntry::Descriptor::with_signature;
  Bytes bytes = build_zip(spec);
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  const ZipMember& member = reader->members()[1];
  const std::uint64_t descriptor = *reader->data_offset(member) + member.compressed_size;
  support::patch(bytes, descriptor + 4, 0xbad, 4); // its CRC
  const auto anomalies = reader->local_anomalies();
  REQUIRE(anomalies);
  REQUIRE(anomalies->size() == 2);
  CHECK((*anomalies)[0].kind == AnomalyKind::gap);
  CHECK((*anomalies)[1].kind == AnomalyKind::local_size_mismatch);
}

TEST_CASE("a header that does not stand where the directory says is an anomaly") {
  ZipSpec spec = two_members();
  spec.entries[0].header_offset = 1;
  spec.entries[0].compressed_size = 0;
  spec.entries[0].size = 0;
  const auto found = local_kinds(spec);
  CHECK(std::find(found.begin(), found.end(), AnomalyKind::local_name_mismatch) != found.end());
}

TEST_CASE("an archive that is a tar archive too is told from its checksum") {
  std::string tar(512, '\0');
  tar.replace(0, 4, "evil");
  tar.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : tar) {
    sum += static_cast<unsigned char>(c);
  }
  std::snprintf(tar.data() + 148, 8, "%06o", sum);
  ZipSpec spec = two_members();
  spec.before = tar;
  CHECK(local_kinds(spec) == std::vector{AnomalyKind::leading_bytes, AnomalyKind::also_tar});
}

TEST_CASE("members that share bytes only by their local extra fields are found") {
  ZipSpec spec = two_members();
  spec.entries[0].data.clear(); // so that the directory alone shows nothing
  Bytes bytes = build_zip(spec);
  support::patch(bytes, 28, 60, 2); // the first local extra field now covers the second header
  const auto reader = ZipReader::from_bytes(bytes);
  REQUIRE(reader);
  CHECK(reader->anomalies().empty());
  const auto anomalies = reader->local_anomalies();
  REQUIRE(anomalies);
  bool overlap = false;
  for (const Anomaly& anomaly : *anomalies) {
    overlap = overlap || anomaly.kind == AnomalyKind::overlap;
  }
  CHECK(overlap);
}
