#include <visionkit/decode/nms.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/fail.hpp"
#include "decode/greedy.hpp"
#include "decode/nms_input.hpp"
#include "decode/soft_nms.hpp"

namespace visionkit {
namespace {

// torchvision's arithmetic, for boxes with a positive finite area.
class IouRule final : public SuppressionRule {
 public:
  IouRule(std::span<const Candidate> candidates, double threshold) : candidates_(candidates), threshold_(threshold) {}

  [[nodiscard]] bool suppresses(std::int32_t kept, std::int32_t candidate) const override {
    const auto& a = candidates_[static_cast<std::size_t>(kept)];
    const auto& b = candidates_[static_cast<std::size_t>(candidate)];
    const float width = std::max(0.0F, std::min(a.x2, b.x2) - std::max(a.x1, b.x1));
    const float height = std::max(0.0F, std::min(a.y2, b.y2) - std::max(a.y1, b.y1));
    const float intersection = width * height;
    const float iou = intersection / (a.area + b.area - intersection);
    return static_cast<double>(iou) > threshold_;
  }

 private:
  std::span<const Candidate> candidates_;
  double threshold_;
};

class OverlapRule final : public SuppressionRule {
 public:
  OverlapRule(std::span<const Candidate> candidates, BoxOverlap overlap, double threshold)
      : candidates_(candidates), overlap_(overlap), threshold_(threshold) {}

  [[nodiscard]] bool suppresses(std::int32_t kept, std::int32_t candidate) const override {
    return static_cast<double>(box_overlap(box(kept), box(candidate), overlap_)) > threshold_;
  }

 private:
  [[nodiscard]] Box box(std::int32_t rank) const {
    const auto& c = candidates_[static_cast<std::size_t>(rank)];
    return {c.x1, c.y1, c.x2, c.y2};
  }

