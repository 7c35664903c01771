// Precision, recall, F-score, IoU and Dice from counts, per class and averaged, by the rules of the tools whose figures
// people publish. Classification and segmentation metrics report them; other counts can be put in by hand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/labels.hpp>

namespace visionkit {

/// One class against all others.
struct ClassCounts {
  std::uint64_t true_positives = 0;
  std::uint64_t false_positives = 0;
  std::uint64_t false_negatives = 0;
  std::uint64_t true_negatives = 0;

  /// How often the class is true.
  [[nodiscard]] constexpr std::uint64_t support() const { return true_positives + false_negatives; }
  /// How often it is predicted.
  [[nodiscard]] constexpr std::uint64_t predicted() const { return true_positives + false_positives; }
  friend constexpr bool operator==(const ClassCounts&, const ClassCounts&) = default;
};

/// Whose rules say what 0 / 0 is, and which classes a mean covers.
enum class CountingRules {
  /// scikit-learn 1.2: 0 / 0 is RateOptions::undefined, means cover all classes. A weighted IoU without any true
  /// sample is the plain mean.
  scikit_learn,
  /// torchmetrics 1.9: 0 / 0 is 0; the macro mean covers the classes that are true or predicted somewhere (for
  /// independent labels: all), and the mean of IoU not the ignored class. An IoU averaged over nothing is NaN.
  torchmetrics,
  /// mmsegmentation 1: 0 / 0 is NaN, and means leave NaN out.
  mmsegmentation,
};

/// Whether a sample has exactly one class or any number of labels.
enum class Labelling { one_class, many_labels };

struct RateOptions {
  CountingRules rules = CountingRules::scikit_learn;
  double undefined = 0;  ///< what 0 / 0 is by the rules of scikit-learn ("zero_division"): 0 or 1
  double beta = 1;       ///< of the F-score: how many times recall counts as much as precision; above 0
  Labelling labelling = Labelling::one_class;
  std::optional<ClassId> ignored = {};  ///< a class that the truth leaves out; see CountingRules::torchmetrics
};

/// All 0..1, or what the rules say of 0 / 0.
struct Rates {
  double precision = 0;
  double recall = 0;   ///< for a class also called its accuracy
  double f_score = 0;  ///< from precision and recall
  double iou = 0;      ///< tp / (tp + fp + fn), Jaccard's index
  double dice = 0;     ///< 2 tp / (2 tp + fp + fn): F1 but for 0 / 0
};

struct RateSummary {
  std::vector<Rates> classes;
  Rates micro;     ///< of the sums of the counts
  Rates macro;     ///< the mean over classes
  Rates weighted;  ///< the mean over classes weighted by support; its IoU is the frequency weighted IoU
};

VISIONKIT_API std::string_view to_string(CountingRules rules) noexcept;

/// Throws invalid_option for a beta that is not above 0 or an `undefined` that is not 0 or 1.
[[nodiscard]] VISIONKIT_API Rates rates_of(const ClassCounts& counts, const RateOptions& options = {});
[[nodiscard]] VISIONKIT_API RateSummary rates_of(std::span<const ClassCounts> classes, const RateOptions& options = {});

}  // namespace visionkit
