// Reading data/policies.txt, and the questions that a policy answers.
#include "orchestrator/audit/policy.hpp"

#include "embedded/audit/policies.hpp"

#include <algorithm>
#include <charconv>

namespace wheelforge::audit {
namespace {

using Words = std::vector<std::string_view>;

Words split_words(std::string_view line) {
  Words words;
  for (std::size_t begin = 0; begin < line.size();) {
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    if (end > begin) {
      words.push_back(line.substr(begin, end - begin));
    }
    begin = end + 1;
  }
  return words;
}

/// Fills the two families line by line.
class TableParser {
public:
  TableParser(PolicyFamily& glibc, PolicyFamily& musl) : glibc_(glibc), musl_(musl) {}

  Result<void> line(const Words& words) {
    if (words[0] == "policy" && (words.size() == 3 || words.size() == 4)) {
      return policy(words);
    }
    if (words[0] == "arch" && (words.size() == 3 || words.size() == 4)) {
      return arch(words);
    }
    if (words[0] == "library" && words.size() > 2) {
      return library(words);
    }
    if (words[0] == "forbid" && words.size() > 4) {
      return forbid(words);
    }
    if (words[0] == "versions" && words.size() > 3) {
      return versions(words);
    }
    return fail(ErrorKind::invalid_data, "'{}' with {} words is no line of a policy table", words[0], words.size());
  }

private:
  struct Place {
    PolicyFamily* family;
    std::size_t index;
  };

  PolicyFamily& family_of(std::string_view name) { return name.substr(0, 4) == "musl" ? musl_ : glibc_; }

  Result<Place> find(std::string_view name) {
    PolicyFamily& family = family_of(name);
    for (std::size_t i = 0; i < family.policies.size(); ++i) {
      if (family.policies[i].name == name) {
        return Place{&family, i};
      }
    }
    return fail(ErrorKind::invalid_data, "policy '{}' is not declared before its use", name);
  }

  Result<void> policy(const Words& words) {
    WF_TRY(const auto tag, tags::parse_platform_tag(fmt::format("{}_x86_64", words[1])));
    if (tag.family != tags::PlatformFamily::manylinux && tag.family != tags::PlatformFamily::musllinux) {
      return fail(ErrorKind::invalid_data, "policy '{}' is neither a manylinux nor a musllinux one", words[1]);
    }
    Policy made{words[1], tag.version, 0, words.size() == 4 ? words[3] : std::string_view()};
    const auto [end, error] = std::from_chars(words[2].data(), words[2].data() + words[2].size(), made.priority);
    if (error != std::errc() || end != words[2].data() + words[2].size()) {
      return fail(ErrorKind::invalid_data, "priority '{}' is not a number", words[2]);
    }
    family_of(words[1]).policies.push_back(made);
    return {};
  }

  Result<void> arch(const Words& words) {
    WF_TRY(const Place first, find(words[2]));
    WF_TRY(const Place last, find(words.size() == 4 ? words[3] : first.family->policies.back().name));
    first.family->architectures[words[1]] = {first.index, last.index + 1};
    return {};
  }

  Result<void> library(const Words& words) {
    WF_TRY(const Place place, find(words[1]));
    for (std::size_t i = 2; i < words.size(); ++i) {
      place.family->libraries.emplace(words[i], place.index);
    }
    return {};
  }

  Result<void> forbid(const Words& words) {
    WF_TRY(const Place first, find(words[2]));
    WF_TRY(const Place last, find(words[3]));
    for (std::size_t i = 4; i < words.size(); ++i) {
      first.family->forbidden.push_back({words[1], words[i], first.index, last.index});
    }
    return {};
  }

  Result<void> versions(const Words& words) {
    WF_TRY(const Place place, find(words[3]));
    PolicyFamily::Versions& versions = place.family->versions[words[1]];
    versions.first_judging.emplace(words[2], place.index);
    for (std::size_t i = 4; i < words.size(); ++i) {
      versions.first_with.emplace(fmt::format("{}_{}", words[2], words[i]), place.index);
    }
    return {};
  }

