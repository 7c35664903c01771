// What goes wrong in detections: kinds of errors and the average precision that each costs, after TIDE (Bolya et al.,
// ECCV 2020), and which class is taken for which. How good detections are is detection.hpp.
//
// Who finds what, kinds and their counts are those of the authors' tidecv 1.0.1: of objects that overlap equally the
// first is found, a crowd takes only what overlaps it by more than iou_threshold, and max_detections are those of all
// classes of a picture. AP is summed up as in detection.hpp, and so are repairs. It is tidecv's but for three things:
// tidecv counts a class without objects as 0 as soon as something is predicted of it, takes i / 100 for recalls, not
// COCO's i * 0.01, and after a repair walks wrong predictions before right ones of an equal score.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/truth.hpp>
#include <visionkit/metrics/detection_report.hpp>
#include <visionkit/metrics/metric.hpp>

namespace visionkit {

namespace detail {
struct DetectionErrorState;
}

/// Why a prediction is no hit, looked at in this order; `missed` is said of objects.
enum class DetectionErrorKind {
  localization,    ///< overlaps an object of its class, but too little: background_threshold..iou_threshold
  classification,  ///< overlaps an object of another class enough
  duplicate,       ///< overlaps enough an object of its class that a better prediction has found
  background,      ///< overlaps no object by more than background_threshold
  both,            ///< anything else: overlaps an object of another class, too little
  missed,          ///< an object that neither a hit nor one of the first two errors points at
};

VISIONKIT_API std::string_view to_string(DetectionErrorKind kind) noexcept;

struct DetectionErrorOptions {
  MatchBy match_by = MatchBy::boxes;
  double iou_threshold = 0.5;         ///< enough overlap, above 0, at most 1
  double background_threshold = 0.1;  ///< less is background, 0..iou_threshold
  double score_threshold = 0.25;      ///< what counts in the confusion matrix; all predictions count for the kinds
  int max_detections = 100;           ///< in one picture, of all classes together, by falling score
  friend bool operator==(const DetectionErrorOptions&, const DetectionErrorOptions&) = default;
};

struct DetectionErrorCount {
  DetectionErrorKind kind = DetectionErrorKind::missed;
  std::size_t count = 0;
  /// How much higher AP would be without errors of this kind, at least 0: a prediction in the wrong place or class is
  /// put right when its object was not found and none of a higher score points at it, other false positives are
  /// dropped, missed objects are taken out. Then a class without objects counts as 0 while anything is predicted of it,
  /// else not; NaN when no class is left. The parts do not add up to 1 - AP.
  double lost_ap = 0;
  /// NaN equals NaN.
  VISIONKIT_API friend bool operator==(const DetectionErrorCount& a, const DetectionErrorCount& b) noexcept;
};

/// Which class was taken for which. The last row is what was predicted where nothing is, the last column what was not
/// found.
struct DetectionConfusion {
  std::vector<Category> categories;  ///< by id
  std::vector<std::size_t> counts;   ///< [categories + 1, categories + 1], true class by predicted class

  [[nodiscard]] std::size_t at(std::size_t truth, std::size_t predicted) const {
    return counts[truth * (categories.size() + 1) + predicted];
  }
  friend bool operator==(const DetectionConfusion&, const DetectionConfusion&) = default;
};

struct DetectionErrorReport {
  double ap = std::numeric_limits<double>::quiet_NaN();  ///< at iou_threshold; NaN without objects
  std::size_t objects = 0;                               ///< without crowds
  std::size_t hits = 0;
  std::array<DetectionErrorCount, 6> errors;  ///< in the order of the enumeration
  DetectionConfusion confusion;
  /// NaN equals NaN.
  VISIONKIT_API friend bool operator==(const DetectionErrorReport& a, const DetectionErrorReport& b) noexcept;
};

/// Adds up pictures, see metric.hpp. Crowds are no objects. A prediction that a crowd of its class takes is no false
/// positive of AP and of the confusion, but has a kind and is counted there, and may be put right, as in tidecv. const
/// members may be called from many threads.
class VISIONKIT_API DetectionErrors {
 public:
  /// Throws invalid_option.
  explicit DetectionErrors(std::vector<Category> categories, const DetectionErrorOptions& options = {});
  DetectionErrors(const DetectionErrors& other);
  DetectionErrors(DetectionErrors&& other) noexcept;
  DetectionErrors& operator=(DetectionErrors other) noexcept;
  ~DetectionErrors();

  /// One picture; entries of unknown categories count nowhere. Throws invalid_argument when it was added before.
  void add(const AnnotatedImage& image, std::span<const TrueObject> objects, std::span<const Prediction> predictions);
  /// A whole data set; entries of pictures that are not listed count nowhere. Throws invalid_argument.
  void add(const ObjectDataset& truth, std::span<const Prediction> predictions);
  /// Throws invalid_argument unless categories and options are equal and no picture is in both.
  void merge(const DetectionErrors& other);
  [[nodiscard]] DetectionErrorReport report() const;

 private:
  std::unique_ptr<detail::DetectionErrorState> state_;
};

VISIONKIT_API std::string to_string(const DetectionErrorReport& report);  ///< a table of the kinds
/// The fields by their names; the confusion by rows.
VISIONKIT_API std::string to_json(const DetectionErrorReport& report);
/// "ap", "hits", then "lost_ap of KIND" and "count of KIND" of every kind.
VISIONKIT_API std::vector<Figure> figures(const DetectionErrorReport& report);
VISIONKIT_API std::string to_string(const DetectionConfusion& confusion);  ///< a table, truth downwards

}  // namespace visionkit
