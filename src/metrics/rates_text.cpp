#include "metrics/rates_text.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace visionkit {
namespace {

constexpr std::array<std::pair<const char*, double Rates::*>, 5> names = {{{"precision", &Rates::precision},
                                                                           {"recall", &Rates::recall},
                                                                           {"f_score", &Rates::f_score},
                                                                           {"iou", &Rates::iou},
                                                                           {"dice", &Rates::dice}}};
constexpr std::array<std::pair<const char*, Rates RateSummary::*>, 3> averages = {
    {{"micro", &RateSummary::micro}, {"macro", &RateSummary::macro}, {"weighted", &RateSummary::weighted}}};

}  // namespace

std::vector<Figure> agreement(const ConfusionReport& report) {
  return {{"accuracy", report.accuracy},
          {"balanced_accuracy", report.balanced_accuracy},
          {"matthews", report.matthews},
          {"kappa", report.kappa}};
}

void append_figures(std::vector<Figure>& list, const RateSummary& rates) {
  for (const auto& [average, member] : averages) {
    for (const auto& [name, rate] : names) list.push_back({fmt::format("{}_{}", average, name), rates.*member.*rate});
  }
}

std::string rates_table(const RateSummary& rates, std::span<const ClassCounts> counts, const Labels& labels) {
  TextTable table({"", "precision", "recall", "F-score", "IoU", "Dice", "support"});
  std::uint64_t all = 0;
  for (const auto& each : counts) all += each.support();
  const auto row = [&](std::string name, const Rates& values, std::uint64_t support) {
    std::vector<std::string> cells = {std::move(name)};
    for (const auto& [unused, rate] : names) cells.push_back(figure_text(values.*rate));
    cells.push_back(fmt::format("{}", support));
    table.row(std::move(cells));
  };
  for (const auto& [average, member] : averages) row(average, rates.*member, all);
  for (std::size_t i = 0; i < counts.size(); ++i)
    row(labels[ClassId(static_cast<int>(i))], rates.classes[i], counts[i].support());
  return table.text();
}

void write(Json& json, const Rates& rates) {
  for (const auto& [name, rate] : names) json[name] = rates.*rate;
}

void write(Json& json, const RateSummary& rates, std::span<const ClassCounts> counts, const Labels& labels) {
  for (const auto& [average, member] : averages) write(json[average], rates.*member);
  auto& classes = json["classes"] = Json::array();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    classes.push_back({{"class", i},
                       {"name", labels[ClassId(static_cast<int>(i))]},
                       {"true_positives", counts[i].true_positives},
                       {"false_positives", counts[i].false_positives},
                       {"false_negatives", counts[i].false_negatives}});
    write(classes.back(), rates.classes[i]);
  }
}

void write(Json& json, const ConfusionReport& report, const Labels& labels) {
  json["samples"] = report.samples;
  write(json, agreement(report));
  write(json, report.rates, report.counts, labels);
  json["confusion"] = matrix_json(report.cells, static_cast<std::size_t>(report.classes));
}

}  // namespace visionkit
