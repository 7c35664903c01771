#include "metrics/detection/f1.hpp"

#include <algorithm>
#include <functional>

#include "core/fail.hpp"

namespace visionkit {
namespace {

double f1_of(std::size_t hits, std::size_t misses, std::size_t objects) {
  return 2 * static_cast<double>(hits) / static_cast<double>(hits + misses + objects);
}

// Calls use(score, hits, misses) after the last prediction of every distinct score.
template <class Use>
void for_each_score(const detail::DetectionState& state, std::span<const std::uint32_t> order, std::size_t threshold,
                    Use&& use) {
  std::size_t hits = 0;
  std::size_t misses = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& record = state.records.predictions[order[i]];
    if ((record.hits >> threshold & 1U) != 0) {
      ++hits;
    } else if ((record.ignored >> threshold & 1U) == 0) {
      ++misses;
    }
    const bool is_last = i + 1 == order.size() || state.records.predictions[order[i + 1]].score != record.score;
    if (is_last) use(record.score, hits, misses);
  }
}

}  // namespace

std::size_t plain_threshold(const DetectionMetricsOptions& options) {
  const auto found = std::ranges::find(options.iou_thresholds, .5);
  return found == options.iou_thresholds.end() ? 0 : static_cast<std::size_t>(found - options.iou_thresholds.begin());
}

BestF1 best_f1(const detail::DetectionState& state, std::span<const std::uint32_t> order, std::size_t threshold,
               std::size_t objects) {
  BestF1 best;
  if (objects == 0) return best;
  best.f1 = 0;
  for_each_score(state, order, threshold, [&](double score, std::size_t hits, std::size_t misses) {
    const auto f1 = f1_of(hits, misses, objects);
    if (f1 > best.f1) best = {f1, score};
  });
  return best;
}

BestF1 best_f1_of_all(const detail::DetectionState& state, const ScoreOrder& order, std::size_t threshold,
                      std::size_t objects) {
  BestF1 best;
  if (objects == 0) return best;
  best.f1 = 0;
  // F1 is highest right after a hit, so only the scores of hits are sorted.
  const auto is_hit = [&](const PredictionRecord& record) { return (record.hits >> threshold & 1U) != 0; };
  std::vector<double> scores;
  for (const auto& record : state.records.predictions) {
    if (is_hit(record) && record.score == record.score) scores.push_back(record.score);
  }
  std::ranges::sort(scores, std::greater());
  std::vector<std::size_t> misses(scores.size() + 1);  // by the first hit that scores no more
  for (std::size_t category = 0; category < state.class_count(); ++category) {
    std::size_t at = 0;
    for (const auto place : order[category]) {
      const auto& record = state.records.predictions[place];
      if (is_hit(record) || (record.ignored >> threshold & 1U) != 0) continue;
      while (at < scores.size() && !(scores[at] <= record.score)) ++at;
      ++misses[at];
    }
  }
  std::size_t missed = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    missed += misses[i];
    if (i + 1 < scores.size() && scores[i + 1] == scores[i]) continue;
    const auto f1 = f1_of(i + 1, missed, objects);
    if (f1 > best.f1) best = {f1, scores[i]};
  }
  return best;
}

std::vector<PrecisionRecallCurve> DetectionMetrics::curves(double iou_threshold) const {
  return guarded("precision and recall of detections", [&] {
    const auto& thresholds = state_->options.iou_thresholds;
    const auto found = std::ranges::find(thresholds, iou_threshold);
    if (found == thresholds.end()) {
      fail(ErrorCode::invalid_argument, "precision and recall of detections: {} is none of the {} iou_thresholds",
           iou_threshold, thresholds.size());
    }
    const ScoreOrder order(*state_);
    const auto objects = count_objects(*state_);
    std::vector<PrecisionRecallCurve> curves;
    for (std::size_t category = 0; category < state_->class_count(); ++category) {
      PrecisionRecallCurve curve = {.category_id = state_->category_id(category),
                                    .objects = objects[category * state_->rules.areas.size()],
                                    .points = {}};
      if (curve.objects > 0) {
        for_each_score(*state_, order[category], static_cast<std::size_t>(found - thresholds.begin()),
                       [&](double score, std::size_t hits, std::size_t misses) {
                         if (hits + misses == 0) return;
                         const auto right = static_cast<double>(hits);
                         curve.points.push_back({.score = score,
                                                 .precision = right / static_cast<double>(hits + misses),
                                                 .recall = right / static_cast<double>(curve.objects),
                                                 .f1 = f1_of(hits, misses, curve.objects)});
                       });
      }
      curves.push_back(std::move(curve));
    }
    return curves;
  });
}

}  // namespace visionkit
