// How good a classifier is whose pictures have any number of labels: precision, recall, F1 and IoU at a threshold (per
// label, micro, macro, weighted, per sample), average precision, ROC AUC, the best threshold of each label,
// calibration.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/metrics/calibration.hpp>
#include <visionkit/metrics/classification.hpp>
#include <visionkit/metrics/curves.hpp>
#include <visionkit/metrics/fixed_sum.hpp>
#include <visionkit/metrics/metric.hpp>
#include <visionkit/metrics/rates.hpp>

namespace visionkit {

/// When a score is a yes.
enum class ThresholdRule { above, at_least };

struct MultiLabelOptions {
  float threshold = 0.5F;                       ///< of the probability
  ThresholdRule rule = ThresholdRule::above;    ///< `above` is torchmetrics' rule
  ScoreKind scores = ScoreKind::probabilities;  ///< logits or probabilities
  int calibration_bins = 15;                    ///< 0: no calibration; then scores may be any numbers
  Keep curves = Keep::yes;     ///< average precision, ROC AUC, best thresholds: 8 bytes * labels for each sample
  Keep per_sample = Keep::no;  ///< the F1 of each sample, for compare(): 16 bytes for each sample
};

/// Average precision by the averages of scikit-learn. A label or sample without a yes in the truth counts as 0.
struct AveragePrecisions {
  double micro = 0;     ///< all scores of all labels in one ranking
  double macro = 0;     ///< the mean over labels
  double weighted = 0;  ///< by support; 0 without any
  double samples = 0;   ///< the mean over samples, each with its ranking of the labels
};

struct MultiLabelReport {
  std::uint64_t samples = 0;
  std::vector<ClassCounts> counts;  ///< of each label
  RateSummary rates;                ///< of each label and averaged
  Rates per_sample_rates;           ///< the mean over samples ("samples" in scikit-learn)
  double subset_accuracy = 0;       ///< the part of the samples with all labels right; NaN without samples, as the next
  double hamming_loss = 0;          ///< the part of all labels that is wrong
  std::vector<double> matthews;     ///< of each label, -1..1; 0 when undefined
  std::vector<CurveSummary> curves;              ///< of each label, when kept
  AveragePrecisions average_precision;           ///< NaN when not kept, as the next
  double mean_roc_auc = 0;                       ///< over the labels that have one
  std::optional<CalibrationReport> calibration;  ///< of the probabilities of all labels
  PerSample per_sample = {};                     ///< "samples_f_score", by the default RateOptions
};

VISIONKIT_API std::string to_string(const MultiLabelReport& report, const Labels& labels = {});
VISIONKIT_API std::string to_json(const MultiLabelReport& report, const Labels& labels = {});
VISIONKIT_API std::vector<Figure> figures(const MultiLabelReport& report);

/// See metric.hpp. Calls that throw add nothing.
class VISIONKIT_API MultiLabelMetric {
 public:
  /// Throws invalid_option.
  explicit MultiLabelMetric(int labels, const MultiLabelOptions& options = {});

  /// One sample or many: scores and truth are [samples, labels], row-major; any truth but 0 is a yes. Throws shape when
  /// the lengths differ or are no multiple of the number of labels; invalid_argument for NaN or (with calibration) a
  /// probability outside 0..1.
  void add(std::span<const float> scores, std::span<const std::uint8_t> truth);
  /// One sample with a number, see SampleValue.
  void add(std::span<const float> scores, std::span<const std::uint8_t> truth, std::int64_t sample);
  /// Throws invalid_argument for another number of labels or other options.
  void merge(const MultiLabelMetric& other);
  /// Throws invalid_option. RateOptions::labelling is many_labels whatever is given.
  [[nodiscard]] MultiLabelReport report(const RateOptions& options = {}) const;
  /// The curve of a label. Throws invalid_argument for one that is not there, and where curves are not kept.
  [[nodiscard]] CurveReport curve(ClassId label) const;

 private:
  void add_samples(std::span<const float> scores, std::span<const std::uint8_t> truth, std::int64_t sample);
  void add_sample(std::span<const float> probabilities, std::span<const std::uint8_t> truth, std::int64_t sample);

  [[nodiscard]] Rates per_sample_rates(const RateOptions& options) const;

  int labels_;
  MultiLabelOptions options_;
  std::uint64_t samples_ = 0;
  std::vector<ClassCounts> counts_;
  // How many samples have so many true positives, false positives and false negatives: all that per-sample rates need.
  std::map<std::array<int, 3>, std::uint64_t> sample_counts_;
  FixedSum sample_precisions_;
  std::vector<BinaryCurve> curves_;
  std::vector<Calibration> calibration_;  // one or none
  std::vector<SampleValue> per_sample_;
};

}  // namespace visionkit
