#include <algorithm>

#include <visionkit/decode/nms_compatible.hpp>

#include "core/fail.hpp"
#include "decode/soft_decay.hpp"

namespace visionkit {
namespace {

struct Entry {
  Box box;
  ScoredIndex scored;
};

// Sides measured between the outer edges of whole pixels: x2 - x1 + 1.
float overlap_of(const Box& a, const Box& b) {
  const float width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1) + 1;
  const float height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1) + 1;
  if (!(width > 0 && height > 0)) return 0;
  const float area_a = (a.x2 - a.x1 + 1) * (a.y2 - a.y1 + 1);
  const float area_b = (b.x2 - b.x1 + 1) * (b.y2 - b.y1 + 1);
  return width * height / (area_a + area_b - width * height);
}

}  // namespace

std::vector<ScoredIndex> authors_soft_nms(std::span<const Box> boxes, std::span<const float> scores,
                                          const SoftNmsOptions& options) {
  return guarded("authors_soft_nms", [&] {
    check_soft_options(boxes.size(), scores, options);
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      entries.push_back({boxes[i], {static_cast<std::int32_t>(i), scores[i]}});
    }
    // Swapping, both of the best to the front and of the last into a gap, decides the order of equal scores.
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto best =
          std::max_element(entries.begin() + static_cast<std::ptrdiff_t>(i), entries.end(),
                           [](const Entry& a, const Entry& b) { return a.scored.score < b.scored.score; });
      std::swap(entries[i], *best);
      for (std::size_t j = i + 1; j < entries.size();) {
        auto& score = entries[j].scored.score;
        score *= decay_factor(overlap_of(entries[i].box, entries[j].box), options);
        if (score < options.score_threshold) {
          entries[j] = entries.back();
          entries.pop_back();
        } else {
          ++j;
        }
      }
    }
    std::vector<ScoredIndex> picks;
    for (const auto& entry : entries) {
      if (options.top_k > 0 && picks.size() == static_cast<std::size_t>(options.top_k)) break;
      picks.push_back(entry.scored);
    }
    return picks;
  });
}

}  // namespace visionkit
