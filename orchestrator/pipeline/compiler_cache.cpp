// Links named like compilers, and the lines of ccache's log.
#include "orchestrator/pipeline/compiler_cache.hpp"

#include "orchestrator/pipeline/container_layout.hpp"

#include <fmt/core.h>

namespace wheelforge::pipeline {
namespace {

constexpr const char* kLinks = "/wheelforge/compiler-cache";
constexpr const char* kLog = "/wheelforge/compiler-cache.log";

} // namespace

std::string compiler_cache_script() {
  return fmt::format(
      "if command -v ccache >/dev/null 2>&1; then\n"
      "  mkdir -p {0}\n"
      "  target=$(gcc -dumpmachine 2>/dev/null || :)\n" // Pythons ask for their compiler by this name too
      "  for compiler in cc c++ gcc g++ clang clang++ \"$target-gcc\" \"$target-g++\"; do\n"
      "    ! command -v \"$compiler\" >/dev/null 2>&1 || ln -sf \"$(command -v ccache)\" "
      "\"{0}/$compiler\"\n"
      "  done\n"
      "  export PATH={0}:$PATH CCACHE_DIR={1}/ccache CCACHE_NOHASHDIR=1 CCACHE_LOGFILE={2}\n"
      "else\n"
      "  echo 'wheelforge: --compiler-cache was asked for, but neither the image nor this machine has ccache' >&2\n"
      "fi\n",
      kLinks, kCache, kLog);
}

std::string compiler_cache_results_command() {
  return fmt::format("[ ! -e {0} ] || sed -n 's/.*Result: //p' {0}", kLog);
}

std::optional<CompilerCacheUse> parse_compiler_cache_results(std::string_view lines) {
  CompilerCacheUse use;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const bool is_hit = line == "direct_cache_hit" || line == "preprocessed_cache_hit" ||
                        line.starts_with("cache hit (direct)") || line.starts_with("cache hit (preprocessed)");
    use.hits += is_hit ? 1 : 0;
    use.misses += line == "cache_miss" || line == "cache miss" ? 1 : 0;
  }
  return use.hits + use.misses > 0 ? std::optional(use) : std::nullopt;
}

} // namespace wheelforge::pipeline
