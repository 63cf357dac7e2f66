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
      : wheels_(wheels), machine_(machine), clashes_(clashes) {
    std::vector<loader::ElfImage> images;
    each_file(wheels_, [&](const Place& place) {
      if (by_path_.emplace(place.file->image.path, place).second) { // of two files at one path one is installed
        images.push_back(place.file->image);
      }
    });
    all_ = loader::WheelImages::of(std::move(images));
    for (const loader::ElfImage& image : all_.all()) {
      owner_.push_back(by_path_.at(image.path).wheel);
    }
  }

  /// What changes for the second wheel where the first is imported before it.
  void check(std::size_t first, std::size_t second) {
    const loader::Interpreter interpreter;
    const std::vector<std::size_t> alone = extensions_of(second);
    std::vector<std::size_t> both = extensions_of(first);
    both.insert(both.end(), alone.begin(), alone.end());
    const loader::TogetherLoads apart = loader::load_in_order(all_, alone, owner_, machine_, interpreter);
    const loader::TogetherLoads joined = loader::load_in_order(all_, both, owner_, machine_, interpreter);
    std::vector<Place> places;
    std::vector<std::string> sentences;
    for (const std::size_t image : alone) {
      const auto found = joined.failing.find(image);
      if (found != joined.failing.end() && apart.failing.count(image) == 0) {
        places.push_back(place_of(image));
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
    note_borrowed(first, second, apart, joined);
  }

private:
  [[nodiscard]] const Place& place_of(std::size_t image) const { return by_path_.at(all_.all()[image].path); }

  [[nodiscard]] std::vector<std::size_t> extensions_of(std::size_t wheel) const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < all_.all().size(); ++i) {
      if (owner_[i] == wheel && place_of(i).file->is_extension) {
        order.push_back(i);
      }
    }
    return order;
  }

  void note_borrowed(std::size_t first, std::size_t second, const loader::TogetherLoads& apart,
                     const loader::TogetherLoads& joined) {
    std::vector<Place> places;
    std::set<std::string> details;
    for (const loader::Borrowed& borrowed : joined.borrowed) {
      const Place& user = place_of(borrowed.user);
      const Place& given = place_of(borrowed.given);
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
  std::map<std::string, Place> by_path_;
  loader::WheelImages all_;
  std::vector<std::size_t> owner_; ///< the wheel of each image
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
