#include <visionkit/decode/detection.hpp>

#include <algorithm>
#include <array>
#include <string>

#include "core/fail.hpp"
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {
namespace {

using Decode = std::vector<ModelDetection> (*)(std::span<const TensorView>, const DecodeContext&);

// What is common to all formats: a sound context, and only Error comes out.
template <Decode decode>
std::vector<ModelDetection> checked(std::span<const TensorView> tensors, const DecodeContext& context) {
  return guarded("decoding detections", [&] {
    check_context(context);
    return decode(tensors, context);
  });
}

using Masks = std::vector<Mask> (*)(std::span<const TensorView>, const DecodeContext&, const MaskRequest&);

template <Masks masks>
std::vector<Mask> checked_masks(std::span<const TensorView> tensors, const DecodeContext& context,
                                const MaskRequest& request) {
  return guarded("decoding masks", [&] {
    check_context(context);
    if (request.detections.size() != request.boxes.size()) {
      fail(ErrorCode::invalid_argument, "masks are asked for {} detections with {} boxes", request.detections.size(),
           request.boxes.size());
    }
    return masks(tensors, context, request);
  });
}

constexpr auto formats = std::to_array<DetectionFormat>({
#define VISIONKIT_DETECTION_FORMAT(name, about, suppression) \
  {#name, about, FormatSuppression::suppression, &checked<decode_##name>},
#define VISIONKIT_MASK_FORMAT(name, about, suppression) \
  {#name, about, FormatSuppression::suppression, &checked<decode_##name>, &checked_masks<masks_##name>},
#include "decode/detection_formats.def"
#undef VISIONKIT_MASK_FORMAT
#undef VISIONKIT_DETECTION_FORMAT
});

}  // namespace

std::span<const DetectionFormat> detection_formats() noexcept { return formats; }

const DetectionFormat& find_detection_format(std::string_view name) {
  const auto* const found = std::find_if(formats.begin(), formats.end(), [&](const auto& f) { return f.name == name; });
  if (found != formats.end()) return *found;
  std::string names;
  for (const auto& format : formats) names += (names.empty() ? "" : ", ") + std::string(format.name);
  fail(ErrorCode::invalid_option, "detection format is \"{}\", expected one of {}", name.substr(0, 40), names);
}

std::vector<TensorView> picture_of(std::span<const TensorView> outputs, std::int64_t batch, std::int64_t index) {
  if (index < 0 || index >= batch) fail(ErrorCode::invalid_argument, "picture {} of a batch of {}", index, batch);
  return guarded("picture_of", [&] {
    std::vector<TensorView> pictures;
    for (const auto& output : outputs) {
      if (output.shape.empty() || output.shape.front() != batch) {
        fail(ErrorCode::model_contract, "the model gives {} for a batch of {} pictures, expected [{}, ...]",
             to_string(output.shape), batch, batch);
      }
      Shape shape(output.shape.begin() + 1, output.shape.end());
      const auto bytes = element_count(shape) * size_of(output.dtype);
      const auto* const data =
          output.data == nullptr ? nullptr
                                 : static_cast<const std::byte*>(output.data) + static_cast<std::size_t>(index) * bytes;
      pictures.push_back({output.dtype, std::move(shape), data});
    }
    return pictures;
  });
}

std::vector<ModelDetection> suppress(std::span<const ModelDetection> detections, const NmsOptions& options) {
  return guarded("suppress", [&] {
    std::vector<ModelBox> boxes;
    std::vector<float> scores;
    std::vector<ClassId> labels;
    boxes.reserve(detections.size());
    scores.reserve(detections.size());
    labels.reserve(detections.size());
    for (const auto& detection : detections) {
      boxes.push_back(detection.box);
      scores.push_back(detection.score);
      labels.push_back(detection.label);
    }
    std::vector<ModelDetection> kept;
    for (const auto& pick : suppress(boxes, scores, labels, options)) {
      const auto& from = detections[static_cast<std::size_t>(pick.index)];
      kept.push_back({pick.box, from.label, pick.score, from.source});
    }
    return kept;
  });
}

std::string_view to_string(BoxCoordinates coordinates) noexcept {
  switch (coordinates) {
    case BoxCoordinates::pixels: return "pixels";
    case BoxCoordinates::normalized: return "normalized";
  }
  return "unknown";
}

std::string_view to_string(BoxEncoding encoding) noexcept {
  switch (encoding) {
    case BoxEncoding::corners: return "corners";
    case BoxEncoding::center: return "center";
    case BoxEncoding::xywh: return "xywh";
  }
  return "unknown";
}

std::string_view to_string(ScoreActivation activation) noexcept {
  switch (activation) {
    case ScoreActivation::none: return "none";
    case ScoreActivation::sigmoid: return "sigmoid";
    case ScoreActivation::softmax: return "softmax";
  }
  return "unknown";
}

std::string_view to_string(LabelRule rule) noexcept {
  switch (rule) {
    case LabelRule::best: return "best";
    case LabelRule::several: return "several";
  }
  return "unknown";
}

std::string_view to_string(MaskFrame frame) noexcept {
  switch (frame) {
    case MaskFrame::input: return "input";
    case MaskFrame::box: return "box";
  }
  return "unknown";
}

}  // namespace visionkit
