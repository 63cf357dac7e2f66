// Labels: each kind stands in every place it has to, twice is once, and a wheel that lies about its label is found out.
#include "orchestrator/accelerator/relabel.hpp"

#include "orchestrator/accelerator/label_check.hpp"
#include "orchestrator/base/sha256.hpp"
#include "orchestrator/wheel/record.hpp"
#include "orchestrator/zip/inflater.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/zip_builder.hpp"

#include <algorithm>
#include <deque>
#include <map>

using namespace wheelforge;
using namespace wheelforge::accelerator;
using Catch::Matchers::ContainsSubstring;
using toolchain::Label;
using toolchain::LabelKind;

namespace {

/// Adds a member with that text.
void add(support::ZipSpec& spec, std::string name, std::string text) {
  spec.entries.emplace_back();
  spec.entries.back().name = std::move(name);
  spec.entries.back().data = std::move(text);
}

constexpr const char* kName = "demo-1.0-cp311-cp311-manylinux_2_17_x86_64.whl";
constexpr const char* kMetadata = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n\nVersion: of the text\n";
constexpr const char* kWheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-manylinux_2_17_x86_64\n";

/// Opens an archive whose bytes stay until the program ends.
zip::ZipReader opened(std::vector<std::byte> bytes) {
  static std::deque<std::vector<std::byte>> kept;
  return zip::ZipReader::from_bytes(kept.emplace_back(std::move(bytes))).value();
}

using Files = std::map<std::string, std::string>;

zip::ZipReader packed(const Files& files) {
  support::ZipSpec spec;
  for (const auto& [name, text] : files) {
    add(spec, name, text);
  }
  return opened(support::build_zip(spec));
}

/// A wheel with a RECORD that is right.
zip::ZipReader demo(Files files = {}) {
  files.insert({{"demo/kernel.so", "code"},
                {"demo-1.0.data/scripts/run", "#!python"},
                {"demo-1.0.dist-info/METADATA", kMetadata},
                {"demo-1.0.dist-info/WHEEL", kWheel}});
  std::string record;
  for (const auto& [name, text] : files) {
    record += wheel::to_string(wheel::RecordEntry{name, "sha256", sha256(text).base64url(), text.size()});
  }
  files["demo-1.0.dist-info/RECORD"] = record + "demo-1.0.dist-info/RECORD,,\n";
  return packed(files);
}

struct Written {
  std::string file_name;
  zip::ZipReader archive;

