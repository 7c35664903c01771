// Dense tensors in host memory, C order, without a library behind them. `TensorView` borrows, `Tensor` shares
// ownership.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <visionkit/core/config.hpp>

namespace visionkit {

enum class DType { float32, float16, bfloat16, float64, uint8, int8, int16, int32, int64, boolean };

VISIONKIT_API std::string_view to_string(DType dtype) noexcept;
/// Bytes of one element.
VISIONKIT_API std::size_t size_of(DType dtype) noexcept;

using Shape = std::vector<std::int64_t>;

/// "[1, 3, 224, 224]"
VISIONKIT_API std::string to_string(const Shape& shape);
/// The product of the extents; 1 for a scalar. Throws shape for a negative extent or an overflow.
VISIONKIT_API std::size_t element_count(const Shape& shape);

/// Borrowed elements in C order. Valid as long as the memory it points to.
struct TensorView {
  DType dtype = DType::float32;
  Shape shape;
  const void* data = nullptr;

  [[nodiscard]] std::size_t count() const { return element_count(shape); }
  /// The elements as floats. Throws dtype when they are not float32.
  [[nodiscard]] VISIONKIT_API std::span<const float> floats() const;
};

/// Elements in C order that live as long as any copy of this handle. Copies share; the elements are never changed
/// after construction, so that sharing between threads is safe.
class VISIONKIT_API Tensor {
 public:
  Tensor() = default;
  /// Takes part in the ownership of memory that somebody else allocated.
  Tensor(DType dtype, Shape shape, std::shared_ptr<const void> data);
  /// A float tensor that owns these values. Throws shape when their number does not fit.
  Tensor(Shape shape, std::vector<float> values);

  [[nodiscard]] DType dtype() const noexcept { return dtype_; }
  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
  [[nodiscard]] const void* data() const noexcept { return data_.get(); }
  [[nodiscard]] TensorView view() const { return {dtype_, shape_, data_.get()}; }
  /// The elements as floats. Throws dtype when they are not float32.
  [[nodiscard]] std::span<const float> floats() const;

 private:
  DType dtype_ = DType::float32;
  Shape shape_ = {0};
  std::shared_ptr<const void> data_;
};

}  // namespace visionkit
