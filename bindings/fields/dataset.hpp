// The structs and enumerations of dataset/.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include <visionkit/core/error.hpp>
#include <visionkit/dataset/coco.hpp>
#include <visionkit/dataset/folders.hpp>
#include <visionkit/dataset/label_table.hpp>
#include <visionkit/dataset/labelme.hpp>
#include <visionkit/dataset/panoptic.hpp>
#include <visionkit/dataset/results.hpp>
#include <visionkit/dataset/voc.hpp>
#include <visionkit/dataset/yolo.hpp>

#include "fields/core.hpp"

VISIONKIT_ENUM(CocoRules, strict, drop_invalid, pycocotools)
VISIONKIT_ENUM(TableHeader, absent, present)
VISIONKIT_ENUM(YoloRows, boxes, polygons)

VISIONKIT_FIELDS(CocoAnnotations, dataset, notes)
VISIONKIT_FIELDS(CocoReadOptions, rules, max_bytes)
VISIONKIT_FIELDS(CocoResults, predictions, notes)
VISIONKIT_FIELDS(FailedPicture, code, reason)
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
VISIONKIT_FIELDS(PictureResult, file, size, answer)
VISIONKIT_FIELDS(ResultsFile, summary, results)
VISIONKIT_FIELDS(ResultsHeader, task, model_sha256, settings, labels)
VISIONKIT_FIELDS(ResultsReadOptions, max_line_bytes, max_pixels)
VISIONKIT_FIELDS(ResultsSummary, header, results, whole_bytes, broken_bytes)
VISIONKIT_FIELDS(VocReadOptions, classes, annotations, images, max_file_bytes)
VISIONKIT_FIELDS(VocWriteOptions, annotations)
VISIONKIT_FIELDS(YoloReadOptions, image_size, split, images, max_file_bytes)
VISIONKIT_FIELDS(YoloWriteOptions, split, rows)

namespace visionkit::python {

/// A code by its name.
template <>
struct Convert<ErrorCode> {
  static ErrorCode from(py::handle value, const Where& where) {
    std::vector<std::string_view> names;
    for (const auto& row : error_codes()) names.push_back(row.name);
    return error_codes()[choice_from(value, where, names)].code;
  }
  static py::object to(ErrorCode code) {
    const auto name = to_string(code);
    return py::str(name.data(), name.size());
  }
  static std::string hint_in() { return "str"; }
  static std::string hint_out() { return "str"; }
};

/// One of several types: the first that the value is.
template <class... T>
struct Convert<std::variant<T...>> {
  using Variant = std::variant<T...>;
  static Variant from(py::handle value, const Where& where) {
    std::optional<Variant> found;
    (void)(try_one<T>(value, where, found) || ...);
    if (!found) refuse(value, where, hint_in());
    return std::move(*found);
  }
  static py::object to(const Variant& value) {
    return std::visit([](const auto& held) { return py::object(to_python(held)); }, value);
  }
  static std::string hint_in() { return hints(&hint_in_of<T>...); }
  static std::string hint_out() { return hints(&hint_out_of<T>...); }

 private:
  template <class One>
  static bool try_one(py::handle value, const Where& where, std::optional<Variant>& found) {
    try {
      found.emplace(from_python<One>(value, where));
      return true;
    } catch (const py::type_error&) {
      return false;
    }
  }
  template <class One>
  static std::string hint_in_of() {
    return Convert<One>::hint_in();
  }
  template <class One>
  static std::string hint_out_of() {
    return Convert<One>::hint_out();
  }
  template <class... Hint>
  static std::string hints(Hint... hint) {
    std::string text;
    ((text += (text.empty() ? "" : " | ") + hint()), ...);
    return text;
  }
};

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
