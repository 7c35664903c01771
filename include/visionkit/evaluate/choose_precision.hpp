// Whether a model may run with less precision: measured on its user's own data, not believed. Nothing here changes what
// a model does; the answer is a record, or a sidecar beside the file, that loads read.
#pragma once

#include <string>

#include <visionkit/core/config.hpp>
#include <visionkit/evaluate.hpp>

namespace visionkit {

/// Which values of a figure are good.
enum class BetterValues { larger, smaller };

/// Where a decision is kept.
enum class KeepDecision {
  nowhere,  ///< in PrecisionChoice::record only
  sidecar,  ///< also in `<model>.json` beside the model file, which is written anew; for files without a record inside
};

VISIONKIT_API std::string_view to_string(BetterValues better) noexcept;
VISIONKIT_API std::string_view to_string(KeepDecision keep) noexcept;

struct PrecisionOptions {
  std::string figure = {};  ///< a name of figures(Evaluation): "accuracy", "summary.ap"
  BetterValues better = BetterValues::larger;
  double max_drop = 0;  ///< how much worse the figure may become, at least 0, in the figure's own unit
  Precision candidate = Precision::bfloat16;
  KeepDecision keep = KeepDecision::nowhere;
  /// Of both runs. Without a results file, which holds the answers of one.
  EvaluateOptions evaluation = {};
};

/// What the data say, and what follows.
struct PrecisionChoice {
  Precision precision = Precision::float32;  ///< the candidate when it is good enough and faster, otherwise float32
  std::string reason = {};                   ///< one line with the figures
  double in_float32 = 0;                     ///< the figure
  double in_candidate = 0;  ///< NaN, and `record` without a decision, when the model does not run with it here
  double float32_ms = 0;    ///< median of a call, EvaluateOptions::batch pictures
  double candidate_ms = 0;
  ModelRecord record = {};  ///< of the model, with the decision in `run`
};

/// Loads the model file once with each precision and evaluates both; RunOptions::precision is not looked at. The same
/// data give the same figures; which one is faster depends on the machine.
/// Throws what loading and evaluate() throw, invalid_option for options out of range, a figure that the evaluation does
/// not have, and KeepDecision::sidecar of a file with a record inside, the codes of a failed write.
[[nodiscard]] VISIONKIT_API PrecisionChoice choose_precision(const std::string& model, const ClassifierOptions& task,
                                                             const ClassificationTruth& truth,
                                                             const PrecisionOptions& options);
[[nodiscard]] VISIONKIT_API PrecisionChoice choose_precision(const std::string& model, const DetectorOptions& task,
                                                             const DetectionTruth& truth,
                                                             const PrecisionOptions& options);
[[nodiscard]] VISIONKIT_API PrecisionChoice choose_precision(const std::string& model, const SegmenterOptions& task,
                                                             const SegmentationTruth& truth,
                                                             const PrecisionOptions& options);
[[nodiscard]] VISIONKIT_API PrecisionChoice choose_precision(const std::string& model, const SegmenterOptions& task,
                                                             const PanopticTruth& truth,
                                                             const PrecisionOptions& options);

}  // namespace visionkit
