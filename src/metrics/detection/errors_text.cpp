#include <utility>

#include <fmt/format.h>

#include <visionkit/metrics/detection_errors.hpp>

#include "metrics/detection/summary.hpp"
#include "metrics/table.hpp"

namespace visionkit {

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
