// Imports wheels after one another on paper.
#include "orchestrator/together/import_order.hpp"

#include "orchestrator/loader/prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace wheelforge::together {
namespace {

/// Imports pairs of wheels on paper.
class PairImports {
public:
  PairImports(const std::vector<WheelTraits>& wheels, const loader::Machine& machine, ClashList& clashes)
      : wheels_(wheels), machine_(machine), clashes_(clashes) {}

  /// What changes for the second wheel where the first is imported before it.
  void check(std::size_t first, std::size_t second) {
    std::vector<loader::ElfImage> images;
    std::map<std::string, Place> by_path;
    each_file(wheels_, [&](const Place& place) {
      if (by_path.emplace(place.file->image.path, place).second) {
        images.push_back(place.file->image);
      }
    });
    const loader::WheelImages all = loader::WheelImages::of(std::move(images));
    std::vector<std::size_t> owner;
    for (const loader::ElfImage& image : all.all()) {
      owner.push_back(by_path.at(image.path).wheel);
    }
    const auto order_of = [&](std::size_t wheel) {
      std::vector<std::size_t> order;
      for (std::size_t i = 0; i < all.all().size(); ++i) {
        if (owner[i] == wheel && by_path.at(all.all()[i].path).file->is_extension) {
          order.push_back(i);
        }
      }
      return order;
    };
    const loader::Interpreter interpreter;
    const std::vector<std::size_t> alone = order_of(second);
    std::vector<std::size_t> both = order_of(first);
    both.insert(both.end(), alone.begin(), alone.end());
    const loader::TogetherLoads apart = loader::load_in_order(all, alone, owner, machine_, interpreter);
    const loader::TogetherLoads joined = loader::load_in_order(all, both, owner, machine_, interpreter);
    std::vector<Place> places;
    std::vector<std::string> sentences;
    for (const std::size_t image : alone) {
      const auto found = joined.failing.find(image);
      if (found != joined.failing.end() && apart.failing.count(image) == 0) {
        places.push_back(by_path.at(all.all()[image].path));
        sentences.push_back(found->second);
      }
    }
    if (!places.empty()) {
      places.push_back({first, nullptr});
      std::string message = fmt::format("imported after {}, {} file{} of {} no longer load{}",
                                        wheels_[first].distribution, sentences.size(), sentences.size() == 1 ? "" : "s",
                                        wheels_[second].distribution, sentences.size() == 1 ? "s" : "");
      clashes_.add("import-order", Severity::error, std::move(message), places, std::move(sentences));
    }
    note_borrowed(first, second, all, apart, joined, by_path);
  }

private:
  void note_borrowed(std::size_t first, std::size_t second, const loader::WheelImages& all,
                     const loader::TogetherLoads& apart, const loader::TogetherLoads& joined,
                     const std::map<std::string, Place>& by_path) {
    std::vector<Place> places;
    std::set<std::string> details;
    for (const loader::Borrowed& borrowed : joined.borrowed) {
      const Place user = by_path.at(all.all()[borrowed.user].path);
      const Place given = by_path.at(all.all()[borrowed.given].path);
      const bool is_new = std::find(apart.borrowed.begin(), apart.borrowed.end(), borrowed) == apart.borrowed.end();
      if (user.wheel == second && given.wheel == first && is_new && has_another(first, borrowed.soname)) {
        places.push_back(user);
        places.push_back(given);
        details.insert(fmt::format("{} gets {} as {}", user.file->image.path, given.file->image.path, borrowed.soname));
      }
    }
    if (!places.empty()) {
      clashes_.add(
          "borrowed-library", Severity::error,
          fmt::format(
              "imported after {}, files of {} get its libraries instead of their own, because the soname is the same",
              wheels_[first].distribution, wheels_[second].distribution),
          places, {details.begin(), details.end()});
    }
  }

  /// True where a wheel beside that one brings the soname.
  [[nodiscard]] bool has_another(std::size_t wheel, std::string_view soname) const {
    bool found = false;
    each_file(wheels_, [&](const Place& place) {
      found = found || (place.wheel != wheel && place.file->image.soname == soname);
    });
    return found;
  }

  const std::vector<WheelTraits>& wheels_;
  const loader::Machine& machine_;
  ClashList& clashes_;
};

} // namespace

void find_order_clashes(const std::vector<WheelTraits>& wheels, const loader::Machine& machine, ClashList& clashes) {
  PairImports imports(wheels, machine, clashes);
  for (std::size_t first = 0; first < wheels.size(); ++first) {
    for (std::size_t second = first + 1; second < wheels.size(); ++second) {
      imports.check(first, second);
      imports.check(second, first);
    }
  }
}

} // namespace wheelforge::together
