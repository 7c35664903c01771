#include <visionkit/metrics/segmentation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "metrics/boundary.hpp"
#include "metrics/pixel_pairs.hpp"
#include "metrics/table.hpp"

namespace visionkit {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double share(double part, double whole) { return whole > 0 ? part / whole : nan; }

// What [truth, prediction] cells with one more row and column for "no class" say of each class.
std::vector<ClassCounts> counts_of(std::span<const std::uint64_t> cells, int classes) {
  const auto width = static_cast<std::size_t>(classes) + 1;
  std::vector<ClassCounts> counts(width);
  std::uint64_t all = 0;
  for (std::size_t t = 0; t < width; ++t) {
    for (std::size_t p = 0; p < width; ++p) {
      const auto pixels = cells[t * width + p];
      all += pixels;
      if (t == p) {
        counts[t].true_positives += pixels;
      } else {
        counts[t].false_negatives += pixels;
        counts[p].false_positives += pixels;
      }
    }
  }
  counts.pop_back();
  for (auto& each : counts) each.true_negatives = all - each.support() - each.false_positives;
  return counts;
}

void add_counts(std::vector<ClassCounts>& counts, const std::vector<ClassCounts>& more) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    counts[i].true_positives += more[i].true_positives;
    counts[i].false_positives += more[i].false_positives;
    counts[i].false_negatives += more[i].false_negatives;
    counts[i].true_negatives += more[i].true_negatives;
  }
}

template <class Id>
std::optional<Id> ignored_id(std::optional<ClassId> index) {
  if (!index) return std::numeric_limits<Id>::max();
  if (index->value < 0 || index->value > std::numeric_limits<Id>::max()) return std::nullopt;
  return static_cast<Id>(index->value);
}

template <class Id>
std::vector<ClassCounts> boundary_counts(std::span<const Id> prediction, std::span<const Id> truth, Size size,
                                         std::optional<Id> left_out, int classes, double ratio) {
  const int distance = boundary_distance(size, ratio);
  auto truth_boundary = boundary_of(truth, size, distance);
  auto predicted_boundary = boundary_of(prediction, size, distance);
  for (std::size_t i = 0; left_out && i < truth.size(); ++i) {
    if (truth[i] == *left_out) truth_boundary[i] = predicted_boundary[i] = not_boundary;
  }
  PairCounts pairs(classes);
  count_pairs<std::uint32_t>(truth_boundary, predicted_boundary, std::nullopt, pairs);
  return counts_of(pairs.cells, classes);
}

}  // namespace

SegmentationMetric::SegmentationMetric(int classes, const SegmentationOptions& options)
    : classes_(classes), options_(options) {
  if (classes < 1 || classes > max_confusion_classes)
    fail(ErrorCode::invalid_option, "a metric of {} classes; expected 1..{}", classes, max_confusion_classes);
  if (!(options.boundary_ratio >= 0 && options.boundary_ratio <= 1))
    fail(ErrorCode::invalid_option, "boundary_ratio is {}, expected 0..1", options.boundary_ratio);
  guarded("a segmentation metric", [&] {
    const auto count = static_cast<std::size_t>(classes);
    cells_.resize((count + 1) * (count + 1));
    if (options.boundary_ratio > 0) boundaries_.resize(count);
    means_.iou.resize(count);
    means_.dice.resize(count);
  });
}

void SegmentationMetric::add(const LabelMap& prediction, const LabelMap& truth, std::int64_t sample) {
  if (prediction.size() != truth.size()) {
    fail(ErrorCode::shape, "judging a label map of {} by a truth of {}", to_string(prediction.size()),
         to_string(truth.size()));
  }
  if (prediction.bits() != truth.bits()) {
    fail(ErrorCode::dtype, "judging a label map of {} bits by a truth of {}", prediction.bits(), truth.bits());
  }
  if (prediction.bits() == 8) {
    add(prediction.ids_8bit(), truth.ids_8bit(), truth.size(), sample);
  } else {
    add(prediction.ids_16bit(), truth.ids_16bit(), truth.size(), sample);
  }
}

void SegmentationMetric::add(std::span<const std::uint8_t> prediction, std::span<const std::uint8_t> truth, Size size,
                             std::int64_t sample) {
  add_image(prediction, truth, size, sample);
}

void SegmentationMetric::add(std::span<const std::uint16_t> prediction, std::span<const std::uint16_t> truth, Size size,
                             std::int64_t sample) {
  add_image(prediction, truth, size, sample);
}

template <class Id>
void SegmentationMetric::add_image(std::span<const Id> prediction, std::span<const Id> truth, Size size,
                                   std::int64_t sample) {
  const auto pixels = std::int64_t{size.width} * size.height;
  if (size.width < 0 || size.height < 0 || std::ssize(prediction) != pixels || std::ssize(truth) != pixels) {
    fail(ErrorCode::shape, "{} predicted and {} true ids for a picture of {}; expected {} each", prediction.size(),
         truth.size(), to_string(size), pixels);
  }
  guarded("judging a segmentation", [&] {
    const auto ignored = ignored_id<Id>(options_.ignore_index);
    const bool leaves_out = options_.unlabelled == UnlabelledRule::left_out;
    PairCounts pairs(classes_);
    count_pairs(truth, prediction, ignored, pairs);
    std::uint64_t unlabelled = 0;
    for (int p = 0; p <= classes_; ++p) {
      const auto count = pairs.at(classes_ + 1, p);
      if (leaves_out) {
        unlabelled += count;
      } else {
        pairs.at(classes_, p) += count;
      }
    }
    if (!boundaries_.empty()) {
      add_counts(boundaries_, boundary_counts(prediction, truth, size, leaves_out ? ignored : std::nullopt, classes_,
                                              options_.boundary_ratio));
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] += pairs.cells[i];
    ++images_;
    ignored_pixels_ += unlabelled;
    add_means(counts_of(std::span(pairs.cells).first(cells_.size()), classes_), sample);
  });
}

