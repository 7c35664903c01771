#include <visionkit/decode/nms_compatible.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "decode/greedy.hpp"
#include "decode/opencv_input.hpp"
#include "decode/soft_decay.hpp"

namespace visionkit {
namespace {

double area_of(const OpenCvRect& box) { return box.width * box.height; }

// cv::Rect_::operator&. The comparisons are OpenCV's, because they decide what NaN does; they choose values, not boxes,
// because a processor guesses wrong every second time which box is on the left.
double intersection_of(const OpenCvRect& a, const OpenCvRect& b) {
  const auto is_empty = [](double width, double height) { return width <= 0 || height <= 0; };
  if (is_empty(a.width, a.height) || is_empty(b.width, b.height)) return 0;
  const bool a_left = a.x < b.x;
  const bool a_upper = a.y < b.y;
  const double left = a_left ? a.x : b.x;
  const double right = a_left ? b.x : a.x;
  const double left_width = a_left ? a.width : b.width;
  const double right_width = a_left ? b.width : a.width;
  const double upper = a_upper ? a.y : b.y;
  const double lower = a_upper ? b.y : a.y;
  const double upper_height = a_upper ? a.height : b.height;
  const double lower_height = a_upper ? b.height : a.height;
  if ((left < 0 && left + left_width < right) || (upper < 0 && upper + upper_height < lower)) return 0;
  const double width = std::min(left_width - (right - left), right_width);
  const double height = std::min(upper_height - (lower - upper), lower_height);
  return is_empty(width, height) ? 0 : width * height;
}

// 1 - cv::jaccardDistance().
float overlap_of(const OpenCvRect& a, const OpenCvRect& b) {
  const double areas = area_of(a) + area_of(b);
  if (areas <= std::numeric_limits<double>::epsilon()) return 1;
  const double intersection = intersection_of(a, b);
  return 1.0F - static_cast<float>(1.0 - intersection / (areas - intersection));
}

class OpenCvRule final : public SuppressionRule {
 public:
  OpenCvRule(std::span<const OpenCvRect> by_rank, const OpenCvNmsOptions& options)
      : boxes_(by_rank), threshold_(options) {}

  [[nodiscard]] bool suppresses(std::int32_t kept, std::int32_t candidate) const override {
    return threshold_.suppresses(overlap_of(box(candidate), box(kept)));
  }
  void on_kept() override { threshold_.shrink(); }

 private:
  [[nodiscard]] const OpenCvRect& box(std::int32_t rank) const { return boxes_[static_cast<std::size_t>(rank)]; }

  std::span<const OpenCvRect> boxes_;
  OpenCvThreshold threshold_;
};

// Rounded outwards, so that the screen sees at least the true intersection.
Candidate candidate_of(const OpenCvRect& box) {
  // More than the distance to the next float.
  const auto step = [](float value) { return std::abs(value) * 0x1p-22F + std::numeric_limits<float>::min(); };
  const auto down = [&](double value) { return static_cast<float>(value) - step(static_cast<float>(value)); };
  const auto up = [&](double value) { return static_cast<float>(value) + step(static_cast<float>(value)); };
  const Candidate candidate = {
      down(box.x), down(box.y), up(box.x + box.width), up(box.y + box.height), static_cast<float>(area_of(box)), 0};
  const bool is_plain = box.width > 0 && box.height > 0 && candidate.area > 1e-12F && candidate.area < 1e30F &&
                        std::isfinite(candidate.x1) && std::isfinite(candidate.y1) && std::isfinite(candidate.x2) &&
                        std::isfinite(candidate.y2);
  return is_plain ? candidate : Candidate{0, 0, 0, 0, 0, odd_group};
}

Screen screen_for(const OpenCvNmsOptions& options) {
  // The smallest threshold that eta can lead to, less what two roundings to float32 near 1 can lose.
  const bool shrinks = options.eta < 1 && options.nms_threshold > 0.5F;
  const float threshold = shrinks ? 0.5F * options.eta : options.nms_threshold;
  const float safe = (threshold - 1e-6F) * (1 - 1e-5F);
  return {safe < 1e-6F ? 0.0F : safe, false};
}

}  // namespace

std::vector<std::int32_t> opencv_nms(std::span<const OpenCvRect> boxes, std::span<const float> scores,
                                     const OpenCvNmsOptions& options) {
  return guarded("opencv_nms", [&] {
    const auto order = opencv_order(boxes.size(), scores, options);
    std::vector<OpenCvRect> by_rank;
    std::vector<Candidate> candidates;
    by_rank.reserve(order.size());
    candidates.reserve(order.size());
    for (const auto index : order) {
      by_rank.push_back(boxes[static_cast<std::size_t>(index)]);
      candidates.push_back(candidate_of(by_rank.back()));
    }
    OpenCvRule rule(by_rank, options);
    auto kept = greedy(candidates, 1, screen_for(options), rule, candidates.size());
    for (auto& rank : kept) rank = order[static_cast<std::size_t>(rank)];
    return kept;
  });
}

std::vector<ScoredIndex> opencv_soft_nms(std::span<const OpenCvRect> boxes, std::span<const float> scores,
                                         const SoftNmsOptions& options) {
  return guarded("opencv_soft_nms", [&] {
    check_soft_options(boxes.size(), scores, options);
    std::vector<ScoredIndex> remaining;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      if (scores[i] >= options.score_threshold) remaining.push_back({static_cast<std::int32_t>(i), scores[i]});
    }
    const auto limit = options.top_k == 0 ? boxes.size() : static_cast<std::size_t>(options.top_k);
    std::vector<ScoredIndex> picks;
    while (!remaining.empty() && picks.size() < limit) {
      const auto best = std::max_element(remaining.begin(), remaining.end(), [](const auto& a, const auto& b) {
        return a.score != b.score ? a.score < b.score : a.index > b.index;
      });
      picks.push_back(*best);
      *best = remaining.back();
      remaining.pop_back();
      const auto& taken = boxes[static_cast<std::size_t>(picks.back().index)];
      for (auto& entry : remaining) {
        entry.score *= decay_factor(overlap_of(taken, boxes[static_cast<std::size_t>(entry.index)]), options);
      }
      std::erase_if(remaining, [&](const ScoredIndex& entry) { return !(entry.score >= options.score_threshold); });
    }
    return picks;
  });
}

}  // namespace visionkit
