// Who owns a container: labels out of an owner, an owner out of labels.
#include "orchestrator/engine/container_spec.hpp"

#include <charconv>

namespace wheelforge::engine {
namespace {

constexpr std::string_view kRun = "wheelforge.run";
constexpr std::string_view kCell = "wheelforge.cell";
constexpr std::string_view kMachine = "wheelforge.machine";
constexpr std::string_view kHost = "wheelforge.host";
constexpr std::string_view kNamespace = "wheelforge.namespace";
constexpr std::string_view kPid = "wheelforge.pid";
constexpr std::string_view kStart = "wheelforge.start";

std::optional<std::string> text(const Labels& labels, std::string_view key) {
  const auto found = labels.find(std::string(key));
  return found == labels.end() ? std::nullopt : std::optional(found->second);
}

template <class Number>
bool read_number(const Labels& labels, std::string_view key, Number& number) {
  const auto value = text(labels, key);
  if (!value || value->empty()) {
    return false;
  }
  const char* end = value->data() + value->size();
  const auto [stopped_at, error] = std::from_chars(value->data(), end, number);
  return error == std::errc() && stopped_at == end;
}

} // namespace

Labels owner_labels(const Owner& owner) {
  return {
      {std::string(kRun), owner.run},
      {std::string(kCell), owner.cell},
      {std::string(kMachine), owner.process.machine},
      {std::string(kHost), owner.process.boot},
      {std::string(kNamespace), std::to_string(owner.process.pid_namespace)},
      {std::string(kPid), std::to_string(owner.process.pid)},
      {std::string(kStart), std::to_string(owner.process.start_ticks)},
  };
}

std::optional<Owner> owner_of(const Labels& labels) {
  const auto run = text(labels, kRun);
  const auto machine = text(labels, kMachine);
  const auto boot = text(labels, kHost);
  Owner owner;
  if (!run || run->empty() || !machine || !boot || boot->empty() ||
      !read_number(labels, kNamespace, owner.process.pid_namespace) || !read_number(labels, kPid, owner.process.pid) ||
      !read_number(labels, kStart, owner.process.start_ticks)) {
    return std::nullopt;
  }
  owner.run = *run;
  owner.cell = text(labels, kCell).value_or("");
  owner.process.machine = *machine;
  owner.process.boot = *boot;
  return owner;
}

std::string owner_name(const Owner& owner, std::string_view purpose) {
  std::string name = "wheelforge-" + owner.run;
  for (const std::string_view part : {std::string_view(owner.cell), purpose}) {
    if (!part.empty()) {
      name += '-';
      name += part;
    }
  }
  for (char& letter : name) {
    const bool allowed = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                         (letter >= '0' && letter <= '9') || letter == '_' || letter == '.' || letter == '-';
    if (!allowed) {
      letter = '.';
    }
  }
  return name;
}

} // namespace wheelforge::engine
