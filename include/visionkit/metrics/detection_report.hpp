// What detection.hpp answers: plain values that can be compared, printed as a table and written as JSON. Figures are
// 0..1; NaN means that nothing of that kind was there to be found, prints as "-" and is null in JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/truth.hpp>
#include <visionkit/metrics/metric.hpp>

namespace visionkit {

/// What the overlap of a prediction with an object is taken of.
enum class MatchBy { boxes, masks };

VISIONKIT_API std::string_view to_string(MatchBy match_by) noexcept;

/// COCO's twelve. AP is the mean of precision over 101 recalls, all thresholds and classes, with at most 100
/// predictions: NaN when max_detections has no 100. AR is the mean of the highest recall; ar1, ar10 and ar100 take the
/// first, second and third of max_detections, all others the third.
///
/// A perfect answer may have 0.9999999999999998: pycocotools adds 2^-52 to the divisor of precision, so a first
/// prediction that is right has 1 / (1 + 2^-52).
struct DetectionSummary {
  double ap = 0;
  double ap50 = 0;
  double ap75 = 0;
  double ap_small = 0;
  double ap_medium = 0;
  double ap_large = 0;
  double ar1 = 0;
  double ar10 = 0;
  double ar100 = 0;
  double ar_small = 0;
  double ar_medium = 0;
  double ar_large = 0;
  /// NaN equals NaN.
  VISIONKIT_API friend bool operator==(const DetectionSummary& a, const DetectionSummary& b) noexcept;
};

/// The twelve in the order of the fields.
VISIONKIT_API std::vector<Figure> figures(const DetectionSummary& summary);

/// One class.
struct ClassFigures {
  Category category;
  std::size_t objects = 0;  ///< without crowds
  std::size_t predictions = 0;
  double ap = 0;
  double ap50 = 0;
  double ap75 = 0;
  double ap_small = 0;
  double ap_medium = 0;
  double ap_large = 0;
  double ar = 0;  ///< with the last of max_detections
  /// The highest F1 over all scores at an overlap of 0.5, or the first threshold, and the score that gives it.
  double best_f1 = 0;
  double best_f1_score = 0;
  /// NaN equals NaN.
  VISIONKIT_API friend bool operator==(const ClassFigures& a, const ClassFigures& b) noexcept;
};

struct DetectionReport {
  MatchBy match_by = MatchBy::boxes;
  std::size_t images = 0;
  std::size_t objects = 0;      ///< without crowds
  std::size_t predictions = 0;  ///< of known categories, at most the last of max_detections in one picture and class
  DetectionSummary summary;
  double best_f1 = 0;  ///< over the predictions of all classes together, at an overlap of 0.5
  double best_f1_score = 0;
  std::vector<ClassFigures> classes;  ///< by category id
  /// NaN equals NaN.
  VISIONKIT_API friend bool operator==(const DetectionReport& a, const DetectionReport& b) noexcept;
};

/// The arrays of pycocotools, row-major, K by category id: precision and scores [T, R, K, A, M], recall [T, K, A, M];
/// -1 where there is no object.
struct PrecisionArrays {
  std::size_t thresholds = 0;  ///< T
  std::size_t recalls = 0;     ///< R
  std::size_t classes = 0;     ///< K
  std::size_t areas = 0;       ///< A
  std::size_t limits = 0;      ///< M
  std::vector<double> precision;
  std::vector<double> recall;
  std::vector<double> scores;
};

/// What accepting every prediction of at least this score gives.
struct PrecisionRecallPoint {
  double score = 0;
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

struct PrecisionRecallCurve {
  std::int64_t category_id = 0;
  std::size_t objects = 0;
  std::vector<PrecisionRecallPoint> points;  ///< one for each distinct score, falling; empty without objects
};

VISIONKIT_API std::string to_string(const DetectionSummary& summary);  ///< two lines: precision, recall
VISIONKIT_API std::string to_string(const DetectionReport& report);    ///< a table: the summary, then every class
/// The fields by their names.
VISIONKIT_API std::string to_json(const DetectionReport& report);
/// The twelve, the best F1 with its score, and "ap of NAME (ID)" of every class.
VISIONKIT_API std::vector<Figure> figures(const DetectionReport& report);

}  // namespace visionkit
