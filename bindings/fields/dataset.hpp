// The structs and enumerations of dataset/.
#pragma once

#include <visionkit/dataset/coco.hpp>
#include <visionkit/dataset/folders.hpp>
#include <visionkit/dataset/label_table.hpp>
#include <visionkit/dataset/labelme.hpp>
#include <visionkit/dataset/panoptic.hpp>
#include <visionkit/dataset/voc.hpp>
#include <visionkit/dataset/yolo.hpp>

#include "fields/core.hpp"

VISIONKIT_ENUM(CocoRules, strict, drop_invalid, pycocotools)
VISIONKIT_ENUM(TableHeader, absent, present)
VISIONKIT_ENUM(YoloRows, boxes, polygons)

VISIONKIT_FIELDS(CocoAnnotations, dataset, notes)
VISIONKIT_FIELDS(CocoReadOptions, rules, max_bytes)
VISIONKIT_FIELDS(CocoResults, predictions, notes)
VISIONKIT_FIELDS(LabelTableOptions, header, root, max_bytes)
VISIONKIT_FIELDS(LabeledImage, file, labels)
VISIONKIT_FIELDS(LabeledImages, classes, images, notes)
// decode_mask is always decode_mask() of image/.
VISIONKIT_FIELDS(LabelmeReadOptions, classes, annotations, max_file_bytes)
VISIONKIT_FIELDS(LabelmeWriteOptions, annotations)
VISIONKIT_FIELDS(MaskPair, image, mask)
VISIONKIT_FIELDS(MaskPairs, pairs, notes)
VISIONKIT_FIELDS(PanopticAnnotation, image_id, file_name, segments)
VISIONKIT_FIELDS(PanopticClass, category, kind)
VISIONKIT_FIELDS(PanopticDataset, images, classes, annotations)
VISIONKIT_FIELDS(PanopticReadOptions, max_bytes)
VISIONKIT_FIELDS(VocReadOptions, classes, annotations, images, max_file_bytes)
VISIONKIT_FIELDS(VocWriteOptions, annotations)
VISIONKIT_FIELDS(YoloReadOptions, image_size, split, images, max_file_bytes)
VISIONKIT_FIELDS(YoloWriteOptions, split, rows)

namespace visionkit::python {

/// A callable that gives (width, height) for a path. It is called with the lock; what it raises leaves the reader.
template <>
struct Convert<std::function<Size(const std::string&)>> {
  using Function = std::function<Size(const std::string&)>;
  static Function from(py::handle value, const Where& where);
  static py::object to(const Function& function);
  static std::string hint_in() { return "Callable[[str], tuple[int, int]] | None"; }
  static std::string hint_out() { return "Callable[[str], tuple[int, int]] | None"; }
};

/// The predictions of CocoResults, without a copy, or of a list.
struct Predictions {
  std::vector<Prediction> own;
  std::span<const Prediction> span;
};
[[nodiscard]] Predictions predictions_from(py::handle value, const Where& where);
/// The data set of what a reader gave, or itself; not copied.
[[nodiscard]] const ObjectDataset& dataset_from(py::handle value, const Where& where);

}  // namespace visionkit::python
