// How good semantic segmentation is: IoU, Dice and pixel accuracy per class and averaged, by the counting rules of
// mmsegmentation, torchmetrics or scikit-learn (rates.hpp), averaged over all pixels or over images first; Boundary
// IoU. Things apart from stuff are panoptic.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/metrics/confusion.hpp>
#include <visionkit/metrics/fixed_sum.hpp>
#include <visionkit/metrics/metric.hpp>
#include <visionkit/metrics/rates.hpp>

namespace visionkit {

/// What becomes of pixels whose truth is the ignore index.
enum class UnlabelledRule {
  left_out,        ///< they do not count
  false_positive,  ///< whatever is predicted there is a false positive, as some authors count on CamVid
};

struct SegmentationOptions {
  /// The id of the truth that means "no label"; it may be a class. Empty: 255 in maps of 8 bits, 65535 in maps of 16.
  std::optional<ClassId> ignore_index = {};
  UnlabelledRule unlabelled = UnlabelledRule::left_out;
  /// How far the boundary of Boundary IoU reaches, as a part of the image's diagonal; the paper (Cheng et al. 2021)
  /// takes 0.02. 0: no Boundary IoU, which costs more than all the rest.
  double boundary_ratio = 0;
};

/// Figures of single images, averaged over images: torchmetrics.segmentation. NaN for what no image has, where
/// torchmetrics says -1 or NaN.
struct ImageMeans {
  double iou = 0;                  ///< over all pairs of an image and a class in its truth or prediction
  std::vector<double> class_iou;   ///< over the images with the class in truth or prediction
  double dice_micro = 0;           ///< DiceScore(average="micro")
  double dice_macro = 0;           ///< "macro"
  double dice_weighted = 0;        ///< "weighted"
  std::vector<double> class_dice;  ///< "none"
  /// GeneralizedDiceScore (Sudre et al. 2017): classes weigh 1 / (pixels of the truth)^2, and nothing without truth, as
  /// when torchmetrics gets the images one by one.
  double generalized_dice = 0;
};

struct SegmentationReport {
  int classes = 0;
  std::uint64_t images = 0;
  std::uint64_t pixels = 0;  ///< that counted
  std::uint64_t ignored_pixels = 0;
  /// Pixels [truth, prediction], row-major, classes * classes; without those of which either is no class.
  std::vector<std::uint64_t> confusion;
  /// Pixels. A prediction that is no class leaves a false negative, a truth that is no class a false positive.
  std::vector<ClassCounts> counts;
  /// Recall is a class's pixel accuracy; macro.iou is mIoU, macro.recall mAcc, micro.recall aAcc, weighted.iou the
  /// frequency weighted IoU.
  RateSummary rates;
  ImageMeans image_means;
  std::vector<double> boundary_iou;  ///< of each class over all images; empty when not asked for
  double mean_boundary_iou = 0;      ///< NaN when not asked for
  PerSample per_sample = {};         ///< "image_mean_iou": each image's mIoU by mmsegmentation's rules
};

VISIONKIT_API std::string to_string(const SegmentationReport& report, const Labels& labels = {});
VISIONKIT_API std::string to_json(const SegmentationReport& report, const Labels& labels = {});
VISIONKIT_API std::vector<Figure> figures(const SegmentationReport& report);

/// See metric.hpp. Memory: 8 bytes * classes^2, and 16 bytes an image. Calls that throw add nothing.
class VISIONKIT_API SegmentationMetric {
 public:
  /// Throws invalid_option unless 1 <= classes <= max_confusion_classes and 0 <= boundary_ratio <= 1.
  explicit SegmentationMetric(int classes, const SegmentationOptions& options = {});

  /// One image. `sample` is its number, see SampleValue. Throws shape for different sizes, dtype for different bits.
  void add(const LabelMap& prediction, const LabelMap& truth, std::int64_t sample = -1);
  /// Rows of ids. Throws shape unless both hold width * height ids.
  void add(std::span<const std::uint8_t> prediction, std::span<const std::uint8_t> truth, Size size,
           std::int64_t sample = -1);
  void add(std::span<const std::uint16_t> prediction, std::span<const std::uint16_t> truth, Size size,
           std::int64_t sample = -1);
  /// Throws invalid_argument for another number of classes or other options.
  void merge(const SegmentationMetric& other);
  /// Throws invalid_option. RateOptions::ignored is the ignore index whatever is given.
  [[nodiscard]] SegmentationReport report(const RateOptions& options = {.rules = CountingRules::mmsegmentation}) const;

 private:
  struct Mean {
    FixedSum sum;
    std::uint64_t count = 0;
  };
  struct Means {
    std::vector<Mean> iou, dice;  // of each class
    Mean dice_micro, dice_macro, dice_weighted, generalized_dice;
  };
  template <class Id>
  void add_image(std::span<const Id> prediction, std::span<const Id> truth, Size size, std::int64_t sample);
  void add_means(const std::vector<ClassCounts>& counts, std::int64_t sample);

  int classes_;
  SegmentationOptions options_;
  std::uint64_t images_ = 0;
  std::uint64_t ignored_pixels_ = 0;
  std::vector<std::uint64_t> cells_;  // [truth, prediction], (classes + 1)^2; the last: no class
  std::vector<ClassCounts> boundaries_;
  Means means_;
  std::vector<SampleValue> per_sample_;
};

}  // namespace visionkit