  std::span<const Candidate> candidates_;
  BoxOverlap overlap_;
  double threshold_;
};

Screen screen_for(const NmsOptions& options) {
  // Ten times what float32 can be off; a threshold this close to 0 is not worth dividing by.
  const auto threshold = static_cast<float>(options.iou_threshold * (1 - 1e-5));
  return {threshold < 1e-6F ? 0.0F : threshold, options.overlap == BoxOverlap::smaller_area};
}

template <class Space>
std::vector<Candidate> candidates_of(std::span<const BasicBox<Space>> boxes, const RankedInput& input,
                                     const NmsOptions& options) {
  std::vector<Candidate> candidates(input.index.size());
  for (std::size_t rank = 0; rank < candidates.size(); ++rank) {
    const auto& box = boxes[static_cast<std::size_t>(input.index[rank])];
    const float area = box.area();
    // No overlap is above 1, nor is one with such a box above 0.
    const bool can_meet =
        box.width() > 0 && box.height() > 0 && area > 0 && std::isfinite(area) && options.iou_threshold < 1;
    candidates[rank] = {box.x1, box.y1, box.x2, box.y2, area, can_meet ? input.group[rank] : lone_group};
  }
  return candidates;
}

// Calls `use` with the exact rule for the options.
template <class Use>
auto with_rule(std::span<const Candidate> candidates, const NmsOptions& options, Use&& use) {
  if (options.overlap == BoxOverlap::iou) {
    IouRule rule(candidates, options.iou_threshold);
    return use(rule);
  }
  OverlapRule rule(candidates, options.overlap, options.iou_threshold);
  return use(rule);
}

std::size_t limit(const NmsOptions& options) { return static_cast<std::size_t>(options.max_detections); }

template <class Space>
std::vector<std::int32_t> greedy_indices(std::span<const BasicBox<Space>> boxes, const RankedInput& input,
                                         const NmsOptions& options) {
  const auto candidates = candidates_of(boxes, input, options);
  auto kept = with_rule(candidates, options, [&](SuppressionRule& rule) {
    return greedy(candidates, input.groups, screen_for(options), rule, limit(options));
  });
  for (auto& rank : kept) rank = input.index[static_cast<std::size_t>(rank)];
  return kept;
}

template <class Space>
std::vector<BasicNmsPick<Space>> weighted_picks(std::span<const BasicBox<Space>> boxes, std::span<const float> scores,
                                                const RankedInput& input, const NmsOptions& options) {
  const auto candidates = candidates_of(boxes, input, options);
  const auto suppressors = with_rule(candidates, options, [&](SuppressionRule& rule) {
    return best_suppressors(candidates, input.groups, screen_for(options), rule);
  });
  struct Sum {
    double weight = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  };
  std::vector<Sum> sums(candidates.size());
  for (std::size_t rank = 0; rank < candidates.size(); ++rank) {
    const auto& box = candidates[rank];
    const double weight = scores[static_cast<std::size_t>(input.index[rank])];
    auto& sum = sums[static_cast<std::size_t>(suppressors[rank])];
    sum.weight += weight;
    sum.x1 += weight * box.x1;
    sum.y1 += weight * box.y1;
    sum.x2 += weight * box.x2;
    sum.y2 += weight * box.y2;
  }
  std::vector<BasicNmsPick<Space>> picks;
  for (std::size_t rank = 0; rank < candidates.size() && picks.size() < limit(options); ++rank) {
    if (suppressors[rank] != static_cast<std::int32_t>(rank)) continue;
    const auto index = static_cast<std::size_t>(input.index[rank]);
    const auto& sum = sums[rank];
    // Without usable weights, or alone, a box stays where it is.
    const bool moves = sum.weight > 0 && std::isfinite(sum.weight) && sum.weight != scores[index];
    const auto mean = [&](double value) { return static_cast<float>(value / sum.weight); };
    const auto box = moves ? BasicBox<Space>{mean(sum.x1), mean(sum.y1), mean(sum.x2), mean(sum.y2)} : boxes[index];
    picks.push_back({input.index[rank], scores[index], box});
  }
  return picks;
}

template <class Space>
std::vector<BasicNmsPick<Space>> picks_of(std::span<const BasicBox<Space>> boxes, std::span<const float> scores,
                                          std::span<const ClassId> labels, const NmsOptions& options) {
  return guarded("suppress", [&] {
    const auto input = rank_input(boxes.size(), scores, labels, options);
    if (options.method == NmsMethod::weighted) return weighted_picks(boxes, scores, input, options);
    std::vector<BasicNmsPick<Space>> picks;
    if (options.method == NmsMethod::greedy) {
      for (const auto index : greedy_indices(boxes, input, options)) {
        picks.push_back({index, scores[static_cast<std::size_t>(index)], boxes[static_cast<std::size_t>(index)]});
      }
      return picks;
    }
    const auto overlap = [&](std::int32_t kept, std::int32_t candidate) {
      return box_overlap(boxes[static_cast<std::size_t>(kept)], boxes[static_cast<std::size_t>(candidate)],
                         options.overlap);
    };
    for (const auto& pick : soft_suppress(input, scores, overlap, options)) {
      picks.push_back({pick.index, pick.score, boxes[static_cast<std::size_t>(pick.index)]});
    }
    return picks;
  });
}

template <class Space>
std::vector<std::int32_t> indices_of(std::span<const BasicBox<Space>> boxes, std::span<const float> scores,
                                     std::span<const ClassId> labels, const NmsOptions& options) {
  return guarded("nms", [&] {
    if (options.method == NmsMethod::greedy) {
      return greedy_indices(boxes, rank_input(boxes.size(), scores, labels, options), options);
    }
    std::vector<std::int32_t> indices;
    for (const auto& pick : picks_of(boxes, scores, labels, options)) indices.push_back(pick.index);
    return indices;
  });
}

}  // namespace

std::string_view to_string(NmsMethod method) noexcept {
  switch (method) {
    case NmsMethod::greedy: return "greedy";
    case NmsMethod::soft_linear: return "soft_linear";
    case NmsMethod::soft_gaussian: return "soft_gaussian";
    case NmsMethod::weighted: return "weighted";
  }
  return "unknown";
}

std::string_view to_string(NmsScope scope) noexcept {
  return scope == NmsScope::per_class ? "per_class" : "all_classes";
}

std::vector<NmsPick> suppress(std::span<const Box> boxes, std::span<const float> scores,
                              std::span<const ClassId> labels, const NmsOptions& options) {
  return picks_of(boxes, scores, labels, options);
}
std::vector<ModelNmsPick> suppress(std::span<const ModelBox> boxes, std::span<const float> scores,
                                   std::span<const ClassId> labels, const NmsOptions& options) {
  return picks_of(boxes, scores, labels, options);
}

std::vector<std::int32_t> nms(std::span<const Box> boxes, std::span<const float> scores,
                              std::span<const ClassId> labels, const NmsOptions& options) {
  return indices_of(boxes, scores, labels, options);
}
std::vector<std::int32_t> nms(std::span<const ModelBox> boxes, std::span<const float> scores,
                              std::span<const ClassId> labels, const NmsOptions& options) {
  return indices_of(boxes, scores, labels, options);
}

std::vector<std::int32_t> nms_by(std::span<const float> scores, std::span<const ClassId> labels,
                                 const OverlapFunction& overlap, const NmsOptions& options) {
  if (options.method != NmsMethod::greedy) {
    fail(ErrorCode::invalid_option, "method is {}, expected greedy: nms_by() knows overlaps, not boxes",
         to_string(options.method));
  }
  const auto input = guarded("nms_by", [&] { return rank_input(scores.size(), scores, labels, options); });
  std::vector<std::vector<std::int32_t>> kept_by_group(static_cast<std::size_t>(input.groups));
  std::vector<std::int32_t> kept;
  for (std::size_t rank = 0; rank < input.index.size() && kept.size() < limit(options); ++rank) {
    auto& group = kept_by_group[static_cast<std::size_t>(input.group[rank])];
    const auto index = input.index[rank];
    const bool stays = std::none_of(group.begin(), group.end(),
                                    [&](std::int32_t other) { return overlap(other, index) > options.iou_threshold; });
    if (!stays) continue;
    group.push_back(index);
    kept.push_back(index);
  }
  return kept;
}

}  // namespace visionkit
