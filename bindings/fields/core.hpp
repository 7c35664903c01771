// The structs and enumerations of core/ and what stands for its values in Python.
#pragma once

#include <visionkit/core/detections.hpp>
#include <visionkit/core/label_map.hpp>
#include <visionkit/core/mask.hpp>
#include <visionkit/core/panoptic.hpp>
#include <visionkit/core/polygons.hpp>
#include <visionkit/core/results.hpp>
#include <visionkit/core/tensor.hpp>
#include <visionkit/core/truth.hpp>

#include "support/convert.hpp"

VISIONKIT_ENUM(Connectivity, four, eight)
VISIONKIT_ENUM(DType, float32, float16, bfloat16, float64, uint8, int8, int16, int32, int64, boolean)
VISIONKIT_ENUM(Outcome, hit, false_positive, missed)
VISIONKIT_ENUM(OverlapRule, union_area, first_area, smaller_area)
VISIONKIT_ENUM(PanopticKind, thing, stuff)
VISIONKIT_ENUM(ScoreKind, logits, probabilities, labels)

VISIONKIT_TUPLE(ClassArea, ClassArea, label, pixels)
VISIONKIT_TUPLE(ClassScore, ClassScore, label, score)
VISIONKIT_TUPLE(ObjectBox, ObjectBox, x, y, width, height)

VISIONKIT_FIELDS(AnnotatedImage, id, file_name, size)
VISIONKIT_FIELDS(AnnotatedObjects, dataset, notes)
VISIONKIT_FIELDS(Category, id, name, supercategory)
VISIONKIT_FIELDS(ConnectedComponent, label, area, box, mask)
VISIONKIT_FIELDS(DatasetNote, what, count, first)
VISIONKIT_FIELDS(ObjectDataset, images, categories, objects)
VISIONKIT_FIELDS(PanopticSegment, id, label, kind, score, area, box, is_crowd)
VISIONKIT_FIELDS(Prediction, image_id, category_id, score, box, area, segmentation)
VISIONKIT_FIELDS(TrueObject, id, image_id, category_id, box, area, is_crowd, segmentation)

namespace visionkit::python {

/// Of a Mask, of pycocotools' dictionary {"size": [height, width], "counts": bytes, str or a list}, or of an array
/// [height, width].
template <>
struct Convert<Mask> {
  static Mask from(py::handle value, const Where& where);
  static py::object to(const Mask& mask) { return py::cast(mask); }
  static std::string hint_in() { return "Mask | Mapping[str, Any]"; }
  static std::string hint_out() { return "Mask"; }
};

/// Arrays of rows x, y.
template <>
struct Convert<Polygon> {
  static Polygon from(py::handle value, const Where& where);
  static py::object to(const Polygon& polygon);
  static std::string hint_in() { return "ArrayLike"; }
  static std::string hint_out() { return "NDArray[np.float64]"; }
};

/// None, a list of polygons, or a Mask.
template <>
struct Convert<Segmentation> {
  static Segmentation from(py::handle value, const Where& where);
  static py::object to(const Segmentation& segmentation);
  static std::string hint_in() { return "Mask | Iterable[ArrayLike] | Mapping[str, Any] | None"; }
  static std::string hint_out() { return "Mask | list[NDArray[np.float64]] | None"; }
};

/// What results have beside their arrays: the names of the classes, and the size of the picture or None.
struct ResultNames {
  py::tuple names = py::tuple();
  py::object size = py::none();
};

/// visionkit.Detections: one array for each field.
template <>
struct Convert<std::vector<Detection>> {
  static std::vector<Detection> from(py::handle value, const Where& where);
  static py::object to(const std::vector<Detection>& detections, const ResultNames& names = ResultNames());
  static std::string hint_in() { return "Detections"; }
  static std::string hint_out() { return "Detections"; }
};

/// visionkit.Classification: the same.
template <>
struct Convert<Classification> {
  static Classification from(py::handle value, const Where& where);
  static py::object to(const Classification& classification, const py::tuple& names = py::tuple());
  static std::string hint_in() { return "Classification"; }
  static std::string hint_out() { return "Classification"; }
};
[[nodiscard]] bool is_classification(py::handle value);

}  // namespace visionkit::python
