#include "fields/core.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <visionkit/core/error.hpp>

namespace visionkit::python {
namespace {

std::string counts_text(py::handle counts) {
  if (PyUnicode_Check(counts.ptr()) != 0) return counts.cast<std::string>();
  return std::string(counts.cast<py::bytes>());
}

}  // namespace

Mask Convert<Mask>::from(py::handle value, const Where& where) {
  if (py::isinstance<Mask>(value)) return value.cast<const Mask&>();
  if (!py::isinstance<py::dict>(value)) {
    const auto pixels = as_array<std::uint8_t>(value, where);
    check_axes(pixels, 2, where);
    return Mask::from_dense({pixels.data(), static_cast<std::size_t>(pixels.size())},
                            {static_cast<int>(pixels.shape(1)), static_cast<int>(pixels.shape(0))});
  }
  const auto dict = py::reinterpret_borrow<py::dict>(value);
  if (!dict.contains("size") || !dict.contains("counts")) {
    refuse(value, where, "a dictionary with the keys 'size' and 'counts'");
  }
  const auto sides = from_python<std::array<int, 2>>(dict["size"], where);
  const Size size = {sides[1], sides[0]};
  const py::object counts = dict["counts"];
  if (PyUnicode_Check(counts.ptr()) != 0 || PyBytes_Check(counts.ptr()) != 0) {
    return Mask::from_rle(counts_text(counts), size);
  }
  return Mask::from_runs(from_python<std::vector<std::uint32_t>>(counts, where), size);
}

Polygon Convert<Polygon>::from(py::handle value, const Where& where) {
  const auto numbers = as_array<double>(value, where);
  const bool is_flat = numbers.ndim() == 1 && numbers.size() % 2 == 0;  // COCO's x, y, x, y ...
  if (!is_flat && (numbers.ndim() != 2 || numbers.shape(1) != 2)) {
    throw Error(ErrorCode::shape, fmt::format("{} has the shape {}, expected (n, 2): x, y", to_string(where),
                                              std::string(py::str(numbers.attr("shape")))));
  }
  Polygon polygon(static_cast<std::size_t>(numbers.size() / 2));
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    polygon[i] = {numbers.data()[2 * i], numbers.data()[2 * i + 1]};
  }
  return polygon;
}

py::object Convert<Polygon>::to(const Polygon& polygon) {
  std::vector<double> numbers;
  numbers.reserve(2 * polygon.size());
  for (const auto& point : polygon) numbers.insert(numbers.end(), {point.x, point.y});
  return own_array(std::move(numbers), {static_cast<py::ssize_t>(polygon.size()), 2});
}

Segmentation Convert<Segmentation>::from(py::handle value, const Where& where) {
  if (value.is_none()) return {};
  if (py::isinstance<Mask>(value) || py::isinstance<py::dict>(value)) return from_python<Mask>(value, where);
  return from_python<std::vector<Polygon>>(value, where);
}

py::object Convert<Segmentation>::to(const Segmentation& segmentation) {
  if (const auto* mask = std::get_if<Mask>(&segmentation)) return py::cast(*mask);
  if (const auto* polygons = std::get_if<std::vector<Polygon>>(&segmentation)) return to_python(*polygons);
  return py::none();
}

std::vector<Detection> Convert<std::vector<Detection>>::from(py::handle value, const Where& where) {
  const auto type = py::module_::import("visionkit.detections").attr("Detections");
  if (!py::isinstance(value, type)) refuse(value, where, "visionkit.Detections");
  const auto boxes = as_boxes(value.attr("boxes"), {where.caller, "boxes"});
  const auto scores = as_row<float>(value.attr("scores"), {where.caller, "scores"});
  const auto labels = as_labels(value.attr("labels"), {where.caller, "labels"});
  const py::object masks = value.attr("masks");
  const auto count = boxes.span().size();
  std::vector<Detection> detections(count);
  for (std::size_t i = 0; i < count; ++i) {
    detections[i] = {boxes.span()[i], labels.span()[i], scores.span()[i], std::nullopt};
  }
  if (!masks.is_none()) {
    std::size_t i = 0;
    for (const auto mask : masks) {
      if (i < count && !mask.is_none()) detections[i].mask = from_python<Mask>(mask, {where.caller, "masks"});
      ++i;
    }
  }
  return detections;
}

py::object Convert<std::vector<Detection>>::to(const std::vector<Detection>& detections, const ResultNames& names) {
  const auto count = detections.size();
  std::vector<float> boxes;
  std::vector<float> scores;
  std::vector<std::int32_t> labels;
  boxes.reserve(4 * count);
  scores.reserve(count);
  labels.reserve(count);
  bool has_masks = false;
  for (const auto& detection : detections) {
    const auto& box = detection.box;
    boxes.insert(boxes.end(), {box.x1, box.y1, box.x2, box.y2});
    scores.push_back(detection.score);
    labels.push_back(detection.label.value);
    has_masks = has_masks || detection.mask.has_value();
  }
  py::object masks = py::none();
  if (has_masks) {
    py::list list;
    for (const auto& detection : detections) list.append(to_python(detection.mask));
    masks = list;
  }
  const auto type = py::module_::import("visionkit.detections").attr("Detections");
  return type.attr("_of")(own_array(std::move(boxes), {static_cast<py::ssize_t>(count), 4}),
                          own_array(std::move(scores)), own_array(std::move(labels)), masks, names.names, names.size);
}

bool is_classification(py::handle value) {
  return py::isinstance(value, py::module_::import("visionkit.classification").attr("Classification"));
}

Classification Convert<Classification>::from(py::handle value, const Where& where) {
  if (!is_classification(value)) refuse(value, where, "visionkit.Classification");
  const auto labels = as_labels(value.attr("labels"), {where.caller, "labels"});
  const auto scores = as_row<float>(value.attr("scores"), {where.caller, "scores"});
  const py::object all = value.attr("all_scores");
  Classification result;
  const auto count = std::min(labels.span().size(), scores.span().size());
  for (std::size_t i = 0; i < count; ++i) result.classes.push_back({labels.span()[i], scores.span()[i]});
  if (!all.is_none()) result.scores = from_python<std::vector<float>>(all, {where.caller, "all_scores"});
  return result;
}

py::object Convert<Classification>::to(const Classification& classification, const py::tuple& names) {
  std::vector<std::int32_t> labels;
  std::vector<float> scores;
  for (const auto& [label, score] : classification.classes) {
    labels.push_back(label.value);
    scores.push_back(score);
  }
  py::object all = py::none();
  if (!classification.scores.empty()) all = own_array(std::vector(classification.scores));
  const auto type = py::module_::import("visionkit.classification").attr("Classification");
  return type.attr("_of")(own_array(std::move(labels)), own_array(std::move(scores)), all, names);
}

}  // namespace visionkit::python
