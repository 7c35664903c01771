#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include <visionkit/metrics/detection_errors.hpp>

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
  const auto shown = [](double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); };
  auto text = fmt::format("AP {}, {} objects, {} hits\n{:<16}{:>9}{:>10}\n", shown(report.ap), report.objects,
                          report.hits, "error", "count", "lost AP");
  for (const auto& error : report.errors) {
    fmt::format_to(std::back_inserter(text), "{:<16}{:>9}{:>10}\n", to_string(error.kind), error.count,
                   shown(error.lost_ap));
  }
  return text;
}

std::string to_string(const DetectionConfusion& confusion) {
  std::vector<std::string> names;
  for (const auto& category : confusion.categories) {
    names.push_back(category.name.empty() ? std::to_string(category.id) : category.name);
  }
  names.emplace_back("nothing");
  std::size_t width = 8;
  for (const auto& name : names) width = std::max(width, name.size() + 1);
  std::string text(width, ' ');
  auto out = std::back_inserter(text);
  for (const auto& name : names) fmt::format_to(out, "{:>{}}", name, width);
  for (std::size_t truth = 0; truth < names.size(); ++truth) {
    fmt::format_to(out, "\n{:<{}}", names[truth], width);
    for (std::size_t predicted = 0; predicted < names.size(); ++predicted) {
      fmt::format_to(out, "{:>{}}", confusion.at(truth, predicted), width);
    }
  }
  return text + "\n";
}

}  // namespace visionkit
