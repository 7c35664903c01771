#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <visionkit/metrics/detection_report.hpp>

#include "core/fail.hpp"
#include "metrics/detection/summary.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr std::array<std::pair<const char*, double DetectionSummary::*>, 12> twelve = {
    {{"ap", &DetectionSummary::ap},
     {"ap50", &DetectionSummary::ap50},
     {"ap75", &DetectionSummary::ap75},
     {"ap_small", &DetectionSummary::ap_small},
     {"ap_medium", &DetectionSummary::ap_medium},
     {"ap_large", &DetectionSummary::ap_large},
     {"ar1", &DetectionSummary::ar1},
     {"ar10", &DetectionSummary::ar10},
     {"ar100", &DetectionSummary::ar100},
     {"ar_small", &DetectionSummary::ar_small},
     {"ar_medium", &DetectionSummary::ar_medium},
     {"ar_large", &DetectionSummary::ar_large}}};
constexpr std::array<std::pair<const char*, double ClassFigures::*>, 9> columns = {
    {{"ap", &ClassFigures::ap},
     {"ap50", &ClassFigures::ap50},
     {"ap75", &ClassFigures::ap75},
     {"ap_small", &ClassFigures::ap_small},
     {"ap_medium", &ClassFigures::ap_medium},
     {"ap_large", &ClassFigures::ap_large},
     {"ar", &ClassFigures::ar},
     {"best_f1", &ClassFigures::best_f1},
     {"at_score", &ClassFigures::best_f1_score}}};

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

template <class Figures, class Members>
bool all_same(const Figures& a, const Figures& b, const Members& members) {
  return std::ranges::all_of(members, [&](const auto& each) { return same(a.*each.second, b.*each.second); });
}

}  // namespace

bool operator==(const DetectionSummary& a, const DetectionSummary& b) noexcept { return all_same(a, b, twelve); }

bool operator==(const ClassFigures& a, const ClassFigures& b) noexcept {
  return a.category == b.category && a.objects == b.objects && a.predictions == b.predictions &&
         all_same(a, b, columns);
}

bool operator==(const DetectionReport& a, const DetectionReport& b) noexcept {
  return a.match_by == b.match_by && a.images == b.images && a.objects == b.objects && a.predictions == b.predictions &&
         a.summary == b.summary && same(a.best_f1, b.best_f1) && same(a.best_f1_score, b.best_f1_score) &&
         a.classes == b.classes;
}

std::string name_of(const Category& category) {
  return category.name.empty() ? fmt::format("{}", category.id) : category.name;
}

std::vector<Figure> figures(const DetectionSummary& summary) {
  std::vector<Figure> list;
  for (const auto& [name, member] : twelve) list.push_back({name, summary.*member});
  return list;
}

std::vector<Figure> figures(const DetectionReport& report) {
  auto list = figures(report.summary);
  list.push_back({"best_f1", report.best_f1});
  list.push_back({"best_f1_score", report.best_f1_score});
  for (const auto& each : report.classes)
    list.push_back({fmt::format("ap of {} ({})", name_of(each.category), each.category.id), each.ap});
  return list;
}

std::string to_string(const DetectionSummary& s) {
  return fmt::format(
      "AP {} (AP50 {}, AP75 {}, small {}, medium {}, large {})\n"
      "AR {} (AR1 {}, AR10 {}, small {}, medium {}, large {})\n",
      figure_text(s.ap), figure_text(s.ap50), figure_text(s.ap75), figure_text(s.ap_small), figure_text(s.ap_medium),
      figure_text(s.ap_large), figure_text(s.ar100), figure_text(s.ar1), figure_text(s.ar10), figure_text(s.ar_small),
      figure_text(s.ar_medium), figure_text(s.ar_large));
}

std::string to_string(const DetectionReport& report) {
  std::vector<std::string> head = {"class", "objects", "predictions"};
  for (const auto& [name, member] : columns) head.emplace_back(name);
  TextTable table(std::move(head));
  for (const auto& each : report.classes) {
    std::vector<std::string> cells = {name_of(each.category), fmt::format("{}", each.objects),
                                      fmt::format("{}", each.predictions)};
    for (const auto& [name, member] : columns) cells.push_back(figure_text(each.*member));
    table.row(std::move(cells));
  }
  return fmt::format("{} images, {} objects, {} predictions, matched by {}\n{}best F1 {} at score {}\n\n{}",
                     report.images, report.objects, report.predictions, to_string(report.match_by),
                     to_string(report.summary), figure_text(report.best_f1), figure_text(report.best_f1_score),
                     table.text());
}

std::string to_json(const DetectionReport& report) {
  return guarded("writing a report as JSON", [&] {
    auto json = report_json("detection");
    json["match_by"] = to_string(report.match_by);
    json["images"] = report.images;
    json["objects"] = report.objects;
    json["predictions"] = report.predictions;
    write(json["summary"], figures(report.summary));
    json["best_f1"] = report.best_f1;
    json["best_f1_score"] = report.best_f1_score;
    auto& classes = json["classes"] = Json::array();
    for (const auto& each : report.classes) {
      classes.push_back({{"id", each.category.id},
                         {"name", each.category.name},
                         {"objects", each.objects},
                         {"predictions", each.predictions}});
      for (const auto& [name, member] : columns) classes.back()[name] = each.*member;
    }
    return text_of(json);
  });
}

}  // namespace visionkit
