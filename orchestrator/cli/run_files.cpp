// Renders the report and writes it down.
#include "orchestrator/cli/run_files.hpp"

#include "orchestrator/report/junit_xml.hpp"
#include "orchestrator/report/machine_section.hpp"
#include "orchestrator/report/run_json.hpp"
#include "orchestrator/report/run_sarif.hpp"
#include "orchestrator/report/timings.hpp"

namespace wheelforge::cli {
namespace {

/// Without waiting for the disk: it can be made again from report.json, which is written last and for good.
Result<void> write_quickly(host::FileSystem& files, const std::filesystem::path& path, const std::string& text) {
  WF_TRY(const auto writer, files.open_writer(path, host::OpenMode::truncate));
  return writer->write(text);
}

} // namespace

Result<void> write_run_files(host::FileSystem& files, const pipeline::RunReport& report, Timings timings,
                             const std::vector<report::HtmlSection>& sections) {
  const std::filesystem::path folder = report.folder;
  const report::LogReader log = [&files](const pipeline::CellReport& cell) {
    auto text = cell.log.empty() ? Result<std::string>(std::string()) : files.read(cell.log);
    return text ? *std::move(text) : std::string();
  };
  std::vector<report::HtmlSection> all;
  if (auto machines = report::machine_section(report)) {
    all.push_back(*std::move(machines));
  }
  all.insert(all.end(), sections.begin(), sections.end());
  WF_TRY_VOID(write_quickly(files, folder / "junit.xml", report::to_junit_xml(report)));
  WF_TRY_VOID(write_quickly(files, folder / "findings.sarif", report::to_sarif(report)));
  WF_TRY_VOID(write_quickly(files, folder / "report.html", report::to_html(report, log, all)));
  if (timings == Timings::yes) {
    WF_TRY_VOID(write_quickly(files, folder / "timings.html", report::timings_page(report)));
    WF_TRY_VOID(write_quickly(files, folder / "trace.json", report::chrome_trace(report)));
  }
  return files.write_atomically(folder / "report.json", report::to_json(report));
}

void remove_old_runs(host::FileSystem& files, const std::filesystem::path& runs) {
  constexpr std::size_t kKept = 50;
  const auto entries = files.list(runs); // sorted by name, which begins with the time
  if (!entries || entries->size() <= kKept) {
    return;
  }
  for (std::size_t index = 0; index < entries->size() - kKept; ++index) {
    (void)files.remove_all(runs / (*entries)[index].name);
  }
}

void remove_halves(host::FileSystem& files, const std::filesystem::path& output) {
  constexpr std::string_view kWheel = ".whl.";
  constexpr std::size_t kLetters = 6; // as host::FileSystem names files that are not whole yet
  const auto entries = files.list(output);
  for (const host::FolderEntry& entry : entries ? *entries : std::vector<host::FolderEntry>()) {
    const std::size_t at = entry.name.rfind(kWheel);
    if (entry.type == host::FileType::file && entry.name.starts_with('.') && at != std::string::npos &&
        entry.name.size() == at + kWheel.size() + kLetters) {
      (void)files.remove_all(output / entry.name);
    }
  }
}

} // namespace wheelforge::cli
