// Which class was taken for which: the confusion matrix of single-label classification, and what follows from it.
// Labels only; for scores see classification.hpp, for pixels segmentation.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/metrics/metric.hpp>
#include <visionkit/metrics/rates.hpp>

namespace visionkit {

/// The largest number of classes of a matrix of counts (8 bytes for each pair).
inline constexpr int max_confusion_classes = 4096;

/// What the cells of a confusion matrix are divided by.
enum class ConfusionShare {
  of_truth,       ///< the sum of the row: of the samples of a class, the part that was taken for each
  of_prediction,  ///< the sum of the column
  of_all,         ///< the sum of all cells
};

struct ConfusionReport {
  int classes = 0;
  std::vector<std::uint64_t> cells;  ///< [truth, prediction], row-major, classes * classes
  std::uint64_t samples = 0;
  double accuracy = 0;           ///< NaN without samples, as the following
  double balanced_accuracy = 0;  ///< the mean recall of the classes that occur in the truth
  double matthews = 0;           ///< Matthews' correlation for many classes (Gorodkin 2004), -1..1; 0 when undefined
  double kappa = 0;              ///< Cohen's, -1..1; NaN when chance alone explains everything
  std::vector<ClassCounts> counts;
  RateSummary rates;

  /// How often `truth` was taken for `prediction`. Throws invalid_argument for a class that is not there.
  [[nodiscard]] VISIONKIT_API std::uint64_t at(ClassId truth, ClassId prediction) const;
};

/// The cells as parts of a sum, row-major; 0 where the sum is 0.
[[nodiscard]] VISIONKIT_API std::vector<double> normalize(const ConfusionReport& report, ConfusionShare share);

/// A table of the averages and one of the classes; the matrix is left to the JSON.
VISIONKIT_API std::string to_string(const ConfusionReport& report, const Labels& labels = {});
VISIONKIT_API std::string to_json(const ConfusionReport& report, const Labels& labels = {});
VISIONKIT_API std::vector<Figure> figures(const ConfusionReport& report);

/// Counts pairs of labels. Memory: 8 bytes * classes^2.
class VISIONKIT_API ConfusionMatrix {
 public:
  /// Throws invalid_option unless 1 <= classes <= max_confusion_classes.
  explicit ConfusionMatrix(int classes);

  [[nodiscard]] int classes() const noexcept { return classes_; }
  /// Throws invalid_argument for a class outside 0..classes - 1; then nothing is counted.
  void add(ClassId truth, ClassId prediction);
  /// Many samples at once, about a nanosecond each. Throws as above, and shape for different lengths.
  void add(std::span<const ClassId> truth, std::span<const ClassId> prediction);
  /// Throws invalid_argument for another number of classes.
  void merge(const ConfusionMatrix& other);
  /// Throws invalid_option.
  [[nodiscard]] ConfusionReport report(const RateOptions& options = {}) const;

 private:
  int classes_;
  std::vector<std::uint64_t> cells_;
};

}  // namespace visionkit
