// torchvision: three tensors, in this order whatever the order in the model's dictionary was.
//
//   boxes   [n, 4]  float32  x1, y1, x2, y2 in pixels of the picture that the network was given
//   labels  [n]     int64    0..C-1; torchvision counts the background as class 0
//   scores  [n]     float32
//   masks   [n, 1, h, w]  float32, of Mask R-CNN only: probabilities, over the picture that the network was given
//                         (MaskFrame::input) or over each box (MaskFrame::box, from its mask head); above 0.5 is inside
//
// Exporter: torch.jit.script of torchvision.models.detection (Faster R-CNN, RetinaNet, FCOS, SSD, Mask R-CNN), which
// answers a list of dictionaries, one for each picture, resized back and suppressed inside.
#include <utility>

#include <visionkit/decode/masks.hpp>
#include <visionkit/decode/segmentation.hpp>

#include "core/fail.hpp"
#include "decode/detection/contract.hpp"
#include "decode/detection/formats.hpp"

namespace visionkit {
namespace {

constexpr float mask_threshold = 0.5F;

// The part of a tensor that belongs to one object.
TensorView item_of(const TensorView& tensor, std::size_t index) {
  Shape shape(tensor.shape.begin() + 1, tensor.shape.end());
  const auto step = element_count(shape);
  return {tensor.dtype, std::move(shape), static_cast<const float*>(tensor.data) + index * step};
}

// Masks over the network's input, brought to the picture as a map of two classes.
Mask mask_over_input(const TensorView& probabilities, const DecodeContext& context, const MaskRequest& request) {
  const auto map = decode_segmentation(
      probabilities, request.image,
      {.class_count = 2, .input = context.input, .content = request.content, .threshold = mask_threshold});
  return map.mask_of(ClassId(1));
}

}  // namespace

std::vector<ModelDetection> decode_torchvision(std::span<const TensorView> tensors, const DecodeContext& context) {
  if (tensors.size() == 4)
    expect_tensors("torchvision", tensors, {"boxes", "labels", "scores", "masks"});
  else
    expect_tensors("torchvision", tensors, {"boxes", "labels", "scores"});
  const auto boxes = expect_floats("torchvision", "boxes", tensors[0], {{any_extent, "boxes"}, {4, "x1, y1, x2, y2"}});
  const auto count = tensors[0].shape[0];
  expect_shape("torchvision", "labels", tensors[1], DType::int64, {{count, "boxes"}});
  const auto scores = expect_floats("torchvision", "scores", tensors[2], {{count, "boxes"}});
  const auto* const labels = static_cast<const std::int64_t*>(tensors[1].data);
  Candidates candidates("torchvision", context, BoxCoordinates::pixels);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    if (!(scores[i] > context.score_threshold)) continue;
    if (labels[i] < 0 || labels[i] >= classes_of(context)) {
      fail(ErrorCode::model_contract, "torchvision: box {} has label {}, expected 0..{}", i, labels[i],
           context.class_count - 1);
    }
    candidates.add({boxes[i * 4], boxes[i * 4 + 1], boxes[i * 4 + 2], boxes[i * 4 + 3]}, labels[i], scores[i], i);
  }
  return candidates.take();
}

std::vector<Mask> masks_torchvision(std::span<const TensorView> tensors, const DecodeContext& context,
                                    const MaskRequest& request) {
  if (tensors.size() != 4) return {};
  const auto& masks = tensors[3];
  const bool over_box = context.mask_frame.value_or(MaskFrame::input) == MaskFrame::box;
  const auto side = [&](int pixels) { return over_box ? any_extent : std::int64_t{pixels}; };
  expect_shape("torchvision", "masks", masks, DType::float32,
               {{tensors[0].shape[0], "boxes"},
                {1, "channel"},
                {side(context.input.height), "height"},
                {side(context.input.width), "width"}});
  std::vector<Mask> found;
  found.reserve(request.detections.size());
  for (std::size_t i = 0; i < request.detections.size(); ++i) {
    const auto item = item_of(masks, static_cast<std::size_t>(request.detections[i].source));
    if (over_box)
      found.push_back(std::move(paste_masks(item, request.boxes.subspan(i, 1), request.image).front()));
    else
      found.push_back(mask_over_input(item, context, request));
  }
  return found;
}

}  // namespace visionkit
