// How good detections are, as COCO counts it: average precision and recall over overlap thresholds, sizes and classes,
// equal to pycocotools 2.0.11 to the last bit. The figures as values are detection_report.hpp; kinds of errors are
// detection_errors.hpp, Pascal VOC's older average precision detection_voc.hpp, the files dataset/coco.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/core/truth.hpp>
#include <visionkit/metrics/detection_report.hpp>

namespace visionkit {

namespace detail {
struct DetectionState;
}

/// What has to match.
enum class ClassRule {
  separate,  ///< a prediction finds objects of its own category only
  ignored,   ///< categories are not looked at (useCats = 0); there is one class, of category -1
};

VISIONKIT_API std::string_view to_string(ClassRule rule) noexcept;

/// Objects of min <= area <= max square pixels.
struct AreaRange {
  std::string name;
  double min = 0;
  double max = 0;
  friend bool operator==(const AreaRange&, const AreaRange&) = default;
};

/// 0.5, 0.55 ... 0.95, to the bit those of pycocotools (the ninth is 0.8999999999999999).
VISIONKIT_API std::vector<double> coco_iou_thresholds();
/// all, small (to 32 x 32), medium (to 96 x 96), large; an area on a border belongs to both.
VISIONKIT_API std::vector<AreaRange> coco_area_ranges();

struct DetectionMetricsOptions {
  MatchBy match_by = MatchBy::boxes;
  ClassRule classes = ClassRule::separate;
  int threads = 1;  ///< for add() of a data set and for report(); 1..256. Results do not depend on it.
  /// How many predictions of one class count in one picture; rising, at least 1.
  std::vector<int> max_detections = {1, 10, 100};
  std::vector<double> iou_thresholds = coco_iou_thresholds();  ///< each above 0, at most 1
  /// At most 64 together with the thresholds: areas x thresholds. "all", "small", "medium", "large" feed the summary.
  std::vector<AreaRange> areas = coco_area_ranges();
  friend bool operator==(const DetectionMetricsOptions&, const DetectionMetricsOptions&) = default;
};

/// Which prediction found which object in one picture and one class, in the first area range: that of all sizes.
struct ClassMatches {
  static constexpr std::int64_t nothing = -1;

  std::int64_t category_id = 0;
  std::vector<std::size_t> predictions;  ///< places in the list that was given, by falling score
  std::vector<std::size_t> objects;      ///< places in the list that was given; those that are ignored come last
  /// [thresholds, predictions]: the place of the object that was found, or `nothing`.
  std::vector<std::int64_t> found;
  /// [thresholds, predictions]: neither right nor wrong, because it found a crowd.
  std::vector<std::uint8_t> is_ignored;
};

/// What a Detector answered, as metrics take it; the area is that of the mask by masks, else that of the box.
[[nodiscard]] VISIONKIT_API Prediction to_prediction(const Detection& detection, std::int64_t category_id,
                                                     MatchBy match_by);

/// Adds up pictures. The order of pictures is of no matter, neither is how they were spread over several metrics that
/// are merged; the order of predictions inside a picture decides between equal scores. Objects and predictions of
/// categories that are not listed count nowhere. const members may be called from many threads.
class VISIONKIT_API DetectionMetrics {
 public:
  /// Repeated categories count once, the last name stays. Throws invalid_option.
  explicit DetectionMetrics(std::vector<Category> categories, DetectionMetricsOptions options = {});
  DetectionMetrics(const DetectionMetrics& other);
  DetectionMetrics(DetectionMetrics&& other) noexcept;
  DetectionMetrics& operator=(DetectionMetrics other) noexcept;
  ~DetectionMetrics();

  /// One picture: all that is in it, and all that was found in it. The image_id of the entries is not read. By masks,
  /// polygons are drawn in the size of the picture, and a box stands for an object without segmentation. Throws
  /// invalid_argument when the picture was added before, or a polygon cannot be drawn.
  void add(const AnnotatedImage& image, std::span<const TrueObject> objects, std::span<const Prediction> predictions);
  /// The same for what a Detector answers, see to_prediction(): class i is the i-th of categories(). Throws
  /// invalid_argument for a class without a category, too.
  void add(const AnnotatedImage& image, std::span<const TrueObject> objects, std::span<const Detection> detections);
  /// A whole data set. Objects of pictures that are not listed count nowhere. Throws invalid_argument for predictions
  /// on such pictures; nothing is added then.
  void add(const ObjectDataset& truth, std::span<const Prediction> predictions);
  /// All pictures of the other. Throws invalid_argument unless categories and options but threads are equal and no
  /// picture is in both; nothing is added then.
  void merge(const DetectionMetrics& other);

  /// COCO's figures. NaN stands where nothing is defined: no object of that kind.
  [[nodiscard]] DetectionReport report() const;
  /// The arrays behind them, as pycocotools' COCOeval.eval has them, with its -1.
  [[nodiscard]] PrecisionArrays arrays() const;
  /// Precision and recall of every class at falling scores. Throws invalid_argument unless `iou_threshold` is one of
  /// the options' thresholds.
  [[nodiscard]] std::vector<PrecisionRecallCurve> curves(double iou_threshold = 0.5) const;
  /// The figures of this one and of `after` side by side, with an interval of the change of `ap`, where it is defined:
  /// pictures are drawn with replacement, and AP is that of what was drawn. Throws invalid_argument unless both hold
  /// the same pictures, categories and options but threads; invalid_option.
  [[nodiscard]] ReportComparison compare(const DetectionMetrics& after, const BootstrapOptions& options = {}) const;

  /// The matching of one picture, to be looked at; nothing is added. Ordered by category id. Throws as add().
  [[nodiscard]] std::vector<ClassMatches> match(const AnnotatedImage& image, std::span<const TrueObject> objects,
                                                std::span<const Prediction> predictions) const;

  /// In the order in which they were given.
  [[nodiscard]] const std::vector<Category>& categories() const noexcept;
  [[nodiscard]] const DetectionMetricsOptions& options() const noexcept;
  [[nodiscard]] std::size_t image_count() const noexcept;

 private:
  std::unique_ptr<detail::DetectionState> state_;
};

}  // namespace visionkit
