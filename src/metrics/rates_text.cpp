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

void write_fields(JsonWriter& json, const Rates& rates) {
  for (const auto& [name, rate] : names) json.value(name, rates.*rate);
}

void write(JsonWriter& json, const RateSummary& rates, std::span<const ClassCounts> counts, const Labels& labels) {
  for (const auto& [average, member] : averages) {
    json.object(average);
    write_fields(json, rates.*member);
    json.close();
  }
  json.array("classes");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    json.object();
    json.value("class", static_cast<std::uint64_t>(i));
    json.value("name", labels[ClassId(static_cast<int>(i))]);
    json.value("true_positives", counts[i].true_positives);
    json.value("false_positives", counts[i].false_positives);
    json.value("false_negatives", counts[i].false_negatives);
    write_fields(json, rates.classes[i]);
    json.close();
  }
  json.close();
}

void write_fields(JsonWriter& json, const ConfusionReport& report, const Labels& labels) {
  json.value("samples", report.samples);
  json.value("accuracy", report.accuracy);
  json.value("balanced_accuracy", report.balanced_accuracy);
  json.value("matthews", report.matthews);
  json.value("kappa", report.kappa);
  write(json, report.rates, report.counts, labels);
  json.array("confusion");
  const auto width = static_cast<std::size_t>(report.classes);
  for (std::size_t row = 0; row < width; ++row) json.values({}, std::span(report.cells).subspan(row * width, width));
  json.close();
}

}  // namespace visionkit
