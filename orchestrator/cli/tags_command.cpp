// `wheelforge tags`: the ordered list of tags that a pip supports somewhere.
#include "orchestrator/base/sha256.hpp"
#include "orchestrator/cli/command.hpp"
#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/host/file_system.hpp"
#include "orchestrator/resolve/case_file.hpp"
#include "orchestrator/resolve/supported_tags.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace wheelforge::cli {
namespace {

struct TagsOptions {
  resolve::TargetText target;
  std::string glibc;
  std::string musl;
  int bits = 0;
  bool soft_float = false;
  std::vector<std::string> manylinux_module;
  std::string rows;
  bool json = false;
};

/// One row's answer: the number of tags and the first 16 digits of the SHA-256 of their lines.
nlohmann::ordered_json answer(const std::vector<std::string>& tags) {
  return {{"tags", tags.size()}, {"sha256_16", sha256(fmt::format("{}", fmt::join(tags, "\n"))).hex().substr(0, 16)}};
}

Result<void> answer_rows(const TagsOptions& options) {
  WF_TRY(const std::string text, host::make_file_system()->read(options.rows));
  WF_TRY_CONTEXT(const std::vector<resolve::TargetText> rows, resolve::parse_tag_rows(text), options.rows);
  resolve::TargetFactory factory;
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string where = fmt::format("{}: row {}", options.rows, i);
    WF_TRY_CONTEXT(const resolve::InstallTarget target, factory.make(rows[i]), where);
    const Result<std::vector<std::string>> tags = resolve::supported_tags(target);
    if (tags) {
      results.push_back(answer(*tags));
    } else { // that pip stops there, and the row says so
      results.push_back({{"tags", nullptr}, {"sha256_16", nullptr}, {"error", tags.error().message}});
    }
  }
  fmt::print("{}\n", nlohmann::ordered_json{{"schema", 1}, {"results", std::move(results)}}.dump(options.json ? 1 : 2));
  return {};
}

Result<void> print_tags(TagsOptions options) {
  if (options.glibc.empty() == options.musl.empty()) {
    return fail(ErrorKind::usage, "wanted one of --glibc and --musl");
  }
  options.target.libc = options.musl.empty() ? platform::Libc::glibc : platform::Libc::musl;
  options.target.libc_version = options.musl.empty() ? options.glibc : options.musl;
  if (options.bits != 0) {
    options.target.bits = options.bits;
  }
  if (!options.manylinux_module.empty()) {
    options.target.manylinux_module = fmt::format("{}", fmt::join(options.manylinux_module, "\n"));
  }
  resolve::TargetFactory factory;
  WF_TRY(resolve::InstallTarget target, factory.make(options.target));
  target.machine.arm_float = options.soft_float ? resolve::ArmFloat::soft : resolve::ArmFloat::hard;
  WF_TRY(const std::vector<std::string> tags, resolve::supported_tags(target));
  const std::string& machine = options.target.machine;
  if ((machine == "armv7l" || machine == "armv8l") && options.bits == 0) {
    fmt::print(stderr, "wheelforge: note: a 64-bit Python is assumed; --bits 32 asks for a 32-bit one\n");
  }
  if (options.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"schema", 1}, {"tags", tags}}.dump(1));
  } else {
    fmt::print("{}\n", fmt::join(tags, "\n"));
  }
  return {};
}

Result<void> run(const TagsOptions& options) {
  if (!options.rows.empty()) {
    return answer_rows(options);
  }
  const std::pair<const char*, const std::string*> wanted[] = {
      {"--pip", &options.target.pip}, {"--python", &options.target.python}, {"--machine", &options.target.machine}};
  for (const auto& [name, value] : wanted) {
    if (value->empty()) {
      return fail(ErrorKind::usage, "{} is missing, wanted --pip, --python, --machine and one of --glibc and --musl",
                  name);
    }
  }
  return print_tags(options);
}

} // namespace

void add_tags_command(CLI::App& app, Invocation& invocation) {
  auto options = std::make_shared<TagsOptions>();
  CLI::App* command = app.add_subcommand("tags", "list the tags that a pip supports, most preferred first");
  command->add_option("--pip", options->target.pip, "version of pip, 8.0 or newer");
  command->add_option("--python", options->target.python,
                      "CPython: 3.12, 3.12.4, 3.13t (free-threaded), 3.12d (debug)");
  command->add_option("--glibc", options->glibc, "version that glibc gives of itself");
  command->add_option("--musl", options->musl, "version of musl");
  command->add_option("--machine", options->target.machine, "what uname -m prints");
  command->add_option("--bits", options->bits, "word size of the interpreter (default 64, on i686 32)")
      ->check(CLI::IsMember({32, 64}));
  command->add_flag("--soft-float", options->soft_float, "a 32-bit Arm interpreter without the hard-float ABI");
  command->add_option("--manylinux-module", options->manylinux_module, "source text of the _manylinux module")
      ->allow_extra_args(false);
  command->add_option("--rows", options->rows, "answer the rows of a JSON file: count and digest of each list");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &invocation] {
    invocation.run = [options] {
      const Result<void> done = run(*options);
      return done ? static_cast<int>(ExitCode::ok) : report_error(done.error());
    };
  });
}

} // namespace wheelforge::cli
