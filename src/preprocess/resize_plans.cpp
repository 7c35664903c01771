#include <algorithm>

#include "preprocess/resize_kernels.hpp"

namespace visionkit {
namespace {

// A weight is high * 2^11 + low with 0 <= low < 2^11.
std::int16_t high_part(std::int32_t weight) { return static_cast<std::int16_t>(weight >> 11); }
std::int16_t low_part(std::int32_t weight) { return static_cast<std::int16_t>(weight & 2047); }

}  // namespace

void plan_horizontal(const AxisTaps<std::int32_t>& taps, int channels, HorizontalPlan& plan) {
  plan.channels = channels;
  plan.outputs = static_cast<int>(taps.first.size());
  plan.source_bytes = 0;
  plan.quads.clear();
  plan.weights.clear();
  for (int begin = 0; begin < plan.outputs; begin += 4) {
    HorizontalPlan::Quad quad{};
    quad.first_weight = plan.weights.size();
    for (int i = 0; i < 4; ++i) {
      const auto output = static_cast<std::size_t>(std::min(begin + i, plan.outputs - 1));
      quad.offset[i] = taps.first[output] * channels;
      quad.steps = std::max(quad.steps, (taps.count[output] + 3) / 4);
    }
    for (int step = 0; step < quad.steps; ++step) {
      for (int i = 0; i < 4; ++i) {
        const int output = std::min(begin + i, plan.outputs - 1);
        std::int32_t weights[4] = {};
        const int count = std::min(taps.max_count - 4 * step, 4);
        if (count > 0) std::copy_n(taps.of(output) + 4 * step, count, weights);
        plan.weights.insert(plan.weights.end(), {high_part(weights[0]), high_part(weights[1]),
                                                 low_part(weights[0]), low_part(weights[1]),
                                                 high_part(weights[2]), high_part(weights[3]),
                                                 low_part(weights[2]), low_part(weights[3])});
      }
    }
    const int last_offset = *std::max_element(quad.offset, quad.offset + 4) + 4 * channels * (quad.steps - 1);
    plan.source_bytes = std::max(plan.source_bytes, static_cast<std::size_t>(std::max(last_offset, 0)) + 16);
    plan.quads.push_back(quad);
  }
}

void plan_vertical(const std::int32_t* weights, int count, std::vector<std::int16_t>& pairs) {
  for (int i = 0; i < count; i += 2) {
    const std::int32_t second = i + 1 < count ? weights[i + 1] : 0;
    pairs.insert(pairs.end(), {high_part(weights[i]), high_part(second), low_part(weights[i]), low_part(second)});
  }
}

}  // namespace visionkit
