// What evaluate() answers: the figures of the task, how long it took, what was set aside and why, and samples to look
// at. Plain values; report.hpp makes a page of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/error.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/panoptic.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/core/truth.hpp>
#include <visionkit/metrics/classification.hpp>
#include <visionkit/metrics/detection.hpp>
#include <visionkit/metrics/detection_errors.hpp>
#include <visionkit/metrics/metric.hpp>
#include <visionkit/metrics/multi_label.hpp>
#include <visionkit/metrics/panoptic.hpp>
#include <visionkit/metrics/segmentation.hpp>
#include <visionkit/metrics/timing.hpp>
#include <visionkit/model_description.hpp>

namespace visionkit {

/// A picture without a place in the figures.
struct SetAsidePicture {
  std::string file;
  ErrorCode code = ErrorCode::internal;
  std::string reason;
  friend bool operator==(const SetAsidePicture&, const SetAsidePicture&) = default;
};

/// Detections by boxes or by masks.
struct DetectionScores {
  DetectionReport report = {};
  DetectionErrorReport errors = {};
};

struct DetectionEvaluation {
  DetectionScores boxes = {};
  std::optional<DetectionScores> masks = {};  ///< of models and data sets with masks
};

using TaskScores =
    std::variant<ClassificationReport, MultiLabelReport, DetectionEvaluation, SegmentationReport, PanopticReport>;

/// Precision and recall of one class at falling scores, thinned to at most 200 points.
struct ClassCurve {
  ClassId label = {};
  std::uint64_t positives = 0;
  std::vector<PrecisionRecallPoint> points = {};
};

/// What a picture shows, or what the model made of it. Class numbers are those of Evaluation::labels. Crowds are left
/// out.
using PictureContent = std::variant<std::vector<ClassScore>, std::vector<Detection>, LabelMap, PanopticMap>;

/// A picture to look at.
struct EvaluationSample {
  std::string file;    ///< as the data set calls it
  std::string path;    ///< where it was read
  double quality = 0;  ///< 0 (all wrong) to 1; Evaluation::quality says of what
  PictureContent truth = {};
  PictureContent answer = {};
};

/// The circumstances.
struct EvaluationRun {
  std::string began = {};  ///< UTC, "2026-11-21T17:50:28Z"
  double seconds = 0;      ///< from the call to its end
  int threads = 0;
  std::size_t batch = 0;
  std::string machine = {};   ///< "AMD EPYC 7B13, 2 of 2 cores, Linux 6.1 x86_64"
  std::string library = {};   ///< "visionkit 0.1.0"
  std::string settings = {};  ///< the task's options as JSON
};

struct Evaluation {
  Task task = Task::classification;
  TaskScores scores = {};
  /// Of class numbers here: the model's, of panoptic data sets with the classes behind them that only those have; of
  /// detections the data set's categories.
  Labels labels = {};
  std::size_t pictures = 0;                     ///< in the data set
  std::size_t resumed = 0;                      ///< of them answered by the results file
  std::vector<SetAsidePicture> set_aside = {};  ///< in the order of the data set
  std::vector<DatasetNote> notes = {};          ///< classes that only model or data set know
  /// Of the classes with a true sample, where scores are known; of classifiers with all_scores, up to 32 Mi scores.
  /// By masks where there are any.
  std::vector<ClassCurve> curves = {};
  std::string quality = {};                   ///< what a sample's quality is: "F1 at IoU 0.5 and score 0.25"
  std::vector<EvaluationSample> worst = {};   ///< by rising quality
  std::vector<EvaluationSample> random = {};  ///< in the order of the data set
  LatencyReport reading = {};                 ///< reading and decoding a picture; without what was resumed, as the next
  LatencyReport predicting = {};  ///< from a picture to its result; a call handles EvaluationRun::batch pictures
  ModelDescription model = {};
  EvaluationRun run = {};
};

/// The figures of the task's report; by masks their names begin with "mask_".
VISIONKIT_API std::vector<Figure> figures(const Evaluation& evaluation);
/// The task's report as a table, then what was set aside and how long it took.
VISIONKIT_API std::string to_string(const Evaluation& evaluation);
/// All but the samples' contents, with "report":"evaluation" and a schema version. "figures" has the names of
/// figures().
VISIONKIT_API std::string to_json(const Evaluation& evaluation);

}  // namespace visionkit
