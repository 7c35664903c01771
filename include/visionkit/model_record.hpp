// What a model file says about itself: the task, the labels, how pictures become its input and what its output means.
// Written down in src/docs/model_record.md. It travels as `visionkit.json` among the TorchScript archive's extra files;
// read in this order: the caller's, that file, Ultralytics' `config.txt`, a sidecar `<model>.json`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>
#include <visionkit/core/device.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/decode/detection.hpp>
#include <visionkit/decode/segmentation.hpp>
#include <visionkit/preprocess/preprocess.hpp>

namespace visionkit {

enum class Task {
  classification,             ///< one label a picture
  multilabel_classification,  ///< any number of labels
  detection,                  ///< boxes
  instance_segmentation,      ///< boxes with masks, from a Detector
  semantic_segmentation,      ///< a label a pixel
  panoptic_segmentation,      ///< a segment a pixel, from the queries of a MaskFormer or DETR
};

/// What the network answers.
struct OutputContract {
  ScoreKind scores = ScoreKind::logits;  ///< of a classifier or segmenter
  /// Which tensors of a tuple, list or dictionary, in the order that the decoder wants: paths such as "0", "out",
  /// "1.scores". Empty: all there are. Of the format torchvision: the path of the list, "1" say.
  std::vector<std::string> tensors = {};
  // Of detectors; decode/detection.hpp explains them.
  std::string format = {};                       ///< the name of a detection format, "yolov8" say
  std::optional<LabelRule> labels_per_box = {};  ///< nothing: what the format says, as for those of the next four
  std::optional<BoxCoordinates> coordinates = {};
  std::optional<ScoreActivation> activation = {};
  std::optional<BoxEncoding> encoding = {};
  /// The number that the network uses for each class, in the order of the labels; empty: 0, 1, 2, ...
  std::vector<std::int64_t> label_numbers = {};
  std::optional<PrototypeRule> mask_rule = {};
  std::optional<MaskFrame> mask_frame = {};
  // Of segmenters; decode/segmentation.hpp explains them.
  std::optional<CornerRule> corners = {};         ///< nothing: half_pixel
  std::optional<SegmentationResize> resize = {};  ///< nothing: scores
  std::vector<std::string> stuff = {};            ///< labels of a panoptic network that are not counted one by one
  friend bool operator==(const OutputContract&, const OutputContract&) = default;
};

/// A check that travels with the model: the answer to one picture that anybody can make. The pixel at column x, row y,
/// channel c is (7 x + 13 y + 29 c + x y / 8) mod 256, the division rounding down.
struct SelfTest {
  Size size = {};                  ///< of that picture
  std::string input_sha256 = {};   ///< of the float32 input tensor's bytes, little endian; empty: not checked
  std::vector<float> output = {};  ///< the first values of the output
  float tolerance = 1e-4F;         ///< largest accepted absolute difference
  friend bool operator==(const SelfTest&, const SelfTest&) = default;
};

/// Where a model comes from; all free text, all optional.
struct Provenance {
  std::string version = {};
  std::string source = {};
  std::string license = {};
  std::string note = {};
  friend bool operator==(const Provenance&, const Provenance&) = default;
};

/// What choose_precision() (evaluate/choose_precision.hpp) found out about the model on its user's own data.
struct RecordedRun {
  Precision precision = Precision::float32;  ///< what RunOptions::precision is when the caller leaves it open
  std::string figure = {};                   ///< what was measured: "accuracy"
  double in_float32 = 0;                     ///< its value with float32
  double in_candidate = 0;                   ///< with the other precision, which was chosen or not
  double max_drop = 0;                       ///< what was allowed to be lost
  friend bool operator==(const RecordedRun&, const RecordedRun&) = default;
};

/// The whole record.
struct ModelRecord {
  std::string name = {};
  Task task = Task::classification;
  Labels labels = {};
  PreprocessOptions input = {};
  std::optional<std::int64_t> batch = {};  ///< the only batch size that the network takes; nothing: any
  OutputContract output = {};
  float temperature = 1;  ///< logits are divided by it before softmax or sigmoid
  std::vector<float> score_thresholds =
      {};  ///< empty: the task's default; one value; or, of classifiers, one for each class
  std::optional<double> iou_threshold = {};  ///< of a detector's suppression
  std::optional<SelfTest> self_test = {};
  std::optional<RecordedRun> run = {};
  Provenance provenance = {};
  friend bool operator==(const ModelRecord&, const ModelRecord&) = default;
};

/// Parses the JSON text of a record. `origin` names it in messages.
/// Throws model_record with the JSON pointer, what was found and what is accepted; unknown keys are refused.
VISIONKIT_API ModelRecord parse_record(std::string_view json, std::string_view origin = "record");

/// The record that comes with a model file, by the rules above, without loading the network; nothing when there is
/// none. Throws the codes of a failed read, model_format, model_corrupt, model_record.
VISIONKIT_API std::optional<ModelRecord> read_record(const std::string& model_path);

/// The JSON text of a record, indented; parse_record() reads it back to an equal record.
VISIONKIT_API std::string to_json(const ModelRecord& record);

/// Where the record of a loaded model came from.
enum class RecordOrigin { caller, archive, ultralytics, sidecar, none };

VISIONKIT_API std::string_view to_string(Task task) noexcept;
VISIONKIT_API std::string_view to_string(RecordOrigin origin) noexcept;

}  // namespace visionkit
