#include <visionkit/metrics/limits.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/edits.hpp"
#include "core/fail.hpp"

namespace visionkit {
namespace {

constexpr std::size_t longest_shown = 64;

// "\"ap50\", \"ap75\"": the three names that are nearest.
std::string near_names(std::span<const Figure> figures, std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& figure : figures) names.push_back(figure.name);
  // A name that is only cut short is nearer than any misspelling.
  const auto distance = [&](std::string_view each) {
    const auto shown = each.substr(0, longest_shown);
    return std::pair(!shown.starts_with(name), edits(name, shown));
  };
  std::stable_sort(names.begin(), names.end(),
                   [&](std::string_view a, std::string_view b) { return distance(a) < distance(b); });
  std::string list;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 3); ++i)
    list += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", names[i].substr(0, longest_shown));
  return list;
}

}  // namespace

std::vector<FigureVerdict> check_limits(std::span<const Figure> figures, std::span<const FigureLimit> limits) {
  return guarded("checking limits", [&] {
    std::vector<FigureVerdict> verdicts;
    for (const auto& limit : limits) {
      const auto shown = std::string_view(limit.figure).substr(0, longest_shown);
      const auto figure = std::ranges::find(figures, limit.figure, &Figure::name);
      if (figure == figures.end()) {
        fail(ErrorCode::invalid_option, "limits name the figure \"{}\", which there is not; near are {}", shown,
             figures.empty() ? "none" : near_names(figures, shown));
      }
      if (std::isnan(limit.least))
        fail(ErrorCode::invalid_option, "the limit of \"{}\" is NaN, expected a number", shown);
      verdicts.push_back({.limit = limit, .value = figure->value, .is_met = figure->value >= limit.least});
    }
    return verdicts;
  });
}

}  // namespace visionkit
