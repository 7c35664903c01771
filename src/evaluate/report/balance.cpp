#include <algorithm>

#include <fmt/format.h>

#include "evaluate/report/parts.hpp"
#include "evaluate/report/sections.hpp"

namespace visionkit {
namespace {

struct ClassCount {
  std::string name;
  std::uint64_t truth = 0;
  std::uint64_t predicted = 0;
};

struct Balance {
  std::string what;  // that is counted
  std::vector<ClassCount> classes;
};

std::vector<ClassCount> counts_of(std::span<const ClassCounts> counts, const Labels& labels) {
  std::vector<ClassCount> list;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const ClassId label(static_cast<std::int32_t>(i));
    list.push_back({labels[label], counts[i].support(), counts[i].predicted()});
  }
  return list;
}

// Of the predictions that the confusion counts: those that a user would see, not every guess.
std::vector<ClassCount> counts_of(const DetectionConfusion& confusion) {
  std::vector<ClassCount> list;
  const auto width = confusion.categories.size() + 1;
  for (std::size_t i = 0; i + 1 < width; ++i) {
    const auto& [id, name, unused] = confusion.categories[i];
    ClassCount count = {name.empty() ? fmt::format("{}", id) : name};
    for (std::size_t k = 0; k < width; ++k) {
      count.truth += confusion.at(i, k);
      count.predicted += confusion.at(k, i);
    }
    list.push_back(std::move(count));
  }
  return list;
}

Balance balance_of(const Evaluation& evaluation) {
  if (const auto* report = std::get_if<ClassificationReport>(&evaluation.scores))
    return {"pictures", counts_of(report->confusion.counts, evaluation.labels)};
  if (const auto* report = std::get_if<MultiLabelReport>(&evaluation.scores))
    return {"pictures with each label", counts_of(report->counts, evaluation.labels)};
  if (const auto* report = std::get_if<DetectionEvaluation>(&evaluation.scores))
    return {fmt::format("objects; predictions with a score of at least {}", DetectionErrorOptions{}.score_threshold),
            counts_of(report->boxes.errors.confusion)};
  if (const auto* report = std::get_if<SegmentationReport>(&evaluation.scores))
    return {"pixels", counts_of(report->counts, evaluation.labels)};
  std::vector<ClassCount> list;
  for (const auto& [category, counts, unused] : std::get<PanopticReport>(evaluation.scores).classes) {
    list.push_back({evaluation.labels[category.id], counts.true_positives + counts.false_negatives,
                    counts.true_positives + counts.false_positives});
  }
  return {"segments", std::move(list)};
}

std::uint64_t distance(const ClassCount& count) {
  return std::max(count.truth, count.predicted) - std::min(count.truth, count.predicted);
}

}  // namespace

void write_balance(Html& html, const Evaluation& evaluation, const PageLimits& limits) {
  auto [what, classes] = balance_of(evaluation);
  if (classes.empty()) return;
  const auto count = classes.size();
  auto caption = fmt::format("How often each class is true and how often it is predicted ({})", what);
  if (count > limits.rows) {
    std::stable_sort(classes.begin(), classes.end(),
                     [](const ClassCount& a, const ClassCount& b) { return distance(a) > distance(b); });
    classes.resize(limits.rows);
    caption += fmt::format(": the {} of {} classes that differ most", limits.rows, count_text(count));
  }
  BarTable table = {.caption = std::move(caption), .head = "Class", .series = {"Truth", "Predicted"}, .rows = {}};
  for (const auto& [name, truth, predicted] : classes) {
    table.rows.push_back({name_cell(name),
                          {static_cast<double>(truth), static_cast<double>(predicted)},
                          {count_text(truth), count_text(predicted)}});
  }
  write_bars(html, table);
}

}  // namespace visionkit
