#include "decode/soft_decay.hpp"

#include <cmath>
#include <limits>

#include "core/fail.hpp"

namespace visionkit {

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

}  // namespace visionkit
