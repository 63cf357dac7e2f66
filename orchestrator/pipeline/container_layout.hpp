// Where everything stands inside a container: the contract between the steps of a cell.
#pragma once

namespace wheelforge::pipeline {

/// The cell's own copy of the source tree; `{project}` in commands.
inline constexpr const char* kProject = "/project";
/// The same as a name inside a tar stream that is unpacked at the root, which makes the folder.
inline constexpr const char* kProjectName = "project";
/// The package cache that all cells and runs of an engine share.
inline constexpr const char* kCache = "/wheelforge/cache";
/// The isolated environment that the build back end runs in.
inline constexpr const char* kBuildEnvironment = "/wheelforge/build-environment";
/// The wheel as the back end made it.
inline constexpr const char* kBuilt = "/wheelforge/built";
/// The wheel after repair; `{dest_dir}` in repair commands.
inline constexpr const char* kRepaired = "/wheelforge/repaired";
/// The user's environment as evaluated once in the container, sourced by every step.
inline constexpr const char* kEnvironmentFile = "/wheelforge/environment.sh";
/// A test container's folder: the wheel, the test sources, the virtual environment.
inline constexpr const char* kTest = "/wheelforge/test";
/// uv, where wheelforge brings it along.
inline constexpr const char* kTools = "/wheelforge/tools";
/// The volume behind kCache.
inline constexpr const char* kCacheVolume = "wheelforge-cache";

} // namespace wheelforge::pipeline
