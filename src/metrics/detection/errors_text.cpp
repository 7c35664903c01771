#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <visionkit/metrics/detection_errors.hpp>

#include "core/fail.hpp"
#include "metrics/detection/summary.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

Json confusion_json(const DetectionConfusion& confusion) {
  auto categories = Json::array();
  for (const auto& each : confusion.categories) categories.push_back({{"id", each.id}, {"name", each.name}});
  const std::vector<std::uint64_t> cells(confusion.counts.begin(), confusion.counts.end());
  return {{"categories", std::move(categories)}, {"counts", matrix_json(cells, confusion.categories.size() + 1)}};
}

}  // namespace

bool operator==(const DetectionErrorCount& a, const DetectionErrorCount& b) noexcept {
  return a.kind == b.kind && a.count == b.count && same(a.lost_ap, b.lost_ap);
}

bool operator==(const DetectionErrorReport& a, const DetectionErrorReport& b) noexcept {
  return same(a.ap, b.ap) && a.objects == b.objects && a.hits == b.hits && a.errors == b.errors &&
         a.confusion == b.confusion;
}

std::string_view to_string(DetectionErrorKind kind) noexcept {
  switch (kind) {
    case DetectionErrorKind::localization: return "localization";
    case DetectionErrorKind::classification: return "classification";
    case DetectionErrorKind::duplicate: return "duplicate";
    case DetectionErrorKind::background: return "background";
    case DetectionErrorKind::both: return "both";
    case DetectionErrorKind::missed: return "missed";
  }
  return "unknown";
}

std::string to_string(const DetectionErrorReport& report) {
  TextTable table({"error", "count", "lost AP"});
  for (const auto& error : report.errors)
    table.row({std::string(to_string(error.kind)), fmt::format("{}", error.count), figure_text(error.lost_ap)});
  return fmt::format("AP {}, {} objects, {} hits\n{}", figure_text(report.ap), report.objects, report.hits,
                     table.text());
}

std::string to_json(const DetectionErrorReport& report) {
  return guarded("writing a report as JSON", [&] {
    auto json = report_json("detection_errors");
    json["ap"] = report.ap;
    json["objects"] = report.objects;
    json["hits"] = report.hits;
    auto& errors = json["errors"] = Json::array();
    for (const auto& each : report.errors)
      errors.push_back({{"kind", to_string(each.kind)}, {"count", each.count}, {"lost_ap", each.lost_ap}});
    json["confusion"] = confusion_json(report.confusion);
    return text_of(json);
  });
}

std::vector<Figure> figures(const DetectionErrorReport& report) {
  std::vector<Figure> list = {{"ap", report.ap}, {"hits", static_cast<double>(report.hits)}};
  for (const auto& each : report.errors)
    list.push_back({fmt::format("lost_ap of {}", to_string(each.kind)), each.lost_ap});
  for (const auto& each : report.errors)
    list.push_back({fmt::format("count of {}", to_string(each.kind)), static_cast<double>(each.count)});
  return list;
}

std::string to_string(const DetectionConfusion& confusion) {
  std::vector<std::string> names;
  for (const auto& category : confusion.categories) names.push_back(name_of(category));
  names.emplace_back("nothing");
  auto head = names;
  head.insert(head.begin(), "");
  TextTable table(std::move(head));
  for (std::size_t truth = 0; truth < names.size(); ++truth) {
    std::vector<std::string> cells = {names[truth]};
    for (std::size_t predicted = 0; predicted < names.size(); ++predicted)
      cells.push_back(fmt::format("{}", confusion.at(truth, predicted)));
    table.row(std::move(cells));
  }
  return table.text();
}

}  // namespace visionkit
