// Prints the catalogue of images.
#include "orchestrator/cli/images_list.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace wheelforge::cli {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::array<std::string, 6>;

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json image_json(const image::ImageFamily& family, const image::FamilyImage& one) {
  image::ImageRef ref = family.name(one.arch);
  if (one.pin) {
    ref.tag = one.pin->tag;
  } else if (family.origin == image::Origin::built_here) {
    ref.tag = family.recipe;
  }
  return {{"arch", tags::to_string(one.arch)},
          {"platform", family.platform(one.arch).text},
          {"reference", to_string(ref)},
          {"digest", one.pin ? Json(one.pin->digest) : Json()},
          {"emulated_pythons", one.emulated_pythons.empty() ? Json() : Json(one.emulated_pythons)},
          {"pythons", one.pythons.empty() ? Json() : Json(one.pythons)}};
}

Json family_json(const image::ImageFamily& family) {
  Json images = Json::array();
  for (const image::FamilyImage& one : family.images) {
    images.push_back(image_json(family, one));
  }
  return {{"policy", family.policy},
          {"origin", to_string(family.origin)},
          {"recipe", or_null(family.recipe)},
          {"status", to_string(family.status)},
          {"base", family.base},
          {"base_support_ends", or_null(family.base_support_ends)},
          {"libc", family.libc},
          {"compiler", family.compiler},
          {"package_manager", family.package_manager},
          {"added", or_null(family.added)},
          {"support_ended", or_null(family.support_ended)},
          {"note", or_null(family.note)},
          {"source", family.source},
          {"images", std::move(images)}};
}

/// How far the text reaches on a terminal: bytes that go on a character count nothing.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string table(const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths.at(i) = std::max(widths.at(i), width_of(row.at(i)));
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row.at(i) + std::string(widths.at(i) - width_of(row.at(i)) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string state_of(const image::ImageFamily& family) {
  if (family.origin == image::Origin::built_here) {
    return "built here: " + family.recipe;
  }
  std::string state(to_string(family.status));
  return family.support_ended ? state + " " + *family.support_ended : state;
}

} // namespace

std::string render_catalog(const image::ImageCatalog& catalog) {
  std::vector<Row> rows{{"PLATFORM", "STATE", "BASE", "SUPPORTED UNTIL", "COMPILER", "ARCHITECTURES"}};
  for (const image::ImageFamily& family : catalog.families) {
    std::vector<std::string_view> arches;
    for (const image::FamilyImage& one : family.images) {
      arches.push_back(tags::to_string(one.arch));
    }
    rows.push_back({family.policy, state_of(family), family.base, family.base_support_ends.value_or("unknown"),
                    family.compiler, fmt::format("{}", fmt::join(arches, " "))});
  }
  std::string text = table(rows);
  text += "\nclean machines for tests, built here:\n";
  for (const image::TestImage& test : catalog.tests) {
    text += fmt::format("  {}  {}, {}, Python {} (wheelforge images build {})\n", test.name, test.base, test.libc,
                        test.python, test.recipe);
  }
  text += "\n";
  for (const image::ImageFamily& family : catalog.families) {
    if (!family.note.empty()) {
      text += fmt::format("{}{}: {}\n", family.policy, family.recipe.empty() ? std::string() : " from " + family.recipe,
                          family.note);
    }
  }
  text += fmt::format("\n\"Supported until\" is the base distribution's own date. Facts as of {}.\n", catalog.as_of);
  return text;
}

std::string catalog_json(const image::ImageCatalog& catalog) {
  Json document{{"schema", 1}, {"as_of", catalog.as_of}, {"families", Json::array()}, {"tests", Json::array()}};
  for (const image::ImageFamily& family : catalog.families) {
    document["families"].push_back(family_json(family));
  }
  for (const image::TestImage& test : catalog.tests) {
    document["tests"].push_back({{"name", test.name},
                                 {"recipe", test.recipe},
                                 {"base", test.base},
                                 {"libc", test.libc},
                                 {"python", test.python}});
  }
  return document.dump(2) + "\n";
}

} // namespace wheelforge::cli
