#include "decode/greedy.hpp"

#include <algorithm>

namespace visionkit {

std::vector<std::int32_t> greedy(std::span<const Candidate> candidates, std::int32_t groups, const Screen& screen,
                                 SuppressionRule& rule, std::size_t max_kept) {
  KeptBoxes boxes(candidates, groups, screen);
  std::vector<std::int32_t> kept;
  std::vector<std::int32_t> odd;
  for (std::int32_t rank = 0; rank < static_cast<std::int32_t>(candidates.size()); ++rank) {
    if (kept.size() == max_kept) break;
    const auto group = candidates[static_cast<std::size_t>(rank)].group;
    const auto suppresses = [&](std::int32_t other) { return rule.suppresses(other, rank); };
    if (group != lone_group && std::any_of(odd.begin(), odd.end(), suppresses)) continue;
    if (group >= 0 && boxes.find_any(rank, rule) >= 0) continue;
    if (group == odd_group && std::any_of(kept.begin(), kept.end(), suppresses)) continue;
    kept.push_back(rank);
    if (group >= 0) boxes.insert(rank);
    if (group == odd_group) odd.push_back(rank);
    rule.on_kept();
  }
  return kept;
}

std::vector<std::int32_t> best_suppressors(std::span<const Candidate> candidates, std::int32_t groups,
                                           const Screen& screen, SuppressionRule& rule) {
  KeptBoxes boxes(candidates, groups, screen);
  std::vector<std::int32_t> suppressors(candidates.size());
  for (std::int32_t rank = 0; rank < static_cast<std::int32_t>(candidates.size()); ++rank) {
    const bool meets_others = candidates[static_cast<std::size_t>(rank)].group >= 0;
    const auto suppressor = meets_others ? boxes.find_best(rank, rule) : -1;
    suppressors[static_cast<std::size_t>(rank)] = suppressor < 0 ? rank : suppressor;
    if (meets_others && suppressor < 0) boxes.insert(rank);
  }
  return suppressors;
}

}  // namespace visionkit
