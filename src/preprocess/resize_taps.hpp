// Which source samples make one output sample of one axis, and how much of each: the part of a resize that depends only
// on sizes.
#pragma once

#include <cstdint>
#include <vector>

#include <visionkit/preprocess/resize.hpp>

namespace visionkit {

/// The outputs [first_output, first_output + outputs) of an axis that has `output_length` of them in all and shows the
/// part [begin, end) of `source_length` samples.
struct AxisRequest {
  int source_length = 0;
  float begin = 0;
  float end = 0;
  int output_length = 0;
  int first_output = 0;
  int outputs = 0;
  int first_source = 0;  ///< which sample AxisTaps counts as 0
  friend bool operator==(const AxisRequest&, const AxisRequest&) = default;

  [[nodiscard]] bool is_identity() const {
    return output_length == source_length && begin == 0 && end == static_cast<float>(source_length);
  }
};

template <class Weight>
struct AxisTaps {
  int max_count = 0;            ///< the length of one output's row in `weights`
  std::vector<int> first;       ///< by output: its first source sample, counted from first_source on
  std::vector<int> count;       ///< by output: how many source samples
  std::vector<Weight> weights;  ///< outputs x max_count, zeros after `count`

  [[nodiscard]] const Weight* of(int output) const {
    return weights.data() + static_cast<std::size_t>(output) * static_cast<std::size_t>(max_count);
  }
};

/// Pillow's weights with 22 fractional bits (Pillow, src/libImaging/Resample.c). Not for pillow_nearest.
void pillow_taps(const AxisRequest& axis, Interpolation interpolation, AxisTaps<std::int32_t>& taps);

/// torch's weights in float32 (ATen, UpSampleKernel.cpp), all of the torch_ interpolations.
void torch_taps(const AxisRequest& axis, Interpolation interpolation, AxisTaps<float>& taps);

}  // namespace visionkit
