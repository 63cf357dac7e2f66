// Everything that `resolve` reads from files: cases, rows, index pages; and the choice among what was read.
#include "orchestrator/resolve/case_file.hpp"
#include "orchestrator/resolve/index_page.hpp"
#include "orchestrator/resolve/supported_tags.hpp"

#include <cstddef>
#include <cstdint>

using namespace wheelforge;
using namespace wheelforge::resolve;

namespace {

void choose(const InstallTarget& target, const std::vector<ReleaseFile>& files, const Request& request) {
  const Result<Resolution> resolution = resolve::resolve(target, files, request);
  if (!resolution) {
    return;
  }
  WF_CHECK(resolution->verdicts.size() == files.size());
  for (std::size_t i = 0; i < files.size(); ++i) { // exactly the file that was picked has no reason against it
    WF_CHECK((resolution->verdicts[i].reason == Reason::none) == (resolution->picked == i));
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  TargetFactory factory;
  if (const Result<std::vector<ResolveCase>> cases = parse_cases(text)) {
    for (const ResolveCase& one : *cases) {
      if (const Result<InstallTarget> target = factory.make(one.target)) {
        choose(*target, one.files, one.request);
      }
    }
  }
  if (const Result<std::vector<TargetText>> rows = parse_tag_rows(text)) {
    for (const TargetText& row : *rows) {
      if (const Result<InstallTarget> target = factory.make(row)) {
        (void)supported_tags(*target);
      }
    }
  }
  static const InstallTarget kTarget =
      factory.make({"26.3", "3.12", platform::Libc::glibc, "2.17", "x86_64", {}, {}}).value();
  choose(kTarget, parse_html_index(text), Request());
  if (const Result<std::vector<ReleaseFile>> files = parse_json_index(text)) {
    choose(kTarget, *files, Request());
  }
  return 0;
}
