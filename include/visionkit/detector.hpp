// Object detection and instance segmentation: from a TorchScript file to boxes in the caller's pixels, with masks where
// the model has them. What happens inside detect() is public, step by step: preprocess/preprocess.hpp, the network,
// decode/detection.hpp, decode/nms.hpp, decode/masks.hpp, AppliedTransform.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/device.hpp>
#include <visionkit/core/error.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/decode/detection.hpp>
#include <visionkit/decode/masks.hpp>
#include <visionkit/image/image.hpp>
#include <visionkit/model_description.hpp>
#include <visionkit/model_record.hpp>
#include <visionkit/preprocess/tiles.hpp>
#include <visionkit/profile.hpp>

namespace visionkit {

/// Empty fields ask the model's record, then the default that is named.
struct DetectorOptions {
  std::optional<float> score_threshold = {};  ///< only greater scores are answered, 0..1. Default 0.25
  std::optional<double> iou_threshold = {};   ///< used in place of nms.iou_threshold. Default 0.45
  /// How overlapping boxes are suppressed, where the format says that they still overlap; the limits hold for all
  /// formats.
  NmsOptions nms = {.max_detections = 300};
  /// Of models with masks: also suppresses objects by how much their masks overlap, after their boxes.
  std::optional<MaskNmsOptions> mask_nms = {};
  /// Cuts larger pictures into tiles. Of two objects of a class that different tiles found, the one with the lower
  /// score goes when they overlap by more than nms.iou_threshold, measured over the smaller one.
  std::optional<TileOptions> tiles = {};
  std::vector<std::string> allow = {};  ///< only these classes may be answered; empty: all. Names from the labels
  std::vector<std::string> deny = {};   ///< these classes are never answered
  /// The layout of the output: a name of detection_formats(), or a function of your own. No default.
  std::string format = {};
  DetectionDecoder decoder = {};
  /// What a decoder knows beside the tensors, for what records cannot say (anchors, strides, extra values). Its
  /// class_count, input and score_threshold are filled in.
  DecodeContext decoding = {};
  std::optional<Labels> labels = {};
  std::optional<PreprocessOptions> input = {};
  std::optional<ModelRecord> record = {};  ///< used instead of whatever the file or a sidecar says
  RunOptions run = {};
};

/// A loaded detection model. Immutable: every member function is const and may be called from many threads at once.
/// Moved-from objects may only be destroyed or assigned to.
class VISIONKIT_API Detector {
 public:
  /// Loads a TorchScript file, checks it against its record, and runs it once to warm up. torchvision's scripted
  /// detectors run without libtorchvision. Throws the codes of a failed read, model_*, invalid_option,
  /// non_finite_output, out_of_memory.
  explicit Detector(const std::string& path, const DetectorOptions& options = {});
  /// The same from memory; `name` stands for the path in messages.
  static Detector from_bytes(std::span<const std::uint8_t> model, const DetectorOptions& options = {},
                             const std::string& name = "model in memory");
  Detector(Detector&&) noexcept;
  Detector& operator=(Detector&&) noexcept;
  ~Detector();

  /// The objects in one picture by falling score, boxes and masks in its pixels and clipped to it. Here and
  /// below, `timings` gets how long the steps took.
  /// Throws invalid_argument, model_contract, model_runtime, non_finite_output, out_of_memory.
  [[nodiscard]] std::vector<Detection> detect(const ImageView& image, CallTimings* timings = nullptr) const;
  /// Those in one encoded picture (JPEG, PNG, WebP, BMP); boxes are in the pixels of decode_image().
  [[nodiscard]] std::vector<Detection> detect(std::span<const std::uint8_t> encoded,
                                              CallTimings* timings = nullptr) const;
  /// Those in pictures of any sizes, in one forward call where the network takes batches.
  [[nodiscard]] std::vector<std::vector<Detection>> detect(std::span<const ImageView> images,
                                                           CallTimings* timings = nullptr) const;
  [[nodiscard]] std::vector<std::vector<Detection>> detect(std::span<const Image> images,
                                                           CallTimings* timings = nullptr) const;

  [[nodiscard]] const Labels& labels() const noexcept;
  /// The options with every empty field resolved.
  [[nodiscard]] const DetectorOptions& options() const noexcept;
  [[nodiscard]] const ModelDescription& describe() const noexcept;
  /// How long the steps of the last calls took.
  [[nodiscard]] Profile profile() const;
  /// Gives memory back to the system that the engine keeps for later calls, which then begin with getting it again, and
  /// what the allocator (glibc's, of the whole process) holds free.
  void trim() const;

 private:
  struct Impl;
  explicit Detector(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace visionkit
