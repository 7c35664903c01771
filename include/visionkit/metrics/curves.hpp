// How well scores separate yes from no, at every threshold: average precision, the area under the ROC curve, and the
// threshold with the best F1. Exact: all scores are kept. Answers at one threshold are multi_label.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/metrics/metric.hpp>

namespace visionkit {

/// What counts when every score of at least `threshold` is a yes.
struct CurvePoint {
  double threshold = 0;
  std::uint64_t true_positives = 0;
  std::uint64_t false_positives = 0;
  double precision = 0;
  double recall = 0;  ///< 1 when the truth has no yes, as in scikit-learn
  double f1 = 0;
};

struct CurveSummary {
  std::uint64_t positives = 0;
  std::uint64_t negatives = 0;
  /// The sum of precision * rise of recall over the distinct scores (scikit-learn's, not interpolated). 0 without
  /// positives, as in scikit-learn and torchmetrics.
  double average_precision = 0;
  double roc_auc = 0;  ///< equal scores count half; NaN when only one kind is there, which scikit-learn refuses
  CurvePoint best;     ///< the best F1, of equals the highest threshold; all NaN or 0 without positives
};

struct CurveReport {
  CurveSummary summary;
  std::vector<CurvePoint> points;  ///< one for each distinct score, from the highest to the lowest
};

VISIONKIT_API std::string to_string(const CurveReport& report);  ///< the summary
VISIONKIT_API std::string to_json(const CurveReport& report);    ///< with all points
VISIONKIT_API std::vector<Figure> figures(const CurveReport& report);

/// Keeps 8 bytes a score. Scores are any numbers but NaN.
class VISIONKIT_API BinaryCurve {
 public:
  /// Any label but 0 is a yes. Throws shape for different lengths and invalid_argument for NaN; then nothing is added.
  void add(std::span<const float> scores, std::span<const std::uint8_t> labels);
  void add(std::span<const double> scores, std::span<const std::uint8_t> labels);
  void merge(const BinaryCurve& other);
  [[nodiscard]] CurveReport report() const;
  /// The report without its points.
  [[nodiscard]] CurveSummary summary() const;

 private:
  std::vector<double> positives_;
  std::vector<double> negatives_;
};

}  // namespace visionkit
