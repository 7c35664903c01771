#include "preprocess/pass.hpp"

#include <cstdint>
#include <vector>

#include "image/convert.hpp"
#include "preprocess/resize.hpp"

namespace visionkit {
namespace {

// Grows and never shrinks.
template <class Element>
Element* at_least(std::vector<Element>& memory, std::size_t count) {
  if (memory.size() < count) memory.resize(count);
  return memory.data();
}

std::size_t area(int width, int height) { return static_cast<std::size_t>(width) * static_cast<std::size_t>(height); }

// The picture without alpha, which is dropped before resizing as Image.convert("RGB") drops it, and in gray where the
// network takes gray. Copies only when it must.
PartialImage without_alpha(const PartialImage& picture, ChannelOrder order) {
  const auto& image = picture.pixels;
  const auto wanted = order == ChannelOrder::gray          ? PixelFormat::gray8
                      : image.format == PixelFormat::rgba8 ? PixelFormat::rgb8
                      : image.format == PixelFormat::bgra8 ? PixelFormat::bgr8
                                                           : image.format;
  if (wanted == image.format) return picture;
  thread_local std::vector<std::uint8_t> memory;
  const auto stride = std::ptrdiff_t{image.width} * channels(wanted);
  auto* rows = at_least(memory, area(image.width, image.height) * static_cast<std::size_t>(channels(wanted)));
  const auto convert_row = row_converter(image.format, wanted);
  for (int y = 0; y < image.height; ++y) convert_row(image.row(y), rows + y * stride, image.width);
  return {{rows, image.width, image.height, stride, wanted}, picture.size, {picture.x, picture.y, {}}};
}

ResizeRequest request_of(const PreprocessOptions& options, const TransformGeometry& geometry) {
  return {geometry.resized_size, geometry.window, options.resize.interpolation};
}

// The pixels that the network sees, before normalization.
ImageView resized_window(const PreprocessOptions& options, const PartialImage& image,
                         const TransformGeometry& geometry) {
  const auto& window = geometry.window;
  const auto format = image.pixels.format;
  if (geometry.resized_size == image.size) {
    return {image.at(window.x, window.y), window.width, window.height, image.pixels.stride, format};
  }
  thread_local std::vector<std::uint8_t> memory;
  const auto stride = std::ptrdiff_t{window.width} * channels(format);
  auto* rows = at_least(memory, area(window.width, window.height) * static_cast<std::size_t>(channels(format)));
  resize_into(image, request_of(options, geometry), rows, stride);
  return {rows, window.width, window.height, stride, format};
}

}  // namespace

PicturePart needed_part(const PreprocessOptions& options, const TransformGeometry& geometry) {
  return needed_part(geometry.image_size, request_of(options, geometry));
}

void run_pass(const PreprocessOptions& options, const Normalizer& normalizer, const PartialImage& image,
              const TransformGeometry& geometry, std::byte* input) {
  if (geometry.resized_size != image.size) check_resize_size(geometry.resized_size);
  const int model_width = geometry.model_size.width;
  const int model_height = geometry.model_size.height;
  const auto& window = geometry.window;
  const auto pixels = area(model_width, model_height);
  const auto slice = [&](int x, int y, std::size_t count) {
    return InputSlice{input, area(model_width, y) + static_cast<std::size_t>(x), count, pixels};
  };

  const auto source = without_alpha(image, options.channel_order);
  const bool floats = resizes_floats(options) && geometry.resized_size != image.size;
  const auto format = source.pixels.format;
  const float* units = nullptr;
  ImageView bytes;
  if (floats) {
    thread_local std::vector<float> memory;
    auto* planes = at_least(memory, area(window.width, window.height) * static_cast<std::size_t>(channels(format)));
    resize_unit_floats(source, request_of(options, geometry), planes);
    units = planes;
  } else {
    bytes = resized_window(options, source, geometry);
  }

  const auto fill =
      static_cast<std::uint8_t>(options.resize.mode == ResizeMode::letterbox ? options.resize.letterbox.fill : 0);
  const int right = geometry.left + window.width;
  normalizer.fill(fill, slice(0, 0, area(model_width, geometry.top)));
  for (int y = 0; y < window.height; ++y) {
    const int row = geometry.top + y;
    const auto target = slice(geometry.left, row, static_cast<std::size_t>(window.width));
    normalizer.fill(fill, slice(0, row, static_cast<std::size_t>(geometry.left)));
    if (floats) {
      normalizer.units(units + area(window.width, y), area(window.width, window.height), format, target);
    } else {
      normalizer.bytes(bytes.row(y), bytes.format, target);
    }
    normalizer.fill(fill, slice(right, row, static_cast<std::size_t>(model_width - right)));
  }
  const int bottom = geometry.top + window.height;
  normalizer.fill(fill, slice(0, bottom, area(model_width, model_height - bottom)));
}

}  // namespace visionkit
