// How good the very object is that serves: runs a Classifier, Detector or Segmenter over a data set and gives the
// figures of its task. Pictures are read, answered and judged at the same time; figures do not depend on the number of
// threads. With a results file a run that was stopped, or killed, goes on where it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include <visionkit/classifier.hpp>
#include <visionkit/core/config.hpp>
#include <visionkit/dataset/folders.hpp>
#include <visionkit/dataset/panoptic.hpp>
#include <visionkit/detector.hpp>
#include <visionkit/evaluate/evaluation.hpp>
#include <visionkit/evaluate/progress.hpp>
#include <visionkit/image/io.hpp>
#include <visionkit/image/mask_io.hpp>
#include <visionkit/segmenter.hpp>

namespace visionkit {

/// Pictures with class names, from read_class_folders() or read_label_table().
struct ClassificationTruth {
  std::string images = {};  ///< the folder that file names refer to
  LabeledImages truth = {};
};

/// Pictures with objects, from read_coco(), read_yolo(), read_voc() or read_labelme().
struct DetectionTruth {
  std::string images = {};
  ObjectDataset truth = {};
};

/// Pictures with label maps whose ids are the model's class numbers, from read_mask_pairs().
struct SegmentationTruth {
  std::string images = {};
  std::string masks = {};  ///< the folder of the masks
  std::vector<MaskPair> pairs = {};
  PaletteRule palette = PaletteRule::refuse;
  SegmentationOptions counting = {};
};

/// Pictures with segments, from read_coco_panoptic().
struct PanopticTruth {
  std::string images = {};
  std::string masks = {};  ///< the folder of the PNGs
  PanopticDataset truth = {};
};

/// How classes of a data set and of a model are brought together.
enum class ClassMatch {
  by_name,    ///< equal names
  by_number,  ///< the model's class i is the i-th class of the data set
};

/// What becomes of an evaluation when a picture cannot be read or answered, or its truth makes no sense.
enum class BadPictureRule {
  set_aside,  ///< it goes on; the picture is counted, with the reason
  stop,       ///< it ends with the first picture's error
};

VISIONKIT_API std::string_view to_string(ClassMatch match) noexcept;
VISIONKIT_API std::string_view to_string(BadPictureRule rule) noexcept;

struct EvaluateOptions {
  /// Pictures that are read and judged at a time, 1..256; 0: as many as there are processors for this process,
  /// within a container's quota. The network runs one call at a time, on the threads of its RunOptions; where those
  /// leave the number open, on the same number each time, whoever else is busy.
  int threads = 0;
  std::size_t batch = 1;  ///< pictures in a forward call, 1..1024
  ClassMatch classes = ClassMatch::by_name;
  BadPictureRule bad_pictures = BadPictureRule::set_aside;
  /// A file that gets a line for each picture as soon as it is answered (dataset/results.hpp), in the order of the data
  /// set, with the same bytes for any number of threads. When it is there already, with results of the same model,
  /// options and labels, what it answers is not asked again; pictures that failed are tried again. What the data set
  /// itself rules out (no file name, one that comes twice, a class that the model does not have) gets no line. Of a
  /// detector with a function of the caller's own nobody can see whether it is the same. Empty: none.
  std::string results = {};
  ReadOptions reading = {};
  std::size_t worst_samples = 12;   ///< kept for looking at, 0..1000
  std::size_t random_samples = 12;  ///< the same, 0..1000
  std::uint64_t seed = 1;           ///< of the random samples
  /// Called once before the first picture and after each, in the order of the data set, one call at a time, from any
  /// thread. What it throws ends the evaluation.
  std::function<void(const EvaluationProgress&)> progress = {};
  std::stop_token stop = {};  ///< asks for an end: pictures that were begun are finished and written
};

/// Runs the data set. A batch holds the same pictures whatever a results file answers, and pictures are judged by
/// their real size: one that the data set says is of another is set aside. The objects are used during the call only.
/// Throws invalid_option (a results file of another model, option or label, too), invalid_argument
/// (a data set without pictures; a multi-label Classifier that was not made with all_scores; a Segmenter of the wrong
/// kind), dataset_reference (no class in common), cancelled, model_runtime and the like only when nothing could be
/// answered at all, the codes of a failed read or write of the results file, and with BadPictureRule::stop the
/// picture's. An exception of `progress` that is no Error leaves as internal.
[[nodiscard]] VISIONKIT_API Evaluation evaluate(const Classifier& classifier, const ClassificationTruth& truth,
                                                const EvaluateOptions& options = {});
[[nodiscard]] VISIONKIT_API Evaluation evaluate(const Detector& detector, const DetectionTruth& truth,
                                                const EvaluateOptions& options = {});
[[nodiscard]] VISIONKIT_API Evaluation evaluate(const Segmenter& segmenter, const SegmentationTruth& truth,
                                                const EvaluateOptions& options = {});
[[nodiscard]] VISIONKIT_API Evaluation evaluate(const Segmenter& segmenter, const PanopticTruth& truth,
                                                const EvaluateOptions& options = {});

}  // namespace visionkit
