#include "support/arrays.hpp"

#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <visionkit/core/error.hpp>

#include "support/lock.hpp"

namespace visionkit::python {
namespace {

struct DTypeName {
  DType dtype;
  const char* numpy;
};
constexpr DTypeName dtype_names[] = {{DType::float32, "f4"}, {DType::float16, "f2"}, {DType::bfloat16, "u2"},
                                     {DType::float64, "f8"}, {DType::uint8, "u1"},   {DType::int8, "i1"},
                                     {DType::int16, "i2"},   {DType::int32, "i4"},   {DType::int64, "i8"},
                                     {DType::boolean, "?"}};

std::string type_name(const py::array& array) { return py::str(py::object(array.dtype())); }

// Whether every element of an integer array is a T.
template <class T>
bool fits(const py::array& array) {
  if (array.size() == 0) return true;
  const auto low = py::int_(array.attr("min")());
  const auto high = py::int_(array.attr("max")());
  return !(low < py::int_(std::numeric_limits<T>::min())) && !(high > py::int_(std::numeric_limits<T>::max()));
}

}  // namespace

std::string to_string(const Where& where) { return fmt::format("{}(): {}", where.caller, where.argument); }

py::array any_array(py::handle value, const Where& where) {
  if (py::isinstance<py::array>(value)) return py::reinterpret_borrow<py::array>(value);
  if (py::isinstance<py::str>(value) || py::isinstance<py::bytes>(value) || value.is_none()) {
    throw py::type_error(fmt::format("{} is {}, expected an array", to_string(where), Py_TYPE(value.ptr())->tp_name));
  }
  const auto numpy = py::module_::import("numpy");
  try {
    const bool has_array = py::hasattr(value, "__array__") || py::hasattr(value, "__array_interface__");
    const bool is_foreign = py::hasattr(value, "__dlpack__") && !has_array;
    return numpy.attr(is_foreign ? "from_dlpack" : "asarray")(value);
  } catch (py::error_already_set& error) {
    throw py::type_error(fmt::format("{} is {}, which gives no array: {}", to_string(where),
                                     Py_TYPE(value.ptr())->tp_name, std::string(py::str(error.value()))));
  }
}

template <class T>
py::array_t<T> as_array(py::handle value, const Where& where) {
  auto array = any_array(value, where);
  const char kind = array.dtype().kind();
  if (!py::isinstance<py::array_t<T>>(array)) {
    constexpr bool wants_floats = std::is_floating_point_v<T>;
    const bool is_integer = kind == 'i' || kind == 'u' || kind == 'b';
    // An empty list becomes float64 in NumPy.
    if (!(is_integer || (kind == 'f' && (wants_floats || array.size() == 0)))) {
      throw Error(ErrorCode::dtype, fmt::format("{} holds {}, expected {}", to_string(where), type_name(array),
                                                wants_floats ? "numbers" : "integers"));
    }
    if constexpr (!wants_floats) {
      if (is_integer && kind != 'b' && !fits<T>(array)) {
        throw Error(ErrorCode::dtype,
                    fmt::format("{} holds integers that do not fit into {} bits", to_string(where), 8 * sizeof(T)));
      }
    }
  }
  auto result = py::array_t<T, py::array::c_style | py::array::forcecast>::ensure(array);
  if (!result) throw py::error_already_set();
  return py::array_t<T>(std::move(result));
}

template py::array_t<float> as_array<float>(py::handle, const Where&);
template py::array_t<double> as_array<double>(py::handle, const Where&);
template py::array_t<std::uint8_t> as_array<std::uint8_t>(py::handle, const Where&);
template py::array_t<std::uint16_t> as_array<std::uint16_t>(py::handle, const Where&);
template py::array_t<std::uint32_t> as_array<std::uint32_t>(py::handle, const Where&);
template py::array_t<std::uint64_t> as_array<std::uint64_t>(py::handle, const Where&);
template py::array_t<std::int32_t> as_array<std::int32_t>(py::handle, const Where&);
template py::array_t<std::int64_t> as_array<std::int64_t>(py::handle, const Where&);

void check_axes(const py::array& array, int axes, const Where& where) {
  if (array.ndim() == axes) return;
  throw Error(ErrorCode::shape, fmt::format("{} has {} axes, expected {}", to_string(where), array.ndim(), axes));
}

Held<Box, float> as_boxes(py::handle value, const Where& where) {
  Held<Box, float> boxes{as_array<float>(value, where)};
  const bool is_empty = boxes.array.size() == 0;
  if (!is_empty && (boxes.array.ndim() != 2 || boxes.array.shape(1) != 4)) {
    throw Error(ErrorCode::shape, fmt::format("{} has the shape {}, expected (n, 4): x1, y1, x2, y2", to_string(where),
                                              std::string(py::str(boxes.array.attr("shape")))));
  }
  return boxes;
}

Held<ClassId, std::int32_t> as_labels(py::handle value, const Where& where) {
  if (value.is_none()) return {py::array_t<std::int32_t>(0)};
  Held<ClassId, std::int32_t> labels{as_array<std::int32_t>(value, where)};
  check_axes(labels.array, 1, where);
  return labels;
}

py::array tensor_array(const Tensor& tensor) {
  auto kept = std::make_unique<Tensor>(tensor);
  const void* data = kept->data();
  const py::capsule owner(kept.get(), [](void* memory) { delete static_cast<Tensor*>(memory); });
  kept.release();
  std::vector<py::ssize_t> shape(tensor.shape().begin(), tensor.shape().end());
  const char* name = "f4";
  for (const auto& row : dtype_names) {
    if (row.dtype == tensor.dtype()) name = row.numpy;
  }
  py::array array(py::dtype(name), std::move(shape), data, owner);
  return array;
}

py::array copied_array(const TensorView& tensor) {
  const auto bytes = tensor.count() * size_of(tensor.dtype);
  const auto copy = std::make_shared<std::vector<std::byte>>(bytes);
  if (bytes > 0) std::memcpy(copy->data(), tensor.data, bytes);
  return tensor_array(Tensor(tensor.dtype, tensor.shape, std::shared_ptr<const void>(copy, copy->data())));
}

Tensor array_tensor(py::handle value, const Where& where) {
  py::array array = py::module_::import("numpy").attr("ascontiguousarray")(any_array(value, where));
  const auto code = fmt::format("{}{}", array.dtype().kind(), array.itemsize());
  for (const auto& row : dtype_names) {
    if (row.dtype == DType::bfloat16 || (code != row.numpy && !(code == "b1" && row.dtype == DType::boolean))) continue;
    Shape shape(array.shape(), array.shape() + array.ndim());
    const void* data = array.data();
    // The last copy of the tensor may go anywhere.
    const std::shared_ptr<const void> owner(
        data, [kept = array.release().ptr()](const void*) { locked([&] { Py_DECREF(kept); }); });
    return Tensor(row.dtype, std::move(shape), owner);
  }
  throw Error(ErrorCode::dtype,
              fmt::format("{} holds {}, which no tensor of visionkit has", to_string(where), type_name(array)));
}

}  // namespace visionkit::python
