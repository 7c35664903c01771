#include "decode/soft_nms.hpp"

#include <algorithm>
#include <cmath>

namespace visionkit {
namespace {

struct Remaining {
  std::int32_t index;
  std::int32_t group;
  float score;
};

}  // namespace

std::vector<SoftPick> soft_suppress(const RankedInput& input, std::span<const float> scores,
                                    const std::function<float(std::int32_t, std::int32_t)>& overlap,
                                    const NmsOptions& options) {
  const auto stays = [&](const Remaining& entry) { return entry.score >= options.min_score; };
  std::vector<Remaining> remaining;
  for (std::size_t rank = 0; rank < input.index.size(); ++rank) {
    const auto index = input.index[rank];
    const Remaining entry = {index, input.group[rank], scores[static_cast<std::size_t>(index)]};
    if (stays(entry)) remaining.push_back(entry);
  }
  std::vector<SoftPick> picks;
  while (!remaining.empty() && picks.size() < static_cast<std::size_t>(options.max_detections)) {
    const auto best = std::max_element(remaining.begin(), remaining.end(), [](const auto& a, const auto& b) {
      return a.score != b.score ? a.score < b.score : a.index > b.index;
    });
    const auto taken = *best;
    picks.push_back({taken.index, taken.score});
    *best = remaining.back();
    remaining.pop_back();
    for (auto& entry : remaining) {
      if (entry.group != taken.group) continue;
      const float value = overlap(taken.index, entry.index);
      if (!(value > 0)) continue;
      if (options.method == NmsMethod::soft_gaussian) {
        entry.score *= std::exp(-(value * value) / options.sigma);
      } else if (static_cast<double>(value) > options.iou_threshold) {
        entry.score *= 1 - value;
      }
    }
    std::erase_if(remaining, [&](const Remaining& entry) { return !stays(entry); });
  }
  return picks;
}

}  // namespace visionkit
