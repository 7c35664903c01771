#include <visionkit/metrics/confusion.hpp>

#include <cmath>
#include <limits>
#include <numeric>

#include "core/fail.hpp"
#include "metrics/pixel_pairs.hpp"
#include "metrics/rates_text.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double share(double part, double whole) { return whole > 0 ? part / whole : nan; }

std::span<const std::uint32_t> numbers_of(std::span<const ClassId> labels) {
  static_assert(sizeof(ClassId) == sizeof(std::uint32_t));
  return {reinterpret_cast<const std::uint32_t*>(labels.data()), labels.size()};
}

// Products of counts reach 10^38 for the largest sets; doubles lose 10^-16 of them.
void add_agreement(ConfusionReport& report) {
  const auto all = static_cast<double>(report.samples);
  double right = 0;
  double chance = 0;   // sum of truth_k * predicted_k
  double truth_2 = 0;  // sum of truth_k^2
  double predicted_2 = 0;
  for (const auto& each : report.counts) {
    const auto truth = static_cast<double>(each.support());
    const auto predicted = static_cast<double>(each.predicted());
    right += static_cast<double>(each.true_positives);
    chance += truth * predicted;
    truth_2 += truth * truth;
    predicted_2 += predicted * predicted;
  }
  report.accuracy = share(right, all);
  const double spread = std::sqrt((all * all - truth_2) * (all * all - predicted_2));
  report.matthews = all == 0 ? nan : spread > 0 ? (right * all - chance) / spread : 0;
  report.kappa = share(right * all - chance, all * all - chance);
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(int classes) : classes_(classes) {
  if (classes < 1 || classes > max_confusion_classes)
    fail(ErrorCode::invalid_option, "a confusion matrix of {} classes; expected 1..{}", classes, max_confusion_classes);
  guarded("a confusion matrix", [&] { cells_.resize(static_cast<std::size_t>(classes) * classes); });
}

void ConfusionMatrix::add(ClassId truth, ClassId prediction) {
  for (const auto label : {truth, prediction}) {
    if (label.value < 0 || label.value >= classes_) {
      fail(ErrorCode::invalid_argument, "counting class {} taken for {}: expected classes 0..{}", truth.value,
           prediction.value, classes_ - 1);
    }
  }
  ++cells_[static_cast<std::size_t>(truth.value) * classes_ + prediction.value];
}

void ConfusionMatrix::add(std::span<const ClassId> truth, std::span<const ClassId> prediction) {
  if (truth.size() != prediction.size())
    fail(ErrorCode::shape, "{} true and {} predicted classes; expected as many", truth.size(), prediction.size());
  guarded("counting classes", [&] {
    PairCounts pairs(classes_);
    count_pairs<std::uint32_t>(numbers_of(truth), numbers_of(prediction), std::nullopt, pairs);
    std::uint64_t outside = pairs.at(classes_, classes_);
    for (int i = 0; i < classes_; ++i) outside += pairs.at(i, classes_) + pairs.at(classes_, i);
    if (outside > 0) {
      fail(ErrorCode::invalid_argument, "{} of {} samples have a class outside 0..{}", outside, truth.size(),
           classes_ - 1);
    }
    for (int t = 0; t < classes_; ++t) {
      for (int p = 0; p < classes_; ++p) cells_[static_cast<std::size_t>(t) * classes_ + p] += pairs.at(t, p);
    }
  });
}

void ConfusionMatrix::merge(const ConfusionMatrix& other) {
  if (other.classes_ != classes_) {
    fail(ErrorCode::invalid_argument, "merging a confusion matrix of {} classes into one of {}", other.classes_,
         classes_);
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] += other.cells_[i];
}

ConfusionReport ConfusionMatrix::report(const RateOptions& options) const {
  return guarded("a confusion report", [&] {
    ConfusionReport report;
    report.classes = classes_;
    report.cells = cells_;
    report.samples = std::accumulate(cells_.begin(), cells_.end(), std::uint64_t{0});
    report.counts.resize(static_cast<std::size_t>(classes_));
    std::vector<std::uint64_t> columns(report.counts.size());
    for (std::size_t t = 0; t < columns.size(); ++t) {
      const auto* row = cells_.data() + t * columns.size();
      for (std::size_t p = 0; p < columns.size(); ++p) columns[p] += row[p];
      auto& counts = report.counts[t];
      counts.true_positives = row[t];
      counts.false_negatives = std::accumulate(row, row + columns.size(), std::uint64_t{0}) - row[t];
    }
    double recalls = 0;
    double seen = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      auto& counts = report.counts[i];
      counts.false_positives = columns[i] - counts.true_positives;
      counts.true_negatives = report.samples - counts.support() - counts.false_positives;
      if (counts.support() == 0) continue;
      recalls += share(static_cast<double>(counts.true_positives), static_cast<double>(counts.support()));
      ++seen;
    }
    report.balanced_accuracy = share(recalls, seen);
    add_agreement(report);
    report.rates = rates_of(report.counts, options);
    return report;
  });
}

std::uint64_t ConfusionReport::at(ClassId truth, ClassId prediction) const {
  if (truth.value < 0 || truth.value >= classes || prediction.value < 0 || prediction.value >= classes) {
    fail(ErrorCode::invalid_argument, "cell ({}, {}) of a confusion matrix of {} classes", truth.value,
         prediction.value, classes);
  }
  return cells[static_cast<std::size_t>(truth.value) * classes + prediction.value];
}

std::vector<double> normalize(const ConfusionReport& report, ConfusionShare share_of) {
  return guarded("normalizing a confusion matrix", [&] {
    std::vector<double> parts(report.cells.size());
    const auto width = static_cast<std::size_t>(report.classes);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto whole = share_of == ConfusionShare::of_all     ? report.samples
                         : share_of == ConfusionShare::of_truth ? report.counts[i / width].support()
                                                                : report.counts[i % width].predicted();
      parts[i] = whole == 0 ? 0 : static_cast<double>(report.cells[i]) / static_cast<double>(whole);
    }
    return parts;
  });
}

std::vector<Figure> figures(const ConfusionReport& report) {
  auto list = agreement(report);
  append_figures(list, report.rates);
  return list;
}

std::string to_string(const ConfusionReport& report, const Labels& labels) {
  return figure_table(std::vector<Figure>{{"accuracy", report.accuracy},
                                          {"balanced accuracy", report.balanced_accuracy},
                                          {"Matthews' correlation", report.matthews},
                                          {"Cohen's kappa", report.kappa}}) +
         "\n" + rates_table(report.rates, report.counts, labels);
}

std::string to_json(const ConfusionReport& report, const Labels& labels) {
  return guarded("writing a report as JSON", [&] {
    auto json = report_json("confusion");
    write(json, report, labels);
    return text_of(json);
  });
}

}  // namespace visionkit
