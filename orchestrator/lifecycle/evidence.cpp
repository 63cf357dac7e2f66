// Goes through the members of a wheel once.
#include "orchestrator/lifecycle/evidence.hpp"

#include "orchestrator/base/sha256.hpp"
#include "orchestrator/elf/elf_file.hpp"
#include "orchestrator/lifecycle/graft_name.hpp"
#include "orchestrator/wheel/wheel_name.hpp"
#include "orchestrator/zip/inflater.hpp"

#include <algorithm>

namespace wheelforge::lifecycle {
namespace {

constexpr std::uint64_t kWhole = std::uint64_t{256} << 20U;
constexpr std::uint64_t kLargestBill = std::uint64_t{32} << 20U;
constexpr std::size_t kWindow = std::size_t{8} << 20U;
constexpr std::size_t kOverlap = 256; ///< longer than any mark with its version

std::string original_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const auto graft = parse_graft_name(name);
  return graft ? graft->original : std::string(name);
}

bool is_bill(std::string_view path) {
  const std::size_t info = path.find(".dist-info/sboms/");
  return info != std::string_view::npos && path.substr(0, info).find('/') == std::string_view::npos &&
         path.ends_with(".json");
}

class WheelReader {
public:
  WheelReader(const zip::ZipReader& archive, WheelEvidence& out) : archive_(archive), out_(out) {}

  void read(const zip::ZipMember& member) {
    if (member.is_directory()) {
      return;
    }
    if (is_bill(member.name)) {
      read_bill(member);
      return;
    }
    const auto head = inflater_.peek(archive_, member, 4);
    if (head && elf::is_elf(*head)) {
      const Result<void> done = member.size <= kWhole ? read_library(member) : stream_library(member);
      if (!done) {
        out_.problems.push_back(member.name + ": " + done.error().message);
      }
    }
  }

private:
  void read_bill(const zip::ZipMember& member) {
    BillEvidence bill{member.name, {}, {}};
    const auto bytes = inflater_.read(archive_, member, zip::CheckCrc::yes, kLargestBill);
    Result<BillOfMaterials> parsed =
        bytes ? parse_bill_of_materials({reinterpret_cast<const char*>(bytes->data()), bytes->size()})
              : Result<BillOfMaterials>(tl::unexpected(bytes.error()));
    if (parsed) {
      bill.bill = *std::move(parsed);
    } else {
      bill.problem = parsed.error().message;
      out_.problems.push_back(member.name + ": " + bill.problem);
    }
    out_.bills.push_back(std::move(bill));
  }

  Result<void> read_library(const zip::ZipMember& member) {
    WF_TRY(const auto bytes, inflater_.read(archive_, member, zip::CheckCrc::no, kWhole));
    LibraryEvidence library{member.name, sha256(bytes).hex(), {}, {}, {}};
    library.versions = find_versions(bytes, original_name(member.name), known_version_marks());
    if (const auto parsed = elf::ElfFile::parse(bytes)) {
      library.build_id = parsed->notes().build_id;
      library.package_note = parsed->notes().package_metadata;
    } else {
      out_.problems.push_back(member.name + ": " + parsed.error().message);
    }
    out_.libraries.push_back(std::move(library));
    return {};
  }

  /// The same in constant memory, without the notes.
  Result<void> stream_library(const zip::ZipMember& member) {
    LibraryEvidence library{member.name, {}, {}, {}, {}};
    Sha256Stream hash;
    std::vector<std::byte> window;
    const auto search = [&] {
      for (FoundVersion& found : find_versions(window, original_name(member.name), known_version_marks())) {
        library.versions.push_back(std::move(found));
      }
      window.erase(window.begin(), window.end() - static_cast<std::ptrdiff_t>(std::min(kOverlap, window.size())));
    };
    const auto sent = inflater_.stream(archive_, member, [&](std::span<const std::byte> piece) {
      hash.update(piece);
      window.insert(window.end(), piece.begin(), piece.end());
      if (window.size() >= kWindow) {
        search();
      }
      return zip::Flow::more;
    });
    if (!sent) {
      return tl::unexpected(sent.error());
    }
    search();
    library.sha256 = hash.finish().hex();
    std::sort(library.versions.begin(), library.versions.end());
    library.versions.erase(std::unique(library.versions.begin(), library.versions.end()), library.versions.end());
    out_.libraries.push_back(std::move(library));
    return {};
  }

  const zip::ZipReader& archive_;
  WheelEvidence& out_;
  zip::Inflater inflater_;
};

} // namespace

Result<WheelEvidence> read_evidence(const zip::ZipReader& archive, const std::string& file_name) {
  WF_TRY(const wheel::WheelName name, wheel::parse_wheel_name(file_name));
  WheelEvidence out;
  out.file = file_name;
  out.project = name.normalized_distribution();
  out.version = name.version;
  for (const tags::PlatformTag& tag : name.tags.platforms) {
    out.platforms.push_back(tag.text);
  }
  for (const tags::PythonTag& tag : name.tags.pythons) {
    out.pythons.push_back(tags::to_string(tag));
  }
  for (const auto& tag : name.tags.abis) {
    out.abis.push_back(to_string(tag));
  }
  WheelReader reader(archive, out);
  for (const zip::ZipMember& member : archive.members()) {
    reader.read(member);
  }
  std::sort(out.libraries.begin(), out.libraries.end(),
            [](const LibraryEvidence& a, const LibraryEvidence& b) { return a.path < b.path; });
  std::sort(out.bills.begin(), out.bills.end(),
            [](const BillEvidence& a, const BillEvidence& b) { return a.path < b.path; });
  return out;
}

} // namespace wheelforge::lifecycle
