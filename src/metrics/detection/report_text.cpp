#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <nlohmann/json.hpp>

#include <visionkit/metrics/detection_report.hpp>

#include "core/fail.hpp"

namespace visionkit {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t figure_width = 10;

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

std::string shown(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); }

std::string shown_change(double value) { return std::isnan(value) ? "-" : fmt::format("{:+.4f}", value); }

// JSON has no NaN.
Json value_of(double value) { return std::isnan(value) ? Json() : Json(value); }

std::array<NamedFigure, 9> columns(const ClassFigures& c) {
  return {{{"ap", c.ap},
           {"ap50", c.ap50},
           {"ap75", c.ap75},
           {"ap_small", c.ap_small},
           {"ap_medium", c.ap_medium},
           {"ap_large", c.ap_large},
           {"ar", c.ar},
           {"best_f1", c.best_f1},
           {"at_score", c.best_f1_score}}};
}

std::string name_of(const Category& category) {
  return category.name.empty() ? fmt::format("{}", category.id) : category.name;
}

// Characters, not bytes: names are UTF-8.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

template <class Names>
std::size_t widest(const Names& names, std::size_t least) {
  for (const auto& name : names) least = std::max(least, width_of(name));
  return least;
}

std::string padded(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width - std::min(width, width_of(text)), ' ');
}

}  // namespace

bool operator==(const DetectionSummary& a, const DetectionSummary& b) noexcept {
  return std::ranges::equal(figures(a), figures(b), same, &NamedFigure::value, &NamedFigure::value);
}

bool operator==(const ClassFigures& a, const ClassFigures& b) noexcept {
  return a.category == b.category && a.objects == b.objects && a.predictions == b.predictions &&
         std::ranges::equal(columns(a), columns(b), same, &NamedFigure::value, &NamedFigure::value);
}

bool operator==(const DetectionReport& a, const DetectionReport& b) noexcept {
  return a.match_by == b.match_by && a.images == b.images && a.objects == b.objects && a.predictions == b.predictions &&
         a.summary == b.summary && same(a.best_f1, b.best_f1) && same(a.best_f1_score, b.best_f1_score) &&
         a.classes == b.classes;
}

std::array<NamedFigure, 12> figures(const DetectionSummary& s) noexcept {
  return {{{"ap", s.ap},
           {"ap50", s.ap50},
           {"ap75", s.ap75},
           {"ap_small", s.ap_small},
           {"ap_medium", s.ap_medium},
           {"ap_large", s.ap_large},
           {"ar1", s.ar1},
           {"ar10", s.ar10},
           {"ar100", s.ar100},
           {"ar_small", s.ar_small},
           {"ar_medium", s.ar_medium},
           {"ar_large", s.ar_large}}};
}

DetectionSummary difference(const DetectionSummary& before, const DetectionSummary& after) noexcept {
  return {.ap = after.ap - before.ap,
          .ap50 = after.ap50 - before.ap50,
          .ap75 = after.ap75 - before.ap75,
          .ap_small = after.ap_small - before.ap_small,
          .ap_medium = after.ap_medium - before.ap_medium,
          .ap_large = after.ap_large - before.ap_large,
          .ar1 = after.ar1 - before.ar1,
          .ar10 = after.ar10 - before.ar10,
          .ar100 = after.ar100 - before.ar100,
          .ar_small = after.ar_small - before.ar_small,
          .ar_medium = after.ar_medium - before.ar_medium,
          .ar_large = after.ar_large - before.ar_large};
}

std::string to_string(const DetectionSummary& s) {
  return fmt::format(
      "AP {} (AP50 {}, AP75 {}, small {}, medium {}, large {})\n"
      "AR {} (AR1 {}, AR10 {}, small {}, medium {}, large {})\n",
      shown(s.ap), shown(s.ap50), shown(s.ap75), shown(s.ap_small), shown(s.ap_medium), shown(s.ap_large),
      shown(s.ar100), shown(s.ar1), shown(s.ar10), shown(s.ar_small), shown(s.ar_medium), shown(s.ar_large));
}

std::string to_string(const DetectionReport& report) {
  auto text = fmt::format("{} images, {} objects, {} predictions, matched by {}\n{}best F1 {} at score {}\n",
                          report.images, report.objects, report.predictions, to_string(report.match_by),
                          to_string(report.summary), shown(report.best_f1), shown(report.best_f1_score));
  std::vector<std::string> names;
  for (const auto& each : report.classes) names.push_back(name_of(each.category));
  const auto width = widest(names, 5);
  auto out = std::back_inserter(text);
  fmt::format_to(out, "\n{} {:>9} {:>11}", padded("class", width), "objects", "predictions");
  for (const auto& column : columns({})) fmt::format_to(out, "{:>{}}", column.name, figure_width);
  text += '\n';
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& each = report.classes[i];
    fmt::format_to(out, "{} {:>9} {:>11}", padded(names[i], width), each.objects, each.predictions);
    for (const auto& column : columns(each)) fmt::format_to(out, "{:>{}}", shown(column.value), figure_width);
    text += '\n';
  }
  return text;
}

std::string to_comparison(const DetectionReport& before, const DetectionReport& after) {
  std::string text;
  auto out = std::back_inserter(text);
  std::vector<std::string> names;
  for (const auto& each : before.classes) names.push_back("ap of " + name_of(each.category));
  const auto width = widest(names, 9);
  const auto line = [&](std::string_view name, double a, double b) {
    fmt::format_to(out, "{}{:>10}{:>10}{:>12}\n", padded(name, width), shown(a), shown(b), shown_change(b - a));
  };
  fmt::format_to(out, "{}{:>10}{:>10}{:>12}\n", padded("", width), "before", "after", "difference");
  const auto older = figures(before.summary);
  const auto newer = figures(after.summary);
  for (std::size_t i = 0; i < older.size(); ++i) line(older[i].name, older[i].value, newer[i].value);
  line("best_f1", before.best_f1, after.best_f1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto id = before.classes[i].category.id;
    const auto same_class =
        std::ranges::find_if(after.classes, [&](const ClassFigures& each) { return each.category.id == id; });
    if (same_class != after.classes.end()) line(names[i], before.classes[i].ap, same_class->ap);
  }
  return text;
}

std::string to_string(const BootstrapDifference& d) {
  return fmt::format("AP {} -> {}, difference {} in [{}, {}], better in {:.1f} % of the rounds", shown(d.ap),
                     shown(d.other_ap), shown_change(d.difference), shown_change(d.lower), shown_change(d.upper),
                     100 * d.share_above_zero);
}

std::string to_json(const DetectionReport& report) {
  return guarded("writing a report as JSON", [&] {
    Json json = {{"schema_version", DetectionReport::schema_version},
                 {"match_by", to_string(report.match_by)},
                 {"images", report.images},
                 {"objects", report.objects},
                 {"predictions", report.predictions}};
    for (const auto& figure : figures(report.summary)) {
      json["summary"][std::string(figure.name)] = value_of(figure.value);
    }
    json["best_f1"] = value_of(report.best_f1);
    json["best_f1_score"] = value_of(report.best_f1_score);
    json["classes"] = Json::array();
    for (const auto& each : report.classes) {
      Json row = {{"id", each.category.id},
                  {"name", each.category.name},
                  {"objects", each.objects},
                  {"predictions", each.predictions}};
      for (const auto& column : columns(each)) row[std::string(column.name)] = value_of(column.value);
      json["classes"].push_back(std::move(row));
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  });
}

}  // namespace visionkit