  [[nodiscard]] std::string text(const std::string& name) const {
    const zip::ZipMember* member = archive.find(name);
    REQUIRE(member != nullptr);
    zip::Inflater inflater;
    const auto bytes = inflater.read(archive, *member, zip::CheckCrc::yes).value();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
};

Written labelled(const zip::ZipReader& archive, const std::string& name, const Label& label,
                 std::optional<tags::LibcVersion> floor = std::nullopt) {
  const auto result = relabel(archive, name, label, floor);
  REQUIRE(result);
  return {result->file_name, opened(result->archive.to_bytes().value())};
}

/// RECORD lists every member, each with its hash, and nothing else.
void check_record(const Written& wheel, const std::string& info) {
  const auto record = wheel::parse_record(wheel.text(info + "/RECORD")).value();
  CHECK(record.entries.size() == wheel.archive.members().size());
  for (const zip::ZipMember& member : wheel.archive.members()) {
    INFO(member.name);
    const wheel::RecordEntry* entry = record.find(member.name);
    REQUIRE(entry != nullptr);
    if (member.name != info + "/RECORD") {
      CHECK(entry->digest == sha256(wheel.text(member.name)).base64url());
    }
  }
}

} // namespace

TEST_CASE("a local version stands in the file name, the folders, METADATA and RECORD") {
  const Label label{LabelKind::local, "cu135", {}};
  const Written wheel = labelled(demo(), kName, label);
  CHECK(wheel.file_name == "demo-1.0+cu135-cp311-cp311-manylinux_2_17_x86_64.whl");
  CHECK(wheel.text("demo-1.0+cu135.dist-info/METADATA") ==
        "Metadata-Version: 2.1\nName: demo\nVersion: 1.0+cu135\n\nVersion: of the text\n");
  CHECK(wheel.archive.find("demo-1.0+cu135.data/scripts/run") != nullptr);
  CHECK(wheel.archive.find("demo-1.0.dist-info/METADATA") == nullptr);
  check_record(wheel, "demo-1.0+cu135.dist-info");
  CHECK(check_label(wheel.archive, wheel.file_name, label).empty());
}

TEST_CASE("a suffix stands in the name, a build tag in WHEEL, a variant in variant.json") {
  const Label suffix{LabelKind::suffix, "cu13", {}};
  const Written named = labelled(demo(), kName, suffix);
  CHECK(named.file_name == "demo_cu13-1.0-cp311-cp311-manylinux_2_17_x86_64.whl");
  CHECK_THAT(named.text("demo_cu13-1.0.dist-info/METADATA"), ContainsSubstring("Name: demo-cu13\n"));
  check_record(named, "demo_cu13-1.0.dist-info");
  CHECK(check_label(named.archive, named.file_name, suffix).empty());

  const Label build{LabelKind::build_tag, "1_cu135", {}};
  const Written built = labelled(demo(), kName, build);
  CHECK(built.file_name == "demo-1.0-1_cu135-cp311-cp311-manylinux_2_17_x86_64.whl");
  CHECK_THAT(built.text("demo-1.0.dist-info/WHEEL"), ContainsSubstring("Build: 1_cu135\n"));
  check_record(built, "demo-1.0.dist-info");
  CHECK(check_label(built.archive, built.file_name, build).empty());

  const Label variant{LabelKind::variant, "cu135", "nvidia :: cuda_version_lower_bound :: 13.5"};
  const Written varied = labelled(demo(), kName, variant);
  CHECK(varied.file_name == "demo-1.0-cp311-cp311-manylinux_2_17_x86_64-cu135.whl");
  CHECK_THAT(varied.text("demo-1.0.dist-info/variant.json"), ContainsSubstring("\"cuda_version_lower_bound\""));
  check_record(varied, "demo-1.0.dist-info");
  CHECK(check_label(varied.archive, varied.file_name, variant).empty());
}

TEST_CASE("labelling twice is labelling once, and what is there already is kept") {
  for (const Label& label : {Label{LabelKind::local, "cu135", {}}, Label{LabelKind::suffix, "cu13", {}},
                             Label{LabelKind::build_tag, "1_cu135", {}}}) {
    const Written once = labelled(demo(), kName, label);
    const Written twice = labelled(once.archive, once.file_name, label);
    CHECK(twice.file_name == once.file_name);
    CHECK(check_label(twice.archive, twice.file_name, label).empty());
  }
  const Written own =
      labelled(demo({{"demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0+a\n"}}),
               "demo-1.0+a-cp311-cp311-manylinux_2_17_x86_64.whl", {LabelKind::local, "cu135", {}});
  CHECK(own.file_name == "demo-1.0+a.cu135-cp311-cp311-manylinux_2_17_x86_64.whl");
}

TEST_CASE("texts that a kind does not allow are refused") {
  for (const Label& label : {Label{LabelKind::local, "cu_135", {}}, Label{LabelKind::suffix, "cu-13", {}},
                             Label{LabelKind::build_tag, "cu135", {}}, Label{LabelKind::variant, "CU", {}}}) {
    CHECK_FALSE(relabel(demo(), kName, label));
  }
}

TEST_CASE("tags that promise more than a floor give way to the floor's own, in the name and in WHEEL") {
  const std::string two = "demo-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux_2_36_x86_64.whl";
  const std::string tags = std::string(kWheel) + "Tag: cp311-cp311-manylinux_2_36_x86_64\n";
  const zip::ZipReader archive = demo({{"demo-1.0.dist-info/WHEEL", tags}});
  const auto tags_of = [](const Written& wheel) {
    return wheel::parse_wheel_file(wheel.text("demo-1.0.dist-info/WHEEL")).value().tags;
  };
  const Written same = labelled(archive, two, {}, tags::LibcVersion{2, 36});
  CHECK(same.file_name == "demo-1.0-cp311-cp311-manylinux_2_36_x86_64.whl");
  CHECK(tags_of(same) == std::vector<std::string>{"cp311-cp311-manylinux_2_36_x86_64"});
  const Written between = labelled(archive, two, {}, tags::LibcVersion{2, 28});
  CHECK(between.file_name == "demo-1.0-cp311-cp311-manylinux_2_28_x86_64.manylinux_2_36_x86_64.whl");
  CHECK(tags_of(between) ==
        std::vector<std::string>{"cp311-cp311-manylinux_2_28_x86_64", "cp311-cp311-manylinux_2_36_x86_64"});
  const Written above = labelled(archive, two, {}, tags::LibcVersion{2, 40});
  CHECK(above.file_name == "demo-1.0-cp311-cp311-manylinux_2_40_x86_64.whl");
  CHECK(tags_of(above) == std::vector<std::string>{"cp311-cp311-manylinux_2_40_x86_64"});
  CHECK(labelled(archive, two, {}, tags::LibcVersion{2, 5}).file_name == two);
}

TEST_CASE("a label that was written into the file name alone is found out") {
  const auto codes = [](const zip::ZipReader& archive, std::string_view name, const Label& label) {
    std::vector<std::string> found;
    for (const Problem& problem : check_label(archive, name, label)) {
      CHECK(problem.is_error);
      found.push_back(problem.code);
    }
    return found;
  };
  const auto has = [](const std::vector<std::string>& all, const char* code) {
    return std::find(all.begin(), all.end(), code) != all.end();
  };
  const auto local = codes(demo(), "demo-1.0+cu135-cp311-cp311-linux_x86_64.whl", {LabelKind::local, "cu135", {}});
  CHECK(has(local, "wrong-label"));
  CHECK(has(local, "label-only-in-name"));
  const auto suffix = codes(demo(), "demo_cu13-1.0-cp311-cp311-linux_x86_64.whl", {LabelKind::suffix, "cu13", {}});
  CHECK(has(suffix, "label-only-in-name"));
  CHECK(has(codes(demo(), "demo-1.0-1_cu135-cp311-cp311-linux_x86_64.whl", {LabelKind::build_tag, "1_cu135", {}}),
            "wrong-label"));
  CHECK(has(codes(demo(), "demo-1.0-cp311-cp311-linux_x86_64-cu135.whl", {LabelKind::variant, "cu135", {}}),
            "wrong-label"));
  CHECK(has(codes(demo(), kName, {LabelKind::local, "cu135", {}}), "wrong-label"));
  CHECK(codes(demo(), kName, {}).empty());
}

TEST_CASE("a RECORD of before the label is found out") {
  const zip::ZipReader archive =
      packed({{"demo-1.0+cu135.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0+cu135\n"},
              {"demo-1.0+cu135.dist-info/WHEEL", kWheel},
              {"demo-1.0+cu135.dist-info/RECORD", "demo-1.0.dist-info/METADATA,,\n"}});
  const auto found =
      check_label(archive, "demo-1.0+cu135-cp311-cp311-manylinux_2_17_x86_64.whl", {LabelKind::local, "cu135", {}});
  REQUIRE(found.size() == 2);
  CHECK(found.front().path == "demo-1.0+cu135.dist-info/RECORD");
}
