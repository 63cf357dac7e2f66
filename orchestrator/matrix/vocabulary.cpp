// Checks names against those there are.
#include "orchestrator/matrix/vocabulary.hpp"

#include "orchestrator/matrix/keys.hpp"
#include "orchestrator/matrix/nearest_name.hpp"
#include "orchestrator/matrix/scalar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wheelforge::matrix {
namespace {

/// What a name of this kind is called in messages, the names there are, and what else can be done.
struct Expectation {
  std::string_view what;
  const std::vector<std::string>* names = nullptr;
  std::string_view advice;
};

Expectation expectation_of(const Word& word, const Vocabulary& vocabulary) {
  switch (word.key->kind) {
  case Kind::findings:
    return {"neither a severity nor the code of a finding", &vocabulary.findings, "the codes are in the manual"};
  case Kind::groups:
    return {"no dependency group of the project", &vocabulary.groups, "groups stand in [dependency-groups]"};
  case Kind::test_places:
    return {"no machine that wheels can be tested on", &vocabulary.test_machines,
            "any image can be named as \"image:NAME\""};
  default:
    return {}; // others check it
  }
}

bool is_known(const Word& word, const std::vector<std::string>& names) {
  if (word.key->kind == Kind::test_places) {
    const auto place = parse_test_place(word.text);
    if (place && place->kind != TestPlace::Kind::distribution) {
      return true;
    }
  }
  return std::find(names.begin(), names.end(), word.text) != names.end();
}

} // namespace

Diagnostics check_words(const MatrixFile& file, const Vocabulary& vocabulary) {
  constexpr std::size_t kMostListed = 12;
  Diagnostics diagnostics;
  for (const Word& word : file.words) {
    const Expectation expectation = expectation_of(word, vocabulary);
    if (expectation.names == nullptr || is_known(word, *expectation.names)) {
      continue;
    }
    Diagnostic& diagnostic = diagnostics.emplace_back(
        diagnose(*file.source, word.at, fmt::format("{}: '{}' is {}", word.key->path(), word.text, expectation.what)));
    diagnostic.nearest = nearest_name(word.text, *expectation.names);
    if (expectation.names->size() <= kMostListed) {
      diagnostic.allowed = fmt::format("{}", fmt::join(*expectation.names, ", "));
    }
    diagnostic.hint = expectation.advice;
  }
  return diagnostics;
}

} // namespace wheelforge::matrix
