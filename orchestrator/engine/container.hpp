// A container that removes itself when its owner goes.
#pragma once

#include "orchestrator/engine/container_engine.hpp"

namespace wheelforge::engine {

/// A running container of ours. The engine must outlive it.
class Container {
public:
  /// Makes and starts one.
  [[nodiscard]] static Result<Container> start(ContainerEngine& engine, const ContainerSpec& spec,
                                               std::stop_token stop);
  /// Removes the container, whatever state it is in; a failure is swallowed (the reaper finds what is left).
  ~Container();
  Container(Container&& other) noexcept;
  Container& operator=(Container&& other) noexcept;
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// See ContainerEngine; the spec's exec_prefix is put before argv.
  [[nodiscard]] Result<ExecResult> exec(ExecSpec spec, const host::OutputSink& sink, std::stop_token stop);
  [[nodiscard]] Result<int> exec_interactive(ExecSpec spec);
  [[nodiscard]] Result<void> copy_in(const std::string& folder, host::ByteProducer tar, std::stop_token stop);
  [[nodiscard]] Result<void> copy_out(const std::string& path, const ByteConsumer& tar, std::stop_token stop);
  /// Writes one small file inside.
  [[nodiscard]] Result<void> write_file(const std::string& path, std::string_view bytes, std::stop_token stop);
  /// The bytes of one regular file inside (not_found when there is none).
  [[nodiscard]] Result<std::string> read_file(const std::string& path, std::stop_token stop);
  [[nodiscard]] Result<void> disconnect_network(std::stop_token stop);
  [[nodiscard]] Result<void> connect_network(std::stop_token stop);
  [[nodiscard]] Result<MemoryUse> memory_use();
  /// Removes it now and says how that went.
  [[nodiscard]] Result<void> remove();
  /// Gives it up: it stays. Returns its id.
  std::string release();

private:
  Container(ContainerEngine& engine, std::string id, const ContainerSpec& spec);
  ContainerEngine* engine_;
  std::string id_; ///< empty when moved from, removed or released
  std::string name_;
  std::vector<std::string> exec_prefix_;
};

} // namespace wheelforge::engine
