// What DetectionMetrics holds: one record for each prediction that counts and one for each object, in the order in
// which pictures were added. A bit stands for an area range and a threshold: bit = area * thresholds + threshold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include <visionkit/metrics/detection.hpp>

#include "core/truth_index.hpp"

namespace visionkit {

using MatchBits = std::uint64_t;

/// The thresholds and ranges of the options, as bits.
struct MatchRules {
  explicit MatchRules(const DetectionMetricsOptions& options);

  std::vector<double> thresholds;  ///< what an overlap must reach
  double lowest_threshold = 0;
  std::vector<AreaRange> areas;
  std::size_t max_detections = 0;
  MatchBits all = 0;        ///< every bit
  MatchBits each_area = 0;  ///< the first threshold of every area
  MatchBits one_area = 0;   ///< every threshold of the first area

  /// The bits of the thresholds that an overlap reaches.
  [[nodiscard]] MatchBits reached(double overlap) const;
  /// The bits of the areas that do not hold an object of this size.
  [[nodiscard]] MatchBits outside(double area) const;
};

struct PredictionRecord {
  double score = 0;
  MatchBits hits = 0;
  MatchBits ignored = 0;
  std::uint32_t image = 0;     ///< the how manieth that was added
  std::uint32_t category = 0;  ///< the place of its id among the sorted
  std::uint32_t rank = 0;      ///< by falling score in its picture and class
};

struct ObjectRecord {
  MatchBits ignored = 0;
  std::uint32_t image = 0;
  std::uint32_t category = 0;
  bool is_crowd = false;
};

struct Records {
  std::vector<PredictionRecord> predictions;  ///< by picture, class and rank
  std::vector<ObjectRecord> objects;

  void append(const Records& other);
};

struct detail::DetectionState {
  DetectionState(std::vector<Category> given, DetectionMetricsOptions chosen);

  [[nodiscard]] std::size_t class_count() const;
  /// The id of a class; -1 when categories are not looked at.
  [[nodiscard]] std::int64_t category_id(std::size_t index) const;
  [[nodiscard]] Category category(std::size_t index) const;
  /// The class of a category, no_class when it is not listed.
  [[nodiscard]] std::uint32_t class_of(std::int64_t category_id) const;
  /// Throws invalid_argument for a picture that is there.
  void check_new(std::int64_t image_id) const;
  void add_image(std::int64_t image_id);
  /// Throws invalid_argument unless categories and options but threads are equal.
  void check_comparable(const DetectionState& other, const char* what) const;

  std::vector<Category> categories;
  DetectionMetricsOptions options;
  MatchRules rules;
  IdIndex category_index;
  std::vector<std::int64_t> image_ids;
  std::unordered_set<std::int64_t> known_images;
  Records records;
};

/// No class: of a category that is not listed.
inline constexpr std::uint32_t no_class = 0xFFFFFFFFU;

}  // namespace visionkit
