// What OpenCV's suppression functions do with scores first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <visionkit/decode/nms_compatible.hpp>

namespace visionkit {

/// The indices that take part, the best first. Throws invalid_option, shape.
std::vector<std::int32_t> opencv_order(std::size_t count, std::span<const float> scores,
                                       const OpenCvNmsOptions& options);

/// OpenCV's adaptive threshold.
class OpenCvThreshold {
 public:
  explicit OpenCvThreshold(const OpenCvNmsOptions& options) : value_(options.nms_threshold), eta_(options.eta) {}
  [[nodiscard]] bool suppresses(float overlap) const { return !(overlap <= value_); }
  void shrink() {
    if (eta_ < 1 && value_ > 0.5F) value_ *= eta_;
  }

 private:
  float value_;
  float eta_;
};

}  // namespace visionkit
