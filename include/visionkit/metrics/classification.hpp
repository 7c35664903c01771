// How good a classifier is whose pictures have one class each: top-k accuracy, everything of confusion.hpp for the best
// class, calibration, and on request average precision and ROC AUC of each class against the rest. Pictures with any
// number of labels are multi_label.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/metrics/calibration.hpp>
#include <visionkit/metrics/confusion.hpp>
#include <visionkit/metrics/curves.hpp>
#include <visionkit/metrics/metric.hpp>

namespace visionkit {

/// Which of equal scores ranks first in top-k. The predicted class is the lowest of equals always, as NumPy's argmax.
enum class TieRule {
  lowest_class_first,   ///< as visionkit's classifier sorts
  highest_class_first,  ///< scikit-learn's top_k_accuracy_score
};

/// Whether data that grows with the number of samples is kept.
enum class Keep { no, yes };

struct ClassificationOptions {
  ScoreKind scores = ScoreKind::probabilities;  ///< logits or probabilities
  TieRule ties = TieRule::lowest_class_first;
  int calibration_bins = 15;   ///< 0: no calibration; then scores may be any numbers
  Keep curves = Keep::no;      ///< average precision and ROC AUC: 8 bytes * classes for each sample
  Keep per_sample = Keep::no;  ///< whether each sample was right, for compare(): 16 bytes for each sample
};

struct ClassificationReportOptions {
  std::vector<int> top_k = {1, 5};  ///< each at least 1; those above the number of classes are left out
  RateOptions rates = {};
};

struct TopK {
  int k = 0;
  std::uint64_t correct = 0;
  double accuracy =
      0;  ///< NaN without samples, or when results were cut off before k (then `correct` is a lower bound)
};

struct ClassificationReport {
  std::uint64_t samples = 0;
  std::vector<TopK> top_k;
  ConfusionReport confusion;
  std::optional<CalibrationReport> calibration;
  std::vector<CurveSummary> curves;   ///< of each class against the rest, when kept
  double mean_average_precision = 0;  ///< over all classes, 0 for those without samples; NaN when not kept
  double mean_roc_auc = 0;            ///< over the classes that have one; NaN when not kept
  PerSample per_sample = {};          ///< "accuracy"
};

VISIONKIT_API std::string to_string(const ClassificationReport& report, const Labels& labels = {});
VISIONKIT_API std::string to_json(const ClassificationReport& report, const Labels& labels = {});
VISIONKIT_API std::vector<Figure> figures(const ClassificationReport& report);

/// See metric.hpp. Calls that throw add nothing.
class VISIONKIT_API ClassificationMetric {
 public:
  /// Throws invalid_option.
  explicit ClassificationMetric(int classes, const ClassificationOptions& options = {});

  /// One sample: a score for each class. Throws shape for another number of scores; invalid_argument for a class
  /// outside 0..classes - 1, NaN, or (with calibration) a probability outside 0..1.
  void add(std::span<const float> scores, ClassId truth, std::int64_t sample = -1);
  /// Many samples: scores [samples, classes], row-major.
  void add(std::span<const float> scores, std::span<const ClassId> truth);
  /// What a Classifier answers. Without the scores of all classes its list is the ranking: then top-k reaches as far as
  /// the shortest list, and there is no Brier score and no curve. Throws invalid_argument for an empty list.
  void add(const Classification& result, ClassId truth, std::int64_t sample = -1);
  /// Throws invalid_argument for another number of classes or other options.
  void merge(const ClassificationMetric& other);
  /// Throws invalid_option.
  [[nodiscard]] ClassificationReport report(const ClassificationReportOptions& options = {}) const;
  /// The curve of a class against the rest. Throws invalid_argument for a class that is not there, and where the report
  /// has no curves.
  [[nodiscard]] CurveReport curve(ClassId label) const;

 private:
  void check_truth(ClassId truth) const;
  void check_scores(std::span<const float> scores) const;
  void add_row(std::span<const float> scores, ClassId truth);

  int classes_;
  ClassificationOptions options_;
  std::uint64_t samples_ = 0;
  std::vector<std::uint64_t> ranks_;  // how often the true class came at each rank
  int ranked_;                        // the ranks that are known for every sample
  bool has_lists_ = false;            // some samples came without the scores of all classes
  ConfusionMatrix confusion_;
  std::optional<Calibration> calibration_;
  std::vector<BinaryCurve> curves_;
  std::vector<SampleValue> per_sample_;
};

}  // namespace visionkit
