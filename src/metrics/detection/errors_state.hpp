// What DetectionErrors holds, and how one picture is judged.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include <visionkit/metrics/detection_errors.hpp>

#include "core/truth_index.hpp"

namespace visionkit {

inline constexpr std::uint32_t no_object = 0xFFFFFFFFU;

/// A hit, or an error of a kind.
struct JudgedPrediction {
  double score = 0;
  std::int64_t image = 0;
  std::uint32_t category = 0;
  std::uint32_t object = no_object;  ///< hit, or pointed at by an error that can be put right
  bool is_hit = false;
  bool is_on_crowd = false;   ///< counts among the errors only
  bool can_be_right = false;  ///< the best of all errors that point at an object that was not found
  DetectionErrorKind kind = DetectionErrorKind::background;
};

struct ErrorTarget {
  std::uint32_t category = 0;
  bool is_found = false;
  bool is_claimed = false;  ///< not found, but pointed at by an error that can be put right
};

/// One picture; entries are of known categories.
struct ErrorPicture {
  AnnotatedImage image = {};
  std::vector<TrueObject> objects = {};
  std::vector<Prediction> predictions = {};  ///< by falling score
  std::vector<double> overlaps = {};         ///< [predictions, objects]
  std::vector<std::uint32_t> targets = {};   ///< of each object; no_object for crowds

  [[nodiscard]] std::span<const double> overlaps_of(std::size_t prediction) const {
    return std::span(overlaps).subspan(prediction * objects.size(), objects.size());
  }
};

struct detail::DetectionErrorState {
  DetectionErrorState(std::vector<Category> given, const DetectionErrorOptions& chosen);

  void add(const AnnotatedImage& image, std::span<const TrueObject> objects, std::span<const Prediction> predictions);
  void judge(const ErrorPicture& picture);
  void judge_miss(const ErrorPicture& picture, std::size_t prediction, JudgedPrediction& entry) const;
  void confuse(const ErrorPicture& picture);
  /// AP with errors of one kind put right; with none without a kind.
  [[nodiscard]] double precision(const DetectionErrorKind* repaired) const;
  [[nodiscard]] std::uint32_t class_of(std::int64_t id) const { return static_cast<std::uint32_t>(index.find(id)); }

  DetectionErrorOptions options;
  std::vector<Category> categories;  // by id
  IdIndex index;
  std::set<std::int64_t> images;
  std::vector<JudgedPrediction> judged;
  std::vector<ErrorTarget> targets;
  std::vector<std::size_t> confusion;
};

}  // namespace visionkit
