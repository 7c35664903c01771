// NumPy arrays in and out. In: any array-like, taken without a copy when element type and order fit. Out: arrays whose
// base owns the memory, so that nothing is copied and nothing dangles.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <visionkit/core/geometry.hpp>
#include <visionkit/core/labels.hpp>
#include <visionkit/core/tensor.hpp>

namespace visionkit::python {

namespace py = pybind11;

/// Whose argument a message is about: "nms(): scores".
struct Where {
  const char* caller;
  const char* argument;
};
[[nodiscard]] std::string to_string(const Where& where);

/// A C-contiguous array of T from an array, a tensor of the CPU or nested sequences. Integers are not made of floats,
/// and must fit into T. Throws TypeError, and Error with the code dtype.
template <class T>
[[nodiscard]] py::array_t<T> as_array(py::handle value, const Where& where);

extern template py::array_t<float> as_array<float>(py::handle, const Where&);
extern template py::array_t<double> as_array<double>(py::handle, const Where&);
extern template py::array_t<std::uint8_t> as_array<std::uint8_t>(py::handle, const Where&);
extern template py::array_t<std::uint16_t> as_array<std::uint16_t>(py::handle, const Where&);
extern template py::array_t<std::uint32_t> as_array<std::uint32_t>(py::handle, const Where&);
extern template py::array_t<std::uint64_t> as_array<std::uint64_t>(py::handle, const Where&);
extern template py::array_t<std::int32_t> as_array<std::int32_t>(py::handle, const Where&);
extern template py::array_t<std::int64_t> as_array<std::int64_t>(py::handle, const Where&);

/// The array behind any object that has one: __array__, __array_interface__, __dlpack__ (CPU), or a sequence.
[[nodiscard]] py::array any_array(py::handle value, const Where& where);

/// An array's elements, and the array that holds them.
template <class T, class Element = T>
struct Held {
  py::array_t<Element> array;
  [[nodiscard]] std::span<const T> span() const {
    return {reinterpret_cast<const T*>(array.data()),
            static_cast<std::size_t>(array.size()) / (sizeof(T) / sizeof(Element))};
  }
};

/// Rows of four float32: boxes by their corners. Throws Error with the code shape.
[[nodiscard]] Held<Box, float> as_boxes(py::handle value, const Where& where);
/// Class indices; None gives none.
[[nodiscard]] Held<ClassId, std::int32_t> as_labels(py::handle value, const Where& where);
/// One axis of numbers.
template <class T>
[[nodiscard]] Held<T> as_row(py::handle value, const Where& where);
/// Throws Error with the code shape unless the array has so many axes.
void check_axes(const py::array& array, int axes, const Where& where);

template <class T>
Held<T> as_row(py::handle value, const Where& where) {
  Held<T> held{as_array<T>(value, where)};
  check_axes(held.array, 1, where);
  return held;
}

/// An array over memory that `owner` keeps alive, which may not be written to.
template <class T>
[[nodiscard]] py::array_t<T> view_array(std::vector<py::ssize_t> shape, const T* data, py::handle owner) {
  py::array_t<T> array(std::move(shape), data, owner);
  array.attr("flags").attr("writeable") = false;
  return array;
}

/// An array that takes over the elements.
template <class T>
[[nodiscard]] py::array_t<T> own_array(std::vector<T>&& values, std::vector<py::ssize_t> shape) {
  auto kept = std::make_unique<std::vector<T>>(std::move(values));
  const T* data = kept->data();
  const py::capsule owner(kept.get(), [](void* memory) { delete static_cast<std::vector<T>*>(memory); });
  kept.release();
  return py::array_t<T>(std::move(shape), data, owner);
}
template <class T>
[[nodiscard]] py::array_t<T> own_array(std::vector<T>&& values) {
  const auto size = static_cast<py::ssize_t>(values.size());
  return own_array(std::move(values), {size});
}

/// A tensor's elements, which the array shares. bfloat16 comes as uint16, because NumPy has no such type.
[[nodiscard]] py::array tensor_array(const Tensor& tensor);
/// A copy of its elements.
[[nodiscard]] py::array copied_array(const TensorView& tensor);
/// The array as a tensor that keeps it alive. Throws Error with the code dtype.
[[nodiscard]] Tensor array_tensor(py::handle value, const Where& where);

}  // namespace visionkit::python
