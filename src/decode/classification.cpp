#include <visionkit/decode/classification.hpp>

#include <algorithm>
#include <cmath>

#include "core/fail.hpp"
#include "decode/probabilities.hpp"

namespace visionkit {

void softmax_into(std::span<const float> logits, float temperature, std::span<float> scores) {
  if (logits.empty()) return;
  const auto largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    scores[i] = std::exp((logits[i] - largest) / temperature);
    sum += scores[i];
  }
  for (auto& value : scores) value = static_cast<float>(value / sum);
}

void sigmoid_into(std::span<const float> logits, float temperature, std::span<float> scores) {
  for (std::size_t i = 0; i < logits.size(); ++i) scores[i] = 1.0F / (1.0F + std::exp(-logits[i] / temperature));
}

std::vector<float> softmax(std::span<const float> logits, float temperature) {
  std::vector<float> scores(logits.size());
  softmax_into(logits, temperature, scores);
  return scores;
}

std::vector<float> sigmoid(std::span<const float> logits, float temperature) {
  std::vector<float> scores(logits.size());
  sigmoid_into(logits, temperature, scores);
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
  const auto better = [](const ClassScore& a, const ClassScore& b) {
    return a.score != b.score ? a.score > b.score : a.label < b.label;
  };
  // The best ones so far, the worst of them in front.
  std::vector<ClassScore> ranked;
  const auto room = std::min(options.top_k, scores.size());
  ranked.reserve(room);
  for (std::size_t i = 0; i < scores.size() && room > 0; ++i) {
    if (!options.allowed.empty() && !options.allowed[i]) continue;
    if (!thresholds.empty() && !(scores[i] >= thresholds[thresholds.size() == 1 ? 0 : i])) continue;
    const ClassScore candidate = {ClassId(static_cast<std::int32_t>(i)), scores[i]};
    if (ranked.size() == room) {
      if (!better(candidate, ranked.front())) continue;
      std::pop_heap(ranked.begin(), ranked.end(), better);
      ranked.pop_back();
    }
    ranked.push_back(candidate);
    std::push_heap(ranked.begin(), ranked.end(), better);
  }
  std::sort_heap(ranked.begin(), ranked.end(), better);
  return ranked;
}

}  // namespace visionkit
