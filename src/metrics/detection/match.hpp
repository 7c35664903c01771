// Who found what in one picture and one class, for all thresholds and area ranges at once.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/core/truth.hpp>

#include "metrics/detection/state.hpp"

namespace visionkit {

/// Matches groups; keeps its memory between them. One for each thread.
class GroupMatcher {
 public:
  GroupMatcher(const MatchRules& rules, MatchBy match_by) : rules_(rules), match_by_(match_by) {}

  /// One prediction after the other, by falling score.
  struct Match {
    std::uint32_t prediction = 0;  ///< its place in the group
    MatchBits hits = 0;
    MatchBits ignored = 0;
  };

  /// `objects` and `predictions` are of one class of a picture of this size. Returns at most rules.max_detections,
  /// valid until the next call.
  std::span<const Match> match(std::span<const TrueObject* const> objects,
                               std::span<const Prediction* const> predictions, Size image);

  /// The area ranges in which an object counts as ignored.
  [[nodiscard]] MatchBits ignored(const TrueObject& object) const {
    return object.is_crowd ? rules_.all : rules_.outside(object.area);
  }

  /// Of the last match(): prediction (by falling score), object, bits at which it was taken.
  struct Taken {
    std::uint32_t prediction = 0;
    std::uint32_t object = 0;
    MatchBits bits = 0;
  };
  [[nodiscard]] std::span<const Taken> taken() const { return taken_; }

 private:
  struct Candidate {
    double overlap = 0;
    std::uint32_t object = 0;
  };

  void order_predictions(std::span<const Prediction* const> predictions);
  void overlap_masks(std::span<const TrueObject* const> objects, std::span<const Prediction* const> predictions,
                     Size image);
  void find_candidates(std::span<const TrueObject* const> objects, const Prediction& prediction, std::size_t rank);
  void take(std::span<const TrueObject* const> objects, std::size_t rank, const Prediction& prediction);

  const MatchRules& rules_;
  MatchBy match_by_;
  std::vector<Match> matches_;
  std::vector<Taken> taken_;
  std::vector<Candidate> candidates_;
  std::vector<MatchBits> object_ignored_;
  std::vector<MatchBits> object_taken_;
  std::vector<double> mask_overlaps_;  // [predictions by falling score, objects]
};

/// Orders by falling score, NaN last, +0 and -0 equal.
inline std::uint64_t score_key(double score) {
  if (score != score) return ~std::uint64_t{0};
  const auto bits = std::bit_cast<std::uint64_t>(score + 0.0);
  const bool is_negative = (bits >> 63U) != 0;
  return is_negative ? bits : ~bits & ~(std::uint64_t{1} << 63U);
}

/// pycocotools' bbIou: touching boxes and negative sides do not overlap. NaN for boxes too small or large for doubles.
inline double box_overlap(const ObjectBox& prediction, const ObjectBox& object, bool is_crowd) {
  const auto least = [](double a, double b) { return b < a ? b : a; };
  const auto most = [](double a, double b) { return a < b ? b : a; };
  const auto width = least(prediction.width + prediction.x, object.width + object.x) - most(prediction.x, object.x);
  if (width <= 0) return 0;
  const auto height = least(prediction.height + prediction.y, object.height + object.y) - most(prediction.y, object.y);
  if (height <= 0) return 0;
  const auto common = width * height;
  const auto area = prediction.width * prediction.height;
  return common / (is_crowd ? area : area + object.width * object.height - common);
}

}  // namespace visionkit
