#include "preprocess/resize_taps.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace visionkit {
namespace {

template <class Real>
Real box(Real x) {
  return x > Real(-0.5) && x <= Real(0.5) ? Real(1) : Real(0);
}

template <class Real>
Real triangle(Real x) {
  x = std::abs(x);
  return x < 1 ? 1 - x : Real(0);
}

// Keys' cubic convolution.
template <class Real>
Real cubic(Real x, Real a) {
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

double hamming(double x) {
  x = std::abs(x);
  if (x == 0) return 1;
  if (x >= 1) return 0;
  x *= std::numbers::pi;
  // Single-precision constants, as Pillow has them: the bits of the weights depend on it.
  return std::sin(x) / x * (double{0.54F} + double{0.46F} * std::cos(x));
}

double sinc(double x) {
  if (x == 0) return 1;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double lanczos(double x) { return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

// The rule that Pillow and torch share: the filter is stretched over `scale` source samples when shrinking, the window
// is cut at the borders, and the weights are divided by their sum.
template <class Real, class Weight, class Filter, class Convert>
void antialiased_taps(const AxisRequest& axis, Real scale, Real filter_support, Filter filter, Convert convert,
                      AxisTaps<Weight>& taps) {
  const Real filter_scale = std::max(scale, Real(1));
  const Real inverse_scale = 1 / filter_scale;
  const Real support = filter_support * filter_scale;
  const auto outputs = static_cast<std::size_t>(axis.outputs);
  taps.max_count = static_cast<int>(std::ceil(support)) * 2 + 1;
  taps.first.resize(outputs);
  taps.count.resize(outputs);
  taps.weights.assign(outputs * static_cast<std::size_t>(taps.max_count), Weight(0));
  thread_local std::vector<Real> window;
  window.resize(static_cast<std::size_t>(taps.max_count));
  for (std::size_t i = 0; i < outputs; ++i) {
    const Real center = Real(axis.begin) + (Real(axis.first_output + static_cast<int>(i)) + Real(0.5)) * scale;
    const int first = std::clamp(static_cast<int>(center - support + Real(0.5)), 0, axis.source_length - 1);
    const int end = std::min(static_cast<int>(center + support + Real(0.5)), axis.source_length);
    const int count = std::max(end - first, 0);
    Real sum = 0;
    for (int k = 0; k < count; ++k) {
      const Real weight = filter((Real(k + first) - center + Real(0.5)) * inverse_scale);
      window[static_cast<std::size_t>(k)] = weight;
      sum += weight;
    }
    auto* weights = taps.weights.data() + i * static_cast<std::size_t>(taps.max_count);
    for (int k = 0; k < count; ++k) {
      const Real weight = window[static_cast<std::size_t>(k)];
      weights[k] = convert(sum != 0 ? weight / sum : weight);
    }
    taps.first[i] = first - axis.first_source;
    taps.count[i] = count;
  }
}

// 2 or 4 taps around the position, without antialiasing. Samples beyond the border are the border's: their weights are
// added to its own.
void interpolating_taps(const AxisRequest& axis, Interpolation interpolation, float scale, AxisTaps<float>& taps) {
  const bool is_cubic = interpolation == Interpolation::torch_bicubic;
  const auto outputs = static_cast<std::size_t>(axis.outputs);
  taps.max_count = is_cubic ? 4 : 2;
  taps.first.resize(outputs);
  taps.count.resize(outputs);
  taps.weights.assign(outputs * static_cast<std::size_t>(taps.max_count), 0.0F);
  for (std::size_t i = 0; i < outputs; ++i) {
    float position = scale * (static_cast<float>(axis.first_output + static_cast<int>(i)) + 0.5F) - 0.5F;
    if (!is_cubic) position = std::max(position, 0.0F);
    const float floor = std::floor(position);
    const float t = position - floor;
    const float factors[4] = {is_cubic ? cubic(t + 1, -0.75F) : 0, is_cubic ? cubic(t, -0.75F) : 1 - t,
                              is_cubic ? cubic(1 - t, -0.75F) : t, is_cubic ? cubic(2 - t, -0.75F) : 0};
    const int last = axis.source_length - 1;
    const int begin = static_cast<int>(floor) - (is_cubic ? 1 : 0);
    const int first = std::clamp(begin, 0, last);
    taps.first[i] = first - axis.first_source;
    taps.count[i] = std::clamp(begin + taps.max_count - 1, 0, last) - first + 1;
    auto* weights = taps.weights.data() + i * static_cast<std::size_t>(taps.max_count);
    for (int k = 0; k < taps.max_count; ++k) {
      weights[std::clamp(begin + k, 0, last) - first] += factors[is_cubic ? k : k + 1];
    }
  }
}

void nearest_taps(const AxisRequest& axis, Interpolation interpolation, float scale, AxisTaps<float>& taps) {
  const auto outputs = static_cast<std::size_t>(axis.outputs);
  const float shift = interpolation == Interpolation::torch_nearest_exact ? 0.5F : 0.0F;
  taps.max_count = 1;
  taps.first.resize(outputs);
  taps.count.assign(outputs, 1);
  taps.weights.assign(outputs, 1.0F);
  for (std::size_t i = 0; i < outputs; ++i) {
    const float position = (static_cast<float>(axis.first_output + static_cast<int>(i)) + shift) * scale;
    taps.first[i] = std::min(static_cast<int>(position), axis.source_length - 1) - axis.first_source;
  }
}

}  // namespace

void pillow_taps(const AxisRequest& axis, Interpolation interpolation, AxisTaps<std::int32_t>& taps) {
  const double scale = static_cast<double>(axis.end - axis.begin) / axis.output_length;
  const auto fixed_point = [](double weight) {
    return static_cast<std::int32_t>(weight * (1 << 22) + (weight < 0 ? -0.5 : 0.5));
  };
  switch (interpolation) {
    case Interpolation::pillow_box: return antialiased_taps(axis, scale, 0.5, box<double>, fixed_point, taps);
    case Interpolation::pillow_hamming: return antialiased_taps(axis, scale, 1.0, hamming, fixed_point, taps);
    case Interpolation::pillow_bicubic:
      return antialiased_taps(
          axis, scale, 2.0, [](double x) { return cubic(x, -0.5); }, fixed_point, taps);
    case Interpolation::pillow_lanczos: return antialiased_taps(axis, scale, 3.0, lanczos, fixed_point, taps);
    default: return antialiased_taps(axis, scale, 1.0, triangle<double>, fixed_point, taps);
  }
}

void torch_taps(const AxisRequest& axis, Interpolation interpolation, AxisTaps<float>& taps) {
  const float scale = static_cast<float>(axis.source_length) / static_cast<float>(axis.output_length);
  const auto as_is = [](float weight) { return weight; };
  switch (interpolation) {
    case Interpolation::torch_bilinear_antialias:
      return antialiased_taps(axis, scale, 1.0F, triangle<float>, as_is, taps);
    case Interpolation::torch_bicubic_antialias:
      return antialiased_taps(
          axis, scale, 2.0F, [](float x) { return cubic(x, -0.5F); }, as_is, taps);
    case Interpolation::torch_bilinear:
    case Interpolation::torch_bicubic: return interpolating_taps(axis, interpolation, scale, taps);
    default: return nearest_taps(axis, interpolation, scale, taps);
  }
}

}  // namespace visionkit
