// From a detector's raw output to boxes in network-input pixels: one function for each format that exporters write,
// found by name, or a function of your own with the same signature. Nothing is guessed from shapes: a tensor that does
// not fit the format and the number of classes is refused with what was expected and what came. Formats and their
// layouts are drawn in src/decode/detection/<name>.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/mask.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/decode/masks.hpp>
#include <visionkit/decode/nms.hpp>

namespace visionkit {

/// One object, in the network's input.
struct ModelDetection {
  ModelBox box;
  ClassId label;
  float score = 0;          ///< 0..1
  std::int32_t source = 0;  ///< which of the model's boxes (rows, queries, anchors) it is
  friend bool operator==(const ModelDetection&, const ModelDetection&) = default;
};

/// What box coordinates are measured in.
enum class BoxCoordinates {
  pixels,      ///< of the network's input
  normalized,  ///< 0..1 of its width and height
};

/// What four numbers make a box.
enum class BoxEncoding { corners, center, xywh };

/// What turns the numbers in the output into probabilities.
enum class ScoreActivation { none, sigmoid, softmax };

/// Whether a box gets its best label only, or every label above the threshold.
enum class LabelRule { best, several };

/// What the masks of the format torchvision cover.
enum class MaskFrame {
  input,  ///< the picture that the network was given, as torchvision's models answer
  box,    ///< the box, as their mask heads do
};

/// What a decoder has to know beside the tensors. Empty fields take what the format says.
struct DecodeContext {
  std::size_t class_count = 0;    ///< at least 1; background and "no object" not counted
  Size input = {};                ///< of the network's input
  float score_threshold = 0.25F;  ///< only greater scores are answered, 0..1
  std::optional<LabelRule> labels = {};
  std::optional<BoxCoordinates> coordinates = {};
  std::optional<ScoreActivation> activation = {};  ///< of ssd, retinanet, detr, rtdetr, boxes_scores
  std::optional<BoxEncoding> encoding = {};        ///< of boxes_scores
  std::size_t extra_values = 0;            ///< of yolov5 and yolov8: values after the classes, mask coefficients say
  std::vector<int> strides = {8, 16, 32};  ///< of yolox_raw: input pixels for each cell, by level
  std::vector<ModelBox> anchors = {};      ///< of ssd and retinanet, in the order of the rows; see anchors.hpp
  std::size_t top_queries = 300;           ///< of rtdetr: at most so many pairs of query and label
  std::optional<PrototypeRule> mask_rule = {};  ///< of yolov5_seg (sigmoid) and yolov8_seg (logit)
  std::optional<MaskFrame> mask_frame = {};     ///< of torchvision: input
};

/// The boxes of one picture whose masks are asked for, and where the picture lies in the network's input.
struct MaskRequest {
  std::span<const ModelDetection> detections = {};
  std::span<const Box> boxes = {};  ///< the same in the picture
  ModelBox content = {};            ///< the whole picture, as AppliedTransform::to_model() says of it
  Size image = {};                  ///< of the picture, and of the masks
};

/// Decodes the tensors of one picture, without a batch extent. Called from many threads at once.
using DetectionDecoder = std::function<std::vector<ModelDetection>(std::span<const TensorView>, const DecodeContext&)>;

/// Whether the boxes of a format still overlap.
enum class FormatSuppression { needed, done };

struct DetectionFormat {
  std::string_view name;
  std::string_view about;  ///< half a sentence: the layout
  FormatSuppression suppression;
  /// Throws model_contract (tensors that do not fit, scores outside 0..1), non_finite_output, invalid_option,
  /// out_of_memory.
  std::vector<ModelDetection> (*decode)(std::span<const TensorView>, const DecodeContext&);
  /// The masks of detections from the same tensors, in their order; null for formats without masks. Throws the same,
  /// and invalid_argument for boxes that are not those of the detections.
  std::vector<Mask> (*masks)(std::span<const TensorView>, const DecodeContext&, const MaskRequest&) = nullptr;
};

/// Every format.
[[nodiscard]] VISIONKIT_API std::span<const DetectionFormat> detection_formats() noexcept;
/// The format of that name. Throws invalid_option with all names.
[[nodiscard]] VISIONKIT_API const DetectionFormat& find_detection_format(std::string_view name);

/// The tensors of one picture of a batch: the leading extent of each removed. Views into the same memory.
/// Throws model_contract when a tensor's leading extent is not `batch`.
[[nodiscard]] VISIONKIT_API std::vector<TensorView> picture_of(std::span<const TensorView> outputs, std::int64_t batch,
                                                               std::int64_t index);

/// The detections that stay, by falling score: suppress() of nms.hpp. Throws what that throws.
[[nodiscard]] VISIONKIT_API std::vector<ModelDetection> suppress(std::span<const ModelDetection> detections,
                                                                 const NmsOptions& options = {});

VISIONKIT_API std::string_view to_string(BoxCoordinates coordinates) noexcept;
VISIONKIT_API std::string_view to_string(BoxEncoding encoding) noexcept;
VISIONKIT_API std::string_view to_string(ScoreActivation activation) noexcept;
VISIONKIT_API std::string_view to_string(LabelRule rule) noexcept;
VISIONKIT_API std::string_view to_string(MaskFrame frame) noexcept;

}  // namespace visionkit
