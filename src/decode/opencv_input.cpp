#include "decode/opencv_input.hpp"

#include "core/fail.hpp"
#include "decode/score_order.hpp"

namespace visionkit {
namespace {

void check_range(const char* field, float value) {
  if (!(value >= 0 && value <= 1)) fail(ErrorCode::invalid_option, "{} is {}, expected 0..1", field, value);
}

}  // namespace

std::vector<std::int32_t> opencv_order(std::size_t count, std::span<const float> scores,
                                       const OpenCvNmsOptions& options) {
  check_range("score_threshold", options.score_threshold);
  check_range("nms_threshold", options.nms_threshold);
  if (!(options.eta > 0 && options.eta <= 1)) {
    fail(ErrorCode::invalid_option, "eta is {}, expected above 0 and at most 1", options.eta);
  }
  if (options.top_k < 0) fail(ErrorCode::invalid_option, "top_k is {}, expected at least 0", options.top_k);
  if (scores.size() != count) fail(ErrorCode::shape, "nms: {} boxes with {} scores", count, scores.size());

  std::vector<std::int32_t> indices;
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    if (!(scores[i] > options.score_threshold)) continue;
    indices.push_back(static_cast<std::int32_t>(i));
    values.push_back(scores[i]);
  }
  auto order = falling_order(values);
  if (options.top_k > 0 && static_cast<std::size_t>(options.top_k) < order.size()) {
    order.resize(static_cast<std::size_t>(options.top_k));
  }
  for (auto& position : order) position = indices[static_cast<std::size_t>(position)];
  return order;
}

}  // namespace visionkit
