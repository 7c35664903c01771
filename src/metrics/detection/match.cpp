// COCO's greedy matching (cocoeval.py, evaluateImg): predictions by falling score; each takes, at every threshold and
// in every area range, the free object of the largest overlap, the later of equals, and an ignored object only when no
// other is left. A crowd is never used up. All ranges and thresholds are worked on at once, as bits.
#include "metrics/detection/match.hpp"

#include <algorithm>
#include <utility>

namespace visionkit {

void GroupMatcher::order_predictions(std::span<const Prediction* const> predictions) {
  matches_.clear();
  for (std::uint32_t i = 0; i < predictions.size(); ++i) matches_.push_back({i, 0, 0});
  const auto key = [&](const Match& match) { return score_key(predictions[match.prediction]->score); };
  if (matches_.size() > 1) {
    std::stable_sort(matches_.begin(), matches_.end(), [&](const Match& a, const Match& b) { return key(a) < key(b); });
  }
  if (matches_.size() > rules_.max_detections) matches_.resize(rules_.max_detections);
}

void GroupMatcher::overlap_masks(std::span<const TrueObject* const> objects,
                                 std::span<const Prediction* const> predictions, Size image) {
  std::vector<Mask> found;
  std::vector<Mask> there;
  std::vector<std::uint8_t> crowd;
  for (const auto& match : matches_) {
    const auto& prediction = *predictions[match.prediction];
    found.push_back(to_mask(prediction.segmentation, prediction.box, image));
  }
  for (const auto* object : objects) {
    there.push_back(to_mask(object->segmentation, object->box, image));
    crowd.push_back(object->is_crowd ? 1 : 0);
  }
  mask_overlaps_ = mask_iou_matrix(found, there, crowd);
}

void GroupMatcher::find_candidates(std::span<const TrueObject* const> objects, const Prediction& prediction,
                                   std::size_t rank) {
  candidates_.clear();
  for (std::size_t g = 0; g < objects.size(); ++g) {
    const auto overlap = match_by_ == MatchBy::masks
                             ? mask_overlaps_[rank * objects.size() + g]
                             : box_overlap(prediction.box, objects[g]->box, objects[g]->is_crowd);
    if (overlap >= rules_.lowest_threshold) candidates_.push_back({overlap, static_cast<std::uint32_t>(g)});
  }
  if (candidates_.size() < 2) return;
  std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
    return a.overlap != b.overlap ? a.overlap > b.overlap : a.object > b.object;
  });
}

void GroupMatcher::take(std::span<const TrueObject* const> objects, std::size_t rank, const Prediction& prediction) {
  auto& match = matches_[rank];
  auto open = rules_.all;
  MatchBits counted = 0;
  MatchBits ignored = 0;
  const auto take_from = [&](const Candidate& candidate, MatchBits allowed) {
    const auto g = candidate.object;
    const auto bits = rules_.reached(candidate.overlap) & allowed & open & ~object_taken_[g];
    if (bits == 0) return MatchBits{0};
    open &= ~bits;
    if (!objects[g]->is_crowd) object_taken_[g] |= bits;
    // An annotation id of 0 reads as "no match" in pycocotools, though the object is used up.
    if (objects[g]->id != 0) counted |= bits;
    taken_.push_back({static_cast<std::uint32_t>(rank), g, bits});
    return bits;
  };
  for (const auto& candidate : candidates_) take_from(candidate, ~object_ignored_[candidate.object]);
  for (const auto& candidate : candidates_) ignored |= take_from(candidate, object_ignored_[candidate.object]);
  match.ignored = ignored | (~counted & rules_.outside(prediction.area));
  match.hits = counted & ~match.ignored;
}

std::span<const GroupMatcher::Match> GroupMatcher::match(std::span<const TrueObject* const> objects,
                                                         std::span<const Prediction* const> predictions, Size image) {
  order_predictions(predictions);
  taken_.clear();
  if (objects.empty()) {
    for (auto& match : matches_) match.ignored = rules_.outside(predictions[match.prediction]->area);
    return matches_;
  }
  if (match_by_ == MatchBy::masks) overlap_masks(objects, predictions, image);
  object_taken_.assign(objects.size(), 0);
  object_ignored_.clear();
  for (const auto* object : objects) object_ignored_.push_back(ignored(*object));
  for (std::size_t rank = 0; rank < matches_.size(); ++rank) {
    const auto& prediction = *predictions[matches_[rank].prediction];
    find_candidates(objects, prediction, rank);
    take(objects, rank, prediction);
  }
  return matches_;
}

}  // namespace visionkit