void SegmentationMetric::add_means(const std::vector<ClassCounts>& counts, std::int64_t sample) {
  const auto add = [](Mean& mean, double value) {
    if (std::isnan(value)) return;
    mean.sum.add(value);
    ++mean.count;
  };
  const auto rates = rates_of(counts, {.rules = CountingRules::mmsegmentation});
  double weighted = 0;
  double support = 0;
  double numerator = 0;
  double denominator = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    add(means_.iou[i], rates.classes[i].iou);
    add(means_.dice[i], rates.classes[i].dice);
    const auto own = static_cast<double>(counts[i].support());
    if (own == 0) continue;
    weighted += own * rates.classes[i].dice;
    support += own;
    numerator += 2 * static_cast<double>(counts[i].true_positives) / (own * own);
    denominator += static_cast<double>(counts[i].support() + counts[i].predicted()) / (own * own);
  }
  const bool has_class = !std::isnan(rates.macro.dice);
  add(means_.dice_micro, rates.micro.dice);
  add(means_.dice_macro, rates.macro.dice);
  add(means_.dice_weighted, support > 0 ? weighted / support : has_class ? 0 : nan);
  add(means_.generalized_dice, denominator > 0 ? numerator / denominator : 0);
  per_sample_.push_back({sample, rates.macro.iou});
}

void SegmentationMetric::merge(const SegmentationMetric& other) {
  if (other.classes_ != classes_)
    fail(ErrorCode::invalid_argument, "merging a metric of {} classes into one of {}", other.classes_, classes_);
  const auto& theirs = other.options_;
  if (theirs.ignore_index != options_.ignore_index || theirs.unlabelled != options_.unlabelled ||
      theirs.boundary_ratio != options_.boundary_ratio) {
    fail(ErrorCode::invalid_argument, "merging a segmentation metric with other options");
  }
  guarded("merging segmentation metrics", [&] {
    const auto merge_mean = [](Mean& mean, const Mean& more) {
      mean.sum.merge(more.sum);
      mean.count += more.count;
    };
    const auto added = other.per_sample_;
    per_sample_.insert(per_sample_.end(), added.begin(), added.end());
    images_ += other.images_;
    ignored_pixels_ += other.ignored_pixels_;
    for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i] += other.cells_[i];
    add_counts(boundaries_, other.boundaries_);
    for (std::size_t i = 0; i < means_.iou.size(); ++i) {
      merge_mean(means_.iou[i], other.means_.iou[i]);
      merge_mean(means_.dice[i], other.means_.dice[i]);
    }
    for (const auto mean : {&Means::dice_micro, &Means::dice_macro, &Means::dice_weighted, &Means::generalized_dice}) {
      merge_mean(means_.*mean, other.means_.*mean);
    }
  });
}

SegmentationReport SegmentationMetric::report(const RateOptions& options) const {
  return guarded("a segmentation report", [&] {
    auto rate_options = options;
    rate_options.ignored = options_.ignore_index;
    SegmentationReport report;
    report.classes = classes_;
    report.images = images_;
    report.ignored_pixels = ignored_pixels_;
    const auto width = static_cast<std::size_t>(classes_);
    for (const auto count : cells_) report.pixels += count;
    for (std::size_t t = 0; t < width; ++t) {
      const auto row = cells_.begin() + static_cast<std::ptrdiff_t>(t * (width + 1));
      report.confusion.insert(report.confusion.end(), row, row + classes_);
    }
    report.counts = counts_of(cells_, classes_);
    report.rates = rates_of(report.counts, rate_options);

    const auto value_of = [](const Mean& mean) { return share(mean.sum.value(), static_cast<double>(mean.count)); };
    auto& means = report.image_means;
    Mean all;
    for (std::size_t i = 0; i < width; ++i) {
      means.class_iou.push_back(value_of(means_.iou[i]));
      means.class_dice.push_back(value_of(means_.dice[i]));
      all.sum.merge(means_.iou[i].sum);
      all.count += means_.iou[i].count;
    }
    means.iou = value_of(all);
    means.dice_micro = value_of(means_.dice_micro);
    means.dice_macro = value_of(means_.dice_macro);
    means.dice_weighted = value_of(means_.dice_weighted);
    means.generalized_dice = value_of(means_.generalized_dice);

    report.mean_boundary_iou = nan;
    if (!boundaries_.empty()) {
      const auto boundary = rates_of(boundaries_, rate_options);
      for (const auto& each : boundary.classes) report.boundary_iou.push_back(each.iou);
      report.mean_boundary_iou = boundary.macro.iou;
    }
    report.per_sample = {.name = "image_mean_iou", .values = per_sample_};
    sort_samples(report.per_sample.values);
    return report;
  });
}

}  // namespace visionkit
