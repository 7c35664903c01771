#include "support/pictures.hpp"

#include <utility>

#include <fmt/format.h>
#include <visionkit/core/error.hpp>

#include "support/convert.hpp"

namespace visionkit::python {
namespace {

bool is_pillow(py::handle value) {
  const auto type = py::type::handle_of(value);
  return py::str(type.attr("__module__")).cast<std::string>().starts_with("PIL.") && py::hasattr(value, "getbands");
}

py::array pillow_array(py::handle image) {
  const auto mode = py::str(image.attr("mode")).cast<std::string>();
  const bool is_known = mode == "RGB" || mode == "RGBA" || mode == "L";
  const auto known = is_known ? py::reinterpret_borrow<py::object>(image) : image.attr("convert")("RGB");
  return py::module_::import("numpy").attr("asarray")(known);
}

PixelFormat format_of(py::ssize_t channels, ColorOrder order) {
  const bool is_bgr = order == ColorOrder::bgr;
  switch (channels) {
    case 1: return PixelFormat::gray8;
    case 3: return is_bgr ? PixelFormat::bgr8 : PixelFormat::rgb8;
    default: return is_bgr ? PixelFormat::bgra8 : PixelFormat::rgba8;
  }
}

}  // namespace

Picture::Picture(py::handle value, ColorOrder order, const Where& where) {
  if (py::isinstance<py::str>(value) || py::hasattr(value, "__fspath__")) {
    source_ = text_from(value, where);
    return;
  }
  if (py::isinstance<py::array>(value)) {
    take_array(py::reinterpret_borrow<py::array>(value), order, where);
    return;
  }
  if (PyObject_CheckBuffer(value.ptr()) != 0 && !py::hasattr(value, "__array_interface__")) {
    buffer_ = std::make_shared<py::buffer_info>(py::reinterpret_borrow<py::buffer>(value).request());
    if (buffer_->ndim == 1 && buffer_->itemsize == 1 && (buffer_->strides[0] == 1 || buffer_->size <= 1)) {
      source_ = std::span(static_cast<const std::uint8_t*>(buffer_->ptr), static_cast<std::size_t>(buffer_->size));
      return;
    }
  }
  if (is_pillow(value)) {
    take_array(pillow_array(value), ColorOrder::rgb, where);
    return;
  }
  const bool is_list = !buffer_ && py::isinstance<py::sequence>(value) && !py::hasattr(value, "__array__");
  if (is_list || py::isinstance<py::dict>(value)) {
    refuse(value, where, "a path, the bytes of a file, an array, a Pillow image or a tensor");
  }
  take_array(any_array(value, where), order, where);
}

void Picture::take_array(py::array array, ColorOrder order, const Where& where) {
  if (!py::isinstance<py::array_t<std::uint8_t>>(array)) {
    throw Error(ErrorCode::dtype, fmt::format("{} holds {}, expected uint8", to_string(where),
                                              std::string(py::str(py::object(array.dtype())))));
  }
  const auto axes = array.ndim();
  const auto channels = axes == 3 ? array.shape(2) : 1;
  if ((axes != 2 && axes != 3) || (channels != 1 && channels != 3 && channels != 4)) {
    throw Error(ErrorCode::shape,
                fmt::format("{} has the shape {}, expected (height, width) or (height, width, 1, 3 or 4)",
                            to_string(where), std::string(py::str(array.attr("shape")))));
  }
  const auto height = array.shape(0);
  const auto width = array.shape(1);
  if (height > std::numeric_limits<int>::max() || width > std::numeric_limits<int>::max()) {
    throw Error(ErrorCode::image_too_large, fmt::format("{} has {} x {} pixels", to_string(where), width, height));
  }
  const bool is_packed = (axes == 2 || channels == 1 || array.strides(2) == 1) && array.strides(1) == channels;
  if (!is_packed || array.strides(0) < width * channels) {
    array = py::module_::import("numpy").attr("ascontiguousarray")(array);
  }
  // A single row may have any stride in NumPy.
  const auto stride = height == 1 ? width * channels : array.strides(0);
  source_ = ImageView{static_cast<const std::uint8_t*>(array.data()), static_cast<int>(width), static_cast<int>(height),
                      stride, format_of(channels, order)};
  keeper_ = std::move(array);
}

ImageView Picture::view() {
  if (const auto* view = std::get_if<ImageView>(&source_)) return *view;
  if (!decoded_) {
    if (const auto* bytes = std::get_if<std::span<const std::uint8_t>>(&source_)) {
      decoded_ = decode_image(*bytes);
    } else {
      decoded_ = read_image(std::get<std::string>(source_));
    }
  }
  return *decoded_;
}

std::optional<std::span<const std::uint8_t>> Picture::encoded() const {
  const auto* bytes = std::get_if<std::span<const std::uint8_t>>(&source_);
  return bytes == nullptr ? std::nullopt : std::optional(*bytes);
}

py::array image_array(Image&& image) {
  auto kept = std::make_unique<Image>(std::move(image));
  const int count = channels(kept->format());
  std::vector<py::ssize_t> shape = {kept->height(), kept->width()};
  if (count > 1) shape.push_back(count);
  const auto* data = kept->pixels().data();
  const py::capsule owner(kept.get(), [](void* memory) { delete static_cast<Image*>(memory); });
  kept.release();
  return py::array_t<std::uint8_t>(std::move(shape), data, owner);
}

}  // namespace visionkit::python
