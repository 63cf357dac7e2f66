// ccache around the compilers of a build: its script, and what it tells afterwards.
#pragma once

#include "orchestrator/pipeline/run_report.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wheelforge::pipeline {

/// Shell lines that put ccache before every compiler on PATH, its cache in the shared package cache. Where there is no
/// ccache they say so on stderr and change nothing.
[[nodiscard]] std::string compiler_cache_script();

/// A command that prints each result that ccache noted, one a line.
[[nodiscard]] std::string compiler_cache_results_command();

/// Counts those lines; nothing where there is none. Source: ccache, statistics "direct_cache_hit",
/// "preprocessed_cache_hit" and "cache_miss".
[[nodiscard]] std::optional<CompilerCacheUse> parse_compiler_cache_results(std::string_view lines);

} // namespace wheelforge::pipeline
