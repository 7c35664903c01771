// What DetectionErrors holds, and how one picture is judged.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include <visionkit/metrics/detection.hpp>
#include <visionkit/metrics/detection_errors.hpp>

#include "core/truth_index.hpp"

namespace visionkit {

inline constexpr std::uint32_t no_object = 0xFFFFFFFFU;

/// A prediction that counts: a hit, or an error of a kind.
struct JudgedPrediction {
  double score = 0;
  std::int64_t image = 0;
  std::uint32_t category = 0;
  std::uint32_t object = no_object;  ///< hit, or pointed at by an error that can be put right
  bool is_hit = false;
  DetectionErrorKind kind = DetectionErrorKind::background;
};

struct ErrorTarget {
  std::uint32_t category = 0;
  bool is_found = false;
  bool is_claimed = false;  ///< by an error that can be put right
};

struct detail::DetectionErrorState {
  DetectionErrorState(std::vector<Category> categories, const DetectionErrorOptions& chosen);

  void add(const AnnotatedImage& image, std::span<const TrueObject> objects, std::span<const Prediction> predictions);
  void judge(const AnnotatedImage& image, std::span<const TrueObject> objects, std::span<const Prediction> predictions,
             const std::vector<double>& overlaps, const std::vector<std::uint32_t>& object_targets);
  void confuse(std::span<const TrueObject> objects, std::span<const Prediction> predictions,
               const std::vector<double>& overlaps);
  [[nodiscard]] JudgedPrediction judge_miss(const Prediction& prediction, std::span<const TrueObject> objects,
                                            const double* overlaps,
                                            const std::vector<std::uint32_t>& object_targets) const;
  /// AP with errors of one kind put right; with none without a kind.
  [[nodiscard]] double precision(const DetectionErrorKind* repaired) const;
  [[nodiscard]] std::uint32_t class_of(std::int64_t id) const { return static_cast<std::uint32_t>(index.find(id)); }

  DetectionErrorOptions options;
  DetectionMetrics matcher;
  IdIndex index;
  std::set<std::int64_t> images;
  std::vector<JudgedPrediction> judged;
  std::vector<ErrorTarget> targets;
  std::vector<std::size_t> confusion;
};

}  // namespace visionkit
