#include "decode/nms_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace visionkit::test {
namespace {

// std::max and std::min as torchvision's kernel calls them: the argument order decides what NaN does.
float largest_of(float a, float b) { return a < b ? b : a; }
float smallest_of(float a, float b) { return b < a ? b : a; }

float overlap_of(const Box& kept, const Box& box, BoxOverlap overlap) {
  if (overlap != BoxOverlap::iou) return box_overlap(kept, box, overlap);
  const float width = largest_of(0, smallest_of(kept.x2, box.x2) - largest_of(kept.x1, box.x1));
  const float height = largest_of(0, smallest_of(kept.y2, box.y2) - largest_of(kept.y1, box.y1));
  const float intersection = width * height;
  return intersection / (kept.area() + box.area() - intersection);
}

bool has_area(const Box& box) {
  return box.width() > 0 && box.height() > 0 && box.area() > 0 && std::isfinite(box.area());
}

std::vector<std::int32_t> plain_order(std::span<const float> scores) {
  std::vector<std::int32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    const float left = scores[static_cast<std::size_t>(a)];
    const float right = scores[static_cast<std::size_t>(b)];
    return std::isnan(left) ? !std::isnan(right) : left > right;
  });
  return order;
}

}  // namespace

BoxSet random_boxes(std::mt19937_64& random, std::size_t largest) {
  const auto uniform = [&](double low, double high) {
    return static_cast<float>(std::uniform_real_distribution<double>(low, high)(random));
  };
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  const auto count = pick(0, static_cast<std::int64_t>(largest));
  const auto kind = pick(0, 9);
  const double frame = std::array{64.0, 640.0, 4000.0}[static_cast<std::size_t>(pick(0, 2))];
  const double side = frame * std::array{0.02, 0.1, 0.5}[static_cast<std::size_t>(pick(0, 2))];
  const auto classes = std::array<std::int64_t, 4>{1, 3, 80, 2'000'000'000}[static_cast<std::size_t>(pick(0, 3))];
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();

  BoxSet set;
  for (std::int64_t i = 0; i < count; ++i) {
    float x = uniform(0, frame);
    float y = uniform(0, frame);
    float width = uniform(0, side);
    float height = uniform(0, side);
    if (kind == 1) {  // clusters
      x = static_cast<float>(pick(1, 8)) * static_cast<float>(frame) / 8 + uniform(-3, 3);
      y = static_cast<float>(pick(1, 4)) * static_cast<float>(frame) / 4 + uniform(-3, 3);
      width = static_cast<float>(side) + uniform(0, side / 4);
      height = static_cast<float>(side) + uniform(0, side / 4);
    }
    if (kind == 2) {  // many equal boxes and overlaps that are simple fractions
      x = static_cast<float>(pick(0, 9));
      y = static_cast<float>(pick(0, 9));
      width = static_cast<float>(pick(0, 6));
      height = static_cast<float>(pick(0, 6));
    }
    if (kind == 3) {
      x -= static_cast<float>(frame);
      y -= static_cast<float>(3 * frame);
    }
    Box box = {x, y, x + width, y + height};
    if (kind == 4) {  // as far as float32 goes, and as small
      const float scale = std::array{1e-25F, 1e-22F, 1e-18F, 1e7F, 1e16F, 4e34F}[static_cast<std::size_t>(pick(0, 5))];
      box = {box.x1 * scale, box.y1 * scale, box.x2 * scale, box.y2 * scale};
    }
    if (kind == 5) {
      box = {box.x1 + 1e7F, box.y1 + 1e7F, box.x2 + 1e7F, box.y2 + 1e7F};
    }
    if (kind == 6 && pick(0, 2) == 0) std::swap(box.x1, box.x2);
    if (kind == 6 && pick(0, 2) == 0) std::swap(box.y1, box.y2);
    if (kind == 6 && pick(0, 3) == 0) box.x2 = box.x1;
    if (kind == 7 && pick(0, 3) == 0) {
      const std::array fields = {&box.x1, &box.y1, &box.x2, &box.y2};
      *fields[static_cast<std::size_t>(pick(0, 3))] =
          std::array{nan, infinity, -infinity}[static_cast<std::size_t>(pick(0, 2))];
    }
    if (kind == 8 && i > 0 && pick(0, 1) == 0) box = set.boxes[static_cast<std::size_t>(pick(0, i - 1))];
    set.boxes.push_back(box);
    float score = uniform(-0.2, 1);
    if (kind % 2 == 0) score = static_cast<float>(pick(-1, 10)) / 10;
    if (kind == 9 && pick(0, 9) == 0)
      score = std::array{nan, infinity, -infinity, -0.0F, 0.0F}[static_cast<std::size_t>(pick(0, 4))];
    set.scores.push_back(score);
    set.labels.emplace_back(static_cast<std::int32_t>(pick(0, classes - 1)));
  }
  return set;
}

std::vector<std::int32_t> plain_nms(const BoxSet& set, const NmsOptions& options) {
  std::vector<std::int32_t> kept;
  for (const auto index : plain_order(set.scores)) {
    if (static_cast<std::int64_t>(kept.size()) == options.max_detections) break;
    const auto& box = set.boxes[static_cast<std::size_t>(index)];
    const bool stays = std::none_of(kept.begin(), kept.end(), [&](std::int32_t other) {
      const auto& kept_box = set.boxes[static_cast<std::size_t>(other)];
      if (options.scope == NmsScope::per_class &&
          set.labels[static_cast<std::size_t>(other)] != set.labels[static_cast<std::size_t>(index)]) {
        return false;
      }
      // Only torchvision's own overlap says by itself what happens without area.
      if (options.overlap != BoxOverlap::iou && !(has_area(kept_box) && has_area(box))) return false;
      return static_cast<double>(overlap_of(kept_box, box, options.overlap)) > options.iou_threshold;
    });
    if (stays) kept.push_back(index);
  }
  return kept;
}

std::vector<std::int32_t> plain_opencv_nms(std::span<const OpenCvRect> boxes, std::span<const float> scores,
                                           const OpenCvNmsOptions& options) {
  std::vector<std::int32_t> order;
  for (const auto index : plain_order(scores)) {
    if (scores[static_cast<std::size_t>(index)] > options.score_threshold) order.push_back(index);
  }
  if (options.top_k > 0 && static_cast<std::int64_t>(order.size()) > options.top_k) {
    order.resize(static_cast<std::size_t>(options.top_k));
  }
  float threshold = options.nms_threshold;
  std::vector<std::int32_t> kept;
  for (const auto index : order) {
    const auto& a = boxes[static_cast<std::size_t>(index)];
    const bool stays = std::all_of(kept.begin(), kept.end(), [&](std::int32_t other) {
      const auto& b = boxes[static_cast<std::size_t>(other)];
      const double areas = a.width * a.height + b.width * b.height;
      if (areas <= std::numeric_limits<double>::epsilon()) return 1 <= threshold;
      const auto& first_x = a.x < b.x ? a : b;
      const auto& second_x = a.x < b.x ? b : a;
      const auto& first_y = a.y < b.y ? a : b;
      const auto& second_y = a.y < b.y ? b : a;
      const double width = std::min(first_x.width - (second_x.x - first_x.x), second_x.width);
      const double height = std::min(first_y.height - (second_y.y - first_y.y), second_y.height);
      const bool apart = (first_x.x < 0 && first_x.x + first_x.width < second_x.x) ||
                         (first_y.y < 0 && first_y.y + first_y.height < second_y.y);
      const double sides[] = {a.width, a.height, b.width, b.height, width, height};
      const bool empty = std::any_of(std::begin(sides), std::end(sides), [](double side) { return side <= 0; });
      const double intersection = apart || empty ? 0 : width * height;
      return 1.0F - static_cast<float>(1.0 - intersection / (areas - intersection)) <= threshold;
    });
    if (!stays) continue;
    kept.push_back(index);
    if (options.eta < 1 && threshold > 0.5F) threshold *= options.eta;
  }
  return kept;
}

}  // namespace visionkit::test
