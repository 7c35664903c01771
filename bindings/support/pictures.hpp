// A picture in any form that Python has: a path, the bytes of a file, an array, a Pillow image, a tensor. What lies in
// memory as visionkit wants it is viewed, not copied.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <pybind11/pybind11.h>
#include <visionkit/image/image.hpp>
#include <visionkit/image/io.hpp>

#include "support/arrays.hpp"

namespace visionkit::python {

/// What an array's three or four channels are; files and Pillow images know it themselves.
enum class ColorOrder { rgb, bgr };

class Picture {
 public:
  /// Takes hold of the object; files are not touched yet. Throws TypeError, and Error with the codes dtype and shape.
  Picture(py::handle value, ColorOrder order, const Where& where);

  /// The pixels; files are read and decoded now. For the time without the lock.
  [[nodiscard]] ImageView view();
  /// The bytes of a file, from memory or read now; nothing for pixels. For the time without the lock.
  [[nodiscard]] std::optional<std::span<const std::uint8_t>> encoded() const;

 private:
  void take_array(py::array array, ColorOrder order, const Where& where);

  py::object keeper_;
  std::shared_ptr<py::buffer_info> buffer_;  // keeps the bytes of a file where they are
  std::variant<ImageView, std::span<const std::uint8_t>, std::string> source_;
  std::optional<Image> decoded_;
};

/// [height, width, channels] of uint8, or [height, width] for gray, that takes over the pixels.
[[nodiscard]] py::array image_array(Image&& image);

}  // namespace visionkit::python
