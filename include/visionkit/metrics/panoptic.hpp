// Panoptic quality (Kirillov et al. 2019) by the rules of panopticapi, the COCO evaluation: PQ, SQ and RQ for all
// classes, things, stuff and each class. Inputs are maps of segment ids with a list of the segments.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/panoptic.hpp>
#include <visionkit/metrics/fixed_sum.hpp>
#include <visionkit/metrics/metric.hpp>

namespace visionkit {

struct PanopticCategory {
  ClassId id;  ///< as in the segments; need not be consecutive
  PanopticKind kind = PanopticKind::thing;
};

/// The segment of each pixel and what the segments are; a view that lasts for the call. Of segments with one id the
/// last counts. Read of a prediction: id, label; of the truth: also area (0: the pixels are counted) and is_crowd. A
/// true segment of an unknown category is nobody's: it neither counts nor is missed.
struct PanopticView {
  std::span<const std::uint32_t> ids;
  std::span<const PanopticSegment> segments;
};

struct PanopticCounts {
  std::uint64_t true_positives = 0;  ///< pairs of one category with IoU > 0.5
  std::uint64_t false_positives = 0;
  std::uint64_t false_negatives = 0;
  double iou_sum = 0;  ///< over the pairs
};

/// 0..1. Of a class: 0 where it does not occur. Of a mean over classes: NaN where none occurs (panopticapi divides by
/// 0).
struct PanopticQuality {
  double pq = 0;    ///< sq * rq
  double sq = 0;    ///< segmentation quality: the mean IoU of the pairs
  double rq = 0;    ///< recognition quality: F1
  int classes = 0;  ///< that occur in truth or prediction, and the mean covers
};

struct PanopticClassReport {
  PanopticCategory category;
  PanopticCounts counts;
  PanopticQuality quality;
};

struct PanopticReport {
  std::uint64_t images = 0;
  PanopticQuality all;
  PanopticQuality things;
  PanopticQuality stuff;
  std::vector<PanopticClassReport> classes;  ///< in the order of the categories
  PerSample per_sample = {};                 ///< "image_pq": the PQ of each image alone, NaN where nothing occurs
};

/// Names are looked up by category id.
VISIONKIT_API std::string to_string(const PanopticReport& report, const Labels& labels = {});
VISIONKIT_API std::string to_json(const PanopticReport& report, const Labels& labels = {});
VISIONKIT_API std::vector<Figure> figures(const PanopticReport& report);

/// See metric.hpp. Calls that throw add nothing. The rules, where they are not obvious:
/// - Void pixels of the truth leave the union; the union takes the area that the annotation names.
/// - Crowds are never matched. A prediction with more than half of its pixels on void, or on the crowd of its category
/// (the
///   last listed), is no false positive.
class VISIONKIT_API PanopticMetric {
 public:
  /// Throws invalid_option for no category or an id that appears twice.
  explicit PanopticMetric(std::vector<PanopticCategory> categories);

  /// One image; `sample` is its number, see SampleValue. Throws shape when the maps differ in length; invalid_argument
  /// for a predicted pixel whose id is not listed (but void), a listed prediction without pixels or of an unknown
  /// category, and a union of nothing (a stated area that is smaller than the overlap).
  void add(const PanopticView& prediction, const PanopticView& truth, std::int64_t sample = -1);
  /// Throws shape for different sizes, else as above.
  void add(const PanopticMap& prediction, const PanopticMap& truth, std::int64_t sample = -1);
  /// Throws invalid_argument for other categories.
  void merge(const PanopticMetric& other);
  [[nodiscard]] PanopticReport report() const;

 private:
  struct Counts {
    std::uint64_t true_positives = 0;
    std::uint64_t false_positives = 0;
    std::uint64_t false_negatives = 0;
    FixedSum iou_sum;
  };
  [[nodiscard]] std::vector<Counts> judge(const PanopticView& prediction, const PanopticView& truth) const;
  void add_counts(const std::vector<Counts>& more);
  [[nodiscard]] PanopticReport report_of(const std::vector<Counts>& counts) const;

  std::vector<PanopticCategory> categories_;
  std::uint64_t images_ = 0;
  std::vector<Counts> counts_;
  std::vector<SampleValue> per_sample_;
};

}  // namespace visionkit
