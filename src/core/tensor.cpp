#include <visionkit/core/tensor.hpp>

#include <limits>
#include <utility>

#include "core/fail.hpp"

namespace visionkit {

std::string_view to_string(DType dtype) noexcept {
  switch (dtype) {
    case DType::float32: return "float32";
    case DType::float16: return "float16";
    case DType::bfloat16: return "bfloat16";
    case DType::float64: return "float64";
    case DType::uint8: return "uint8";
    case DType::int8: return "int8";
    case DType::int16: return "int16";
    case DType::int32: return "int32";
    case DType::int64: return "int64";
    case DType::boolean: return "bool";
  }
  return "unknown";
}

std::size_t size_of(DType dtype) noexcept {
  switch (dtype) {
    case DType::float64:
    case DType::int64: return 8;
    case DType::float32:
    case DType::int32: return 4;
    case DType::float16:
    case DType::bfloat16:
    case DType::int16: return 2;
    case DType::uint8:
    case DType::int8:
    case DType::boolean: return 1;
  }
  return 0;
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (const auto extent : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  return text + "]";
}

std::size_t element_count(const Shape& shape) {
  std::size_t count = 1;
  for (const auto extent : shape) {
    if (extent < 0) fail(ErrorCode::shape, "shape {} has a negative extent", to_string(shape));
    const auto n = static_cast<std::size_t>(extent);
    if (n != 0 && count > std::numeric_limits<std::size_t>::max() / 16 / n)
      fail(ErrorCode::shape, "shape {} is too large", to_string(shape));
    count *= n;
  }
  return count;
}

namespace {

std::span<const float> floats_of(DType dtype, const Shape& shape, const void* data) {
  if (dtype != DType::float32) fail(ErrorCode::dtype, "a float32 tensor is expected, got {}", to_string(dtype));
  return {static_cast<const float*>(data), element_count(shape)};
}

}  // namespace

std::span<const float> TensorView::floats() const { return floats_of(dtype, shape, data); }

std::span<const float> Tensor::floats() const { return floats_of(dtype_, shape_, data_.get()); }

Tensor::Tensor(DType dtype, Shape shape, std::shared_ptr<const void> data)
    : dtype_(dtype), shape_(std::move(shape)), data_(std::move(data)) {}

Tensor::Tensor(Shape shape, std::vector<float> values) : shape_(std::move(shape)) {
  if (element_count(shape_) != values.size())
    fail(ErrorCode::shape, "shape {} needs {} values, got {}", to_string(shape_), element_count(shape_), values.size());
  const auto owner = std::make_shared<const std::vector<float>>(std::move(values));
  data_ = std::shared_ptr<const void>(owner, owner->data());
}

}  // namespace visionkit
