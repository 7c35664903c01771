#include <algorithm>
#include <array>

#include "preprocess/resize_kernels.hpp"

namespace visionkit {
namespace {

std::int16_t two_bytes(std::int32_t first, std::int32_t second) {
  return static_cast<std::int16_t>((first & 255) | ((second & 255) << 8));
}

std::array<std::int16_t, 8> as_bytes(const std::array<std::int32_t, 4>& weights) {
  std::int32_t a[4];
  std::int32_t b[4];
  std::int32_t c[4];
  for (std::size_t i = 0; i < 4; ++i) {  // the lower two are -128..127
    c[i] = ((weights[i] + 128) & 255) - 128;
    const std::int32_t rest = (weights[i] - c[i]) >> 8;
    b[i] = ((rest + 128) & 255) - 128;
    a[i] = (rest - b[i]) >> 8;
  }
  return {two_bytes(a[0], a[1]),
          two_bytes(a[2], a[3]),
          two_bytes(b[0], b[1]),
          two_bytes(b[2], b[3]),
          two_bytes(c[0], c[1]),
          two_bytes(c[2], c[3]),
          0,
          0};
}

std::array<std::int16_t, 8> as_shorts(const std::array<std::int32_t, 4>& weights) {
  const auto high = [&](std::size_t i) { return static_cast<std::int16_t>(weights[i] >> 11); };
  const auto low = [&](std::size_t i) { return static_cast<std::int16_t>(weights[i] & 2047); };
  return {high(0), high(1), low(0), low(1), high(2), high(3), low(2), low(3)};
}

// What the machine prefers, if all weights are within three bytes.
WeightParts form_for(const AxisTaps<std::int32_t>& taps) {
  constexpr std::int32_t limit = 127 << 16;
  const auto fits = [](std::int32_t weight) { return weight > -limit && weight < limit; };
  const bool all_fit = std::all_of(taps.weights.begin(), taps.weights.end(), fits);
  return all_fit ? preferred_weight_parts() : WeightParts::shorts;
}

// Four taps of an output, zeros where it has no more.
void append(const AxisTaps<std::int32_t>& taps, int output, int step, WeightParts form,
            std::vector<std::int16_t>& parts) {
  std::array<std::int32_t, 4> weights{};
  const int count = std::min(taps.max_count - 4 * step, 4);
  if (count > 0) std::copy_n(taps.of(output) + 4 * step, count, weights.begin());
  const auto divided = form == WeightParts::bytes ? as_bytes(weights) : as_shorts(weights);
  parts.insert(parts.end(), divided.begin(), divided.end());
}

}  // namespace

void plan_horizontal(const AxisTaps<std::int32_t>& taps, int channels, HorizontalPlan& plan) {
  plan.outputs = static_cast<int>(taps.first.size());
  plan.form = form_for(taps);
  plan.source_bytes = 0;
  plan.quads.clear();
  plan.weights.clear();
  for (int begin = 0; begin < plan.outputs; begin += 4) {
    HorizontalPlan::Quad quad{};
    quad.first_weight = plan.weights.size();
    const auto output = [&](int i) { return std::min(begin + i, plan.outputs - 1); };
    for (int i = 0; i < 4; ++i) {
      quad.offset[i] = taps.first[static_cast<std::size_t>(output(i))] * channels;
      quad.steps = std::max(quad.steps, (taps.count[static_cast<std::size_t>(output(i))] + 3) / 4);
    }
    for (int step = 0; step < quad.steps; ++step) {
      for (int i = 0; i < 4; ++i) append(taps, output(i), step, plan.form, plan.weights);
    }
    const int last_offset =
        *std::max_element(quad.offset, quad.offset + 4) + 4 * channels * std::max(quad.steps - 1, 0);
    plan.source_bytes = std::max(plan.source_bytes, static_cast<std::size_t>(last_offset) + 16);
    plan.quads.push_back(quad);
  }
  plan.channels = channels;
}

void plan_vertical(const AxisTaps<std::int32_t>& taps, VerticalPlan& plan) {
  plan.form = form_for(taps);
  plan.first = taps.first;
  plan.count = taps.count;
  plan.max_count = taps.max_count;
  plan.first_weight.clear();
  plan.weights.clear();
  for (int output = 0; output < static_cast<int>(taps.first.size()); ++output) {
    plan.first_weight.push_back(plan.weights.size());
    for (int step = 0; 4 * step < taps.count[static_cast<std::size_t>(output)]; ++step) {
      append(taps, output, step, plan.form, plan.weights);
    }
  }
}

}  // namespace visionkit
