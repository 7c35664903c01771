#include <visionkit/decode/classification.hpp>

#include <algorithm>
#include <cmath>

#include "core/fail.hpp"

namespace visionkit {

std::vector<float> softmax(std::span<const float> logits, float temperature) {
  std::vector<float> scores(logits.begin(), logits.end());
  if (scores.empty()) return scores;
  const auto largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (auto& value : scores) {
    value = std::exp((value - largest) / temperature);
    sum += value;
  }
  for (auto& value : scores) value = static_cast<float>(value / sum);
  return scores;
}

std::vector<float> sigmoid(std::span<const float> logits, float temperature) {
  std::vector<float> scores(logits.begin(), logits.end());
  for (auto& value : scores) value = 1.0F / (1.0F + std::exp(-value / temperature));
  return scores;
}

std::vector<ClassScore> rank(std::span<const float> scores, const RankOptions& options) {
  const auto& thresholds = options.score_thresholds;
  if (thresholds.size() > 1 && thresholds.size() != scores.size()) {
    fail(ErrorCode::shape, "score_thresholds has {} values for {} classes", thresholds.size(), scores.size());
  }
  if (!options.allowed.empty() && options.allowed.size() != scores.size()) {
    fail(ErrorCode::shape, "allowed has {} entries for {} classes", options.allowed.size(), scores.size());
  }
  std::vector<ClassScore> ranked;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!options.allowed.empty() && !options.allowed[i]) continue;
    if (!thresholds.empty() && !(scores[i] >= thresholds[thresholds.size() == 1 ? 0 : i])) continue;
    ranked.push_back({ClassId(static_cast<std::int32_t>(i)), scores[i]});
  }
  const auto kept = std::min(options.top_k, ranked.size());
  const auto better = [](const ClassScore& a, const ClassScore& b) {
    return a.score != b.score ? a.score > b.score : a.label < b.label;
  };
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(kept), ranked.end(), better);
  ranked.resize(kept);
  return ranked;
}

}  // namespace visionkit
