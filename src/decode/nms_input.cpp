#include "decode/nms_input.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/fail.hpp"
#include "decode/score_order.hpp"

namespace visionkit {
namespace {

void check_count(const char* field, std::int64_t value) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (value < 1 || value > most) fail(ErrorCode::invalid_option, "{} is {}, expected 1..{}", field, value, most);
}

// Numbers the distinct labels 0, 1, ... in any order.
std::int32_t number_labels(std::span<const ClassId> labels, std::vector<std::int32_t>& numbers) {
  numbers.resize(labels.size());
  if (labels.empty()) return 0;
  const auto [low, high] = std::minmax_element(labels.begin(), labels.end());
  const auto first = std::int64_t{low->value};
  const auto range = static_cast<std::size_t>(high->value - first) + 1;
  std::int32_t groups = 0;
  if (range <= 4 * labels.size() + 1024) {
    std::vector<std::int32_t> table(range, -1);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      auto& number = table[static_cast<std::size_t>(labels[i].value - first)];
      if (number < 0) number = groups++;
      numbers[i] = number;
    }
    return groups;
  }
  std::vector<ClassId> distinct(labels.begin(), labels.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    numbers[i] =
        static_cast<std::int32_t>(std::lower_bound(distinct.begin(), distinct.end(), labels[i]) - distinct.begin());
  }
  return static_cast<std::int32_t>(distinct.size());
}

}  // namespace

void check_options(const NmsOptions& options) {
  if (!(options.iou_threshold >= 0 && options.iou_threshold <= 1)) {
    fail(ErrorCode::invalid_option, "iou_threshold is {}, expected 0..1", options.iou_threshold);
  }
  check_count("max_detections", options.max_detections);
  check_count("max_candidates", options.max_candidates);
  if (!(options.sigma > 0 && options.sigma <= std::numeric_limits<float>::max())) {
    fail(ErrorCode::invalid_option, "sigma is {}, expected a number above 0", options.sigma);
  }
  if (!(options.min_score >= 0 && options.min_score <= 1)) {
    fail(ErrorCode::invalid_option, "min_score is {}, expected 0..1", options.min_score);
  }
}

RankedInput rank_input(std::size_t count, std::span<const float> scores, std::span<const ClassId> labels,
                       const NmsOptions& options) {
  check_options(options);
  if (scores.size() != count || (!labels.empty() && labels.size() != count)) {
    fail(ErrorCode::shape, "nms: {} boxes with {} scores and {} labels, expected one score each, and one label or none",
         count, scores.size(), labels.size());
  }
  if (count > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    fail(ErrorCode::shape, "nms: {} boxes, expected at most {}", count, std::numeric_limits<std::int32_t>::max());
  }
  RankedInput input;
  input.index = falling_order(scores);
  input.group.assign(count, 0);
  input.groups = 1;
  const bool by_class = options.scope == NmsScope::per_class && !labels.empty();
  if (by_class) {
    std::vector<std::int32_t> numbers;
    input.groups = number_labels(labels, numbers);
    for (std::size_t rank = 0; rank < count; ++rank) {
      input.group[rank] = numbers[static_cast<std::size_t>(input.index[rank])];
    }
  }
  if (static_cast<std::size_t>(options.max_candidates) >= count) return input;

  std::vector<std::int64_t> taken(static_cast<std::size_t>(input.groups));
  std::size_t used = 0;
  for (std::size_t rank = 0; rank < count; ++rank) {
    const auto group = input.group[rank];
    if (taken[static_cast<std::size_t>(group)]++ >= options.max_candidates) continue;
    input.index[used] = input.index[rank];
    input.group[used++] = group;
  }
  input.index.resize(used);
  input.group.resize(used);
  return input;
}

}  // namespace visionkit