  PolicyFamily& glibc_;
  PolicyFamily& musl_;
};

/// musl's libc is called libc.so by the policies, and by this name in a DT_NEEDED. Source: auditwheel's
/// _fixup_musl_libc_soname, Alpine's aports.
std::string_view musl_libc_soname(tags::Architecture architecture) {
  switch (architecture) {
  case tags::Architecture::x86_64:
    return "libc.musl-x86_64.so.1";
  case tags::Architecture::i686:
    return "libc.musl-x86.so.1";
  case tags::Architecture::aarch64:
    return "libc.musl-aarch64.so.1";
  case tags::Architecture::armv7l:
    return "libc.musl-armv7.so.1";
  case tags::Architecture::ppc64le:
    return "libc.musl-ppc64le.so.1";
  case tags::Architecture::ppc64:
    return "libc.musl-ppc64.so.1";
  case tags::Architecture::s390x:
    return "libc.musl-s390x.so.1";
  case tags::Architecture::riscv64:
    return "libc.musl-riscv64.so.1";
  case tags::Architecture::loongarch64:
    return "libc.musl-loongarch64.so.1";
  }
  return {};
}

} // namespace

std::string_view to_string(Libc libc) { return libc == Libc::glibc ? "glibc" : "musl"; }

std::string_view version_prefix(std::string_view version) { return version.substr(0, version.find('_')); }

Result<PolicyTable> PolicyTable::parse(std::string_view text) {
  PolicyTable table;
  table.glibc_.libc = Libc::glibc;
  table.musl_.libc = Libc::musl;
  TableParser parser(table.glibc_, table.musl_);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Words words = split_words(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.empty() || words[0][0] == '#') {
      continue;
    }
    if (auto read = parser.line(words); !read) {
      return tl::unexpected(with_context(read.error(), fmt::format("policy table, line {}", number)));
    }
  }
  for (const PolicyFamily* family : {&table.glibc_, &table.musl_}) {
    for (const ForbiddenSymbol& forbidden : family->forbidden) {
      table.forbidden_.emplace(forbidden.symbol, true);
    }
  }
  return table;
}

const PolicyTable& PolicyTable::built_in() {
  static const PolicyTable table = [] {
    auto parsed = parse(embedded::policies());
    WF_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return table;
}

ArchPolicies PolicyTable::of(Libc libc, tags::Architecture architecture) const { return {family(libc), architecture}; }

bool PolicyTable::is_ever_forbidden(std::string_view symbol) const { return forbidden_.count(symbol) != 0; }

ArchPolicies::ArchPolicies(const PolicyFamily& family, tags::Architecture architecture)
    : family_(&family), architecture_(architecture) {
  const auto found = family.architectures.find(tags::to_string(architecture));
  if (found != family.architectures.end()) {
    first_ = found->second.first;
    last_ = found->second.last;
  }
}

Libc ArchPolicies::libc() const { return family_->libc; }

const Policy& ArchPolicies::policy(std::size_t index) const {
  WF_CHECK(index < size());
  return family_->policies[first_ + index];
}

tags::PlatformTag ArchPolicies::tag(std::size_t index) const {
  const tags::LibcVersion version = policy(index).version;
  return libc() == Libc::glibc ? tags::manylinux(version, architecture_) : tags::musllinux(version, architecture_);
}

std::optional<std::size_t> ArchPolicies::first_allowing_library(std::string_view soname) const {
  if (libc() == Libc::musl) {
    if (soname == "libc.so") {
      return std::nullopt;
    }
    if (soname == musl_libc_soname(architecture_)) {
      soname = "libc.so";
    }
  }
  const auto found = family_->libraries.find(soname);
  if (found == family_->libraries.end() || found->second >= last_) {
    return std::nullopt;
  }
  return found->second <= first_ ? 0 : found->second - first_;
}

bool ArchPolicies::allows_library(std::size_t index, std::string_view soname) const {
  const auto first = first_allowing_library(soname);
  return first && *first <= index;
}

bool ArchPolicies::allows_version(std::size_t index, std::string_view version) const {
  const auto versions = family_->versions.find(tags::to_string(architecture_));
  if (versions == family_->versions.end()) {
    return true;
  }
  const auto judging = versions->second.first_judging.find(version_prefix(version));
  if (judging == versions->second.first_judging.end() || judging->second > first_ + index) {
    return true;
  }
  const auto with = versions->second.first_with.find(std::string(version));
  return with != versions->second.first_with.end() && with->second <= first_ + index;
}

std::optional<std::size_t> ArchPolicies::first_naming_version(std::string_view version) const {
  const auto versions = family_->versions.find(tags::to_string(architecture_));
  if (versions == family_->versions.end()) {
    return std::nullopt;
  }
  const auto with = versions->second.first_with.find(std::string(version));
  if (with == versions->second.first_with.end() || with->second >= last_) {
    return std::nullopt;
  }
  return with->second <= first_ ? 0 : with->second - first_;
}

bool ArchPolicies::judges_prefix(std::string_view prefix) const {
  const auto versions = family_->versions.find(tags::to_string(architecture_));
  return versions != family_->versions.end() && versions->second.first_judging.count(prefix) != 0;
}

bool ArchPolicies::forbids(std::size_t index, std::string_view library, std::string_view symbol) const {
  return std::any_of(family_->forbidden.begin(), family_->forbidden.end(), [&](const ForbiddenSymbol& forbidden) {
    return forbidden.library == library && forbidden.symbol == symbol && forbidden.first <= first_ + index &&
           first_ + index <= forbidden.last;
  });
}

} // namespace wheelforge::audit
