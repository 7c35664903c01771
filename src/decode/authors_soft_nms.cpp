#include <algorithm>
#include <cmath>
#include <limits>

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

void check_soft_options(std::size_t count, std::span<const float> scores, const SoftNmsOptions& options) {
  const auto check_range = [](const char* field, float value) {
    if (!(value >= 0 && value <= 1)) fail(ErrorCode::invalid_option, "{} is {}, expected 0..1", field, value);
  };
  check_range("iou_threshold", options.iou_threshold);
  check_range("score_threshold", options.score_threshold);
  if (!(options.sigma > 0 && options.sigma <= std::numeric_limits<float>::max())) {
    fail(ErrorCode::invalid_option, "sigma is {}, expected a number above 0", options.sigma);
  }
  if (options.top_k < 0) fail(ErrorCode::invalid_option, "top_k is {}, expected at least 0", options.top_k);
  if (scores.size() != count) fail(ErrorCode::shape, "soft nms: {} boxes with {} scores", count, scores.size());
}

float decay_factor(float overlap, const SoftNmsOptions& options) {
  if (options.decay == SoftNmsDecay::gaussian) {
    // The authors take the exponential in double.
    return overlap == 0 ? 1 : static_cast<float>(std::exp(static_cast<double>(-(overlap * overlap) / options.sigma)));
  }
  if (!(overlap > options.iou_threshold)) return 1;
  return options.decay == SoftNmsDecay::linear ? 1 - overlap : 0;
}

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
