// A container's life from start to removal.
#include "orchestrator/engine/container.hpp"

#include "orchestrator/engine/tar_member.hpp"
#include "orchestrator/engine/tar_reader.hpp"

#include <utility>

namespace wheelforge::engine {
namespace {

/// More than any one file that is read whole should have.
constexpr std::uint64_t kLargestReadFile = 1ULL << 30U;

} // namespace

Container::Container(ContainerEngine& engine, std::string id, const ContainerSpec& spec)
    : engine_(&engine), id_(std::move(id)), name_(spec.name), exec_prefix_(spec.exec_prefix) {}

Result<Container> Container::start(ContainerEngine& engine, const ContainerSpec& spec, std::stop_token stop) {
  WF_TRY(std::string id, engine.run_container(spec, std::move(stop)));
  return Container(engine, std::move(id), spec);
}

Container::~Container() {
  if (!id_.empty()) {
    (void)engine_->remove_containers({id_}); // the reaper finds what is left
  }
}

Container::Container(Container&& other) noexcept
    : engine_(other.engine_), id_(std::exchange(other.id_, {})), name_(std::move(other.name_)),
      exec_prefix_(std::move(other.exec_prefix_)) {}

Container& Container::operator=(Container&& other) noexcept {
  std::swap(engine_, other.engine_);
  std::swap(id_, other.id_);
  std::swap(name_, other.name_);
  std::swap(exec_prefix_, other.exec_prefix_);
  return *this;
}

Result<ExecResult> Container::exec(ExecSpec spec, const host::OutputSink& sink, std::stop_token stop) {
  spec.argv.insert(spec.argv.begin(), exec_prefix_.begin(), exec_prefix_.end());
  return engine_->exec(id_, spec, sink, std::move(stop));
}

Result<int> Container::exec_interactive(ExecSpec spec) {
  spec.argv.insert(spec.argv.begin(), exec_prefix_.begin(), exec_prefix_.end());
  return engine_->exec_interactive(id_, spec);
}

Result<void> Container::copy_in(const std::string& folder, host::ByteProducer tar, std::stop_token stop) {
  return engine_->copy_in(id_, folder, std::move(tar), std::move(stop));
}

Result<void> Container::copy_out(const std::string& path, const ByteConsumer& tar, std::stop_token stop) {
  return engine_->copy_out(id_, path, tar, std::move(stop));
}

Result<void> Container::write_file(const std::string& path, std::string_view bytes, std::stop_token stop) {
  WF_CHECK(!path.empty() && path.front() == '/');
  WF_TRY(std::string tar, tar_of_one_file(std::string_view(path).substr(1), bytes));
  return engine_->copy_in(id_, "/", produce_text(std::move(tar)), std::move(stop));
}

Result<std::string> Container::read_file(const std::string& path, std::stop_token stop) {
  std::string bytes;
  std::size_t files = 0;
  TarReader reader({[&files](const TarFile&) -> Result<void> {
                      ++files;
                      return {};
                    },
                    [&bytes](std::string_view piece) -> Result<void> {
                      bytes += piece;
                      return {};
                    },
                    []() -> Result<void> { return {}; }},
                   kLargestReadFile);
  WF_TRY_VOID(engine_->copy_out(
      id_, path, [&reader](std::string_view piece) { return reader.feed(piece); }, std::move(stop)));
  WF_TRY_VOID(reader.finish());
  if (files != 1) {
    return fail(ErrorKind::invalid_data, "{} in the container is no regular file", path);
  }
  return bytes;
}

Result<void> Container::disconnect_network(std::stop_token stop) {
  return engine_->set_network(id_, Network::off, std::move(stop));
}

Result<void> Container::connect_network(std::stop_token stop) {
  return engine_->set_network(id_, Network::on, std::move(stop));
}

Result<MemoryUse> Container::memory_use() { return engine_->memory_use(id_); }

Result<void> Container::remove() {
  WF_TRY_VOID(engine_->remove_containers({id_}));
  id_.clear();
  return {};
}

std::string Container::release() { return std::exchange(id_, {}); }

} // namespace wheelforge::engine
