#include "fields/dataset.hpp"

#include <utility>

#include "support/lock.hpp"

namespace visionkit::python {

Convert<std::function<Size(const std::string&)>>::Function Convert<std::function<Size(const std::string&)>>::from(
    py::handle value, const Where& where) {
  if (value.is_none()) return {};
  if (PyCallable_Check(value.ptr()) == 0) refuse(value, where, "a callable that gives (width, height) for a path");
  return [kept = share(value)](const std::string& path) {
    return locked([&] {
      const py::object size = py::handle(kept.get())(path);
      return from_python<Size>(size, {"read_yolo", "image_size"});
    });
  };
}

py::object Convert<std::function<Size(const std::string&)>>::to(const Function& function) {
  if (!function) return py::none();
  return py::cpp_function([function](const std::string& path) { return to_python(function(path)); });
}

Predictions predictions_from(py::handle value, const Where& where) {
  Predictions predictions;
  if (py::isinstance<CocoResults>(value)) {
    predictions.span = value.cast<const CocoResults&>().predictions;
  } else {
    predictions.own = from_python<std::vector<Prediction>>(value, where);
    predictions.span = predictions.own;
  }
  return predictions;
}

const ObjectDataset& dataset_from(py::handle value, const Where& where) {
  if (py::isinstance<CocoAnnotations>(value)) return value.cast<const CocoAnnotations&>().dataset;
  if (py::isinstance<AnnotatedObjects>(value)) return value.cast<const AnnotatedObjects&>().dataset;
  if (!py::isinstance<ObjectDataset>(value)) refuse(value, where, "an ObjectDataset or what a reader gave");
  return value.cast<const ObjectDataset&>();
}

}  // namespace visionkit::python
