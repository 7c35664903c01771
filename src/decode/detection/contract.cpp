#include "decode/detection/contract.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/fail.hpp"

namespace visionkit {
namespace {

std::string describe(std::initializer_list<Extent> shape) {
  std::string text;
  for (const auto& extent : shape) {
    if (!text.empty()) text += ", ";
    text +=
        extent.size == any_extent ? std::string(extent.meaning) : fmt::format("{} ({})", extent.size, extent.meaning);
  }
  return text;
}

// More than the rounding of a sigmoid in half precision.
constexpr float score_tolerance = 1e-3F;

}  // namespace

void check_context(const DecodeContext& context) {
  if (context.class_count < 1 || context.class_count > 1'000'000) {
    fail(ErrorCode::invalid_option, "class_count is {}, expected 1..1000000", context.class_count);
  }
  if (!(context.score_threshold >= 0 && context.score_threshold <= 1)) {
    fail(ErrorCode::invalid_option, "score_threshold is {}, expected 0..1", context.score_threshold);
  }
  if (context.extra_values > 1'000'000) {
    fail(ErrorCode::invalid_option, "extra_values is {}, expected 0..1000000", context.extra_values);
  }
  if (context.input.width < 1 || context.input.height < 1) {
    fail(ErrorCode::invalid_option, "input is {}x{}, expected at least 1x1", context.input.width, context.input.height);
  }
}

void expect_tensors(std::string_view format, std::span<const TensorView> tensors,
                    std::initializer_list<std::string_view> names) {
  if (tensors.size() == names.size()) return;
  fail(ErrorCode::model_contract, "{}: the model gives {} tensors, expected {} ({})", format, tensors.size(),
       names.size(), fmt::join(names, ", "));
}

void expect_shape(std::string_view format, std::string_view name, const TensorView& tensor, DType dtype,
                  std::initializer_list<Extent> shape) {
  bool fits = tensor.dtype == dtype && tensor.shape.size() == shape.size();
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    const auto expected = (shape.begin() + i)->size;
    fits = tensor.shape[i] >= 0 && (expected == any_extent || tensor.shape[i] == expected);
  }
  if (!fits) {
    fail(ErrorCode::model_contract, "{}: {} is {} {}, expected {} [{}]", format, name, to_string(tensor.dtype),
         to_string(tensor.shape), to_string(dtype), describe(shape));
  }
  if (tensor.data == nullptr && tensor.count() > 0)
    fail(ErrorCode::invalid_argument, "{}: {} has no data", format, name);
}

std::span<const float> expect_floats(std::string_view format, std::string_view name, const TensorView& tensor,
                                     std::initializer_list<Extent> shape) {
  expect_shape(format, name, tensor, DType::float32, shape);
  return tensor.floats();
}

std::int64_t anchors_of(std::string_view format, const DecodeContext& context) {
  if (context.anchors.empty()) {
    fail(ErrorCode::invalid_option, "anchors is empty, expected the boxes that {} measures its answers from", format);
  }
  return static_cast<std::int64_t>(context.anchors.size());
}

std::int64_t classes_of(const DecodeContext& context) { return static_cast<std::int64_t>(context.class_count); }

Candidates::Candidates(std::string_view format, const DecodeContext& context, BoxCoordinates own_coordinates)
    : format_(format) {
  if (context.coordinates.value_or(own_coordinates) == BoxCoordinates::normalized) {
    scale_x_ = static_cast<float>(context.input.width);
    scale_y_ = static_cast<float>(context.input.height);
  }
}

void Candidates::add(ModelBox box, std::int64_t label, float score, std::size_t source) {
  box = {box.x1 * scale_x_, box.y1 * scale_y_, box.x2 * scale_x_, box.y2 * scale_y_};
  if (!(std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) && std::isfinite(box.y2))) {
    fail(ErrorCode::non_finite_output, "{}: box {} is [{}, {}, {}, {}], expected finite numbers", format_, source,
         box.x1, box.y1, box.x2, box.y2);
  }
  if (!(score <= 1 + score_tolerance)) {
    fail(ErrorCode::model_contract, "{}: box {} has score {}, expected 0..1", format_, source, score);
  }
  found_.push_back(
      {box, ClassId(static_cast<std::int32_t>(label)), std::min(score, 1.0F), static_cast<std::int32_t>(source)});
}

LabelPicker::LabelPicker(const DecodeContext& context, ScoreActivation activation, LabelRule own_rule)
    : threshold_(context.score_threshold),
      least_logit_(std::log(threshold_ / (1 - threshold_)) - 1e-3F),
      activation_(context.activation.value_or(activation)),
      rule_(context.labels.value_or(own_rule)) {}

std::span<const ClassScore> LabelPicker::pick(std::span<const float> scores, std::ptrdiff_t ignored) {
  picked_.clear();
  float largest = 0;
  float sum = 1;
  float least = activation_ == ScoreActivation::sigmoid ? least_logit_ : threshold_;
  if (activation_ == ScoreActivation::softmax) {
    largest = *std::max_element(scores.begin(), scores.end());
    // A probability is at most exp(logit - largest): without a logit above this there is no need for the sum.
    least = largest + std::log(threshold_) - 1e-3F;
    sum = 0;
  }
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!(scores[i] > least) || static_cast<std::ptrdiff_t>(i) == ignored) continue;
    float score = scores[i];
    if (activation_ == ScoreActivation::sigmoid) score = 1 / (1 + std::exp(-score));
    if (activation_ == ScoreActivation::softmax) {
      if (sum == 0) {
        for (const auto value : scores) sum += std::exp(value - largest);
      }
      score = std::exp(score - largest) / sum;
    }
    if (!(score > threshold_)) continue;
    const auto label =
        static_cast<std::int32_t>(i) - (ignored >= 0 && static_cast<std::ptrdiff_t>(i) > ignored ? 1 : 0);
    if (rule_ == LabelRule::several || picked_.empty()) {
      picked_.push_back({ClassId(label), score});
    } else if (score > picked_.front().score) {
      picked_.front() = {ClassId(label), score};
    }
  }
  return picked_;
}

ModelBox decode_offsets(const ModelBox& anchor, std::span<const float> offsets, float center_scale, float size_scale) {
  constexpr float largest_log = 4.135166556742356F;  // log(1000 / 16)
  const float width = anchor.width();
  const float height = anchor.height();
  const float x = anchor.x1 + 0.5F * width + offsets[0] * center_scale * width;
  const float y = anchor.y1 + 0.5F * height + offsets[1] * center_scale * height;
  return to_box(ModelCenterBox{x, y, std::exp(std::min(offsets[2] * size_scale, largest_log)) * width,
                               std::exp(std::min(offsets[3] * size_scale, largest_log)) * height});
}

}  // namespace visionkit
