#include "preprocess/resize.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "core/edits.hpp"
#include "core/fail.hpp"
#include "preprocess/resize_filters.hpp"

namespace visionkit {
namespace {

enum class Tool { pillow, opencv, torch };

struct Entry {
  Interpolation interpolation;
  std::string_view name;
  Tool tool;
  double reach;  // of the filter: samples on either side of an output's center, times the scale when that shrinks
};

constexpr double everywhere = std::numeric_limits<double>::infinity();

// In the order of the enumeration.
constexpr std::array entries{
    Entry{Interpolation::pillow_nearest, "pillow.nearest", Tool::pillow, 0},
    Entry{Interpolation::pillow_box, "pillow.box", Tool::pillow, 0.5},
    Entry{Interpolation::pillow_bilinear, "pillow.bilinear", Tool::pillow, 1},
    Entry{Interpolation::pillow_hamming, "pillow.hamming", Tool::pillow, 1},
    Entry{Interpolation::pillow_bicubic, "pillow.bicubic", Tool::pillow, 2},
    Entry{Interpolation::pillow_lanczos, "pillow.lanczos", Tool::pillow, 3},
    Entry{Interpolation::opencv_nearest, "opencv.nearest", Tool::opencv, 0},
    Entry{Interpolation::opencv_nearest_exact, "opencv.nearest_exact", Tool::opencv, 0},
    Entry{Interpolation::opencv_linear, "opencv.linear", Tool::opencv, 1},
    Entry{Interpolation::opencv_linear_exact, "opencv.linear_exact", Tool::opencv, everywhere},
    Entry{Interpolation::opencv_cubic, "opencv.cubic", Tool::opencv, everywhere},
    Entry{Interpolation::opencv_area, "opencv.area", Tool::opencv, everywhere},
    Entry{Interpolation::opencv_lanczos4, "opencv.lanczos4", Tool::opencv, everywhere},
    Entry{Interpolation::torch_nearest, "torch.nearest", Tool::torch, 0},
    Entry{Interpolation::torch_nearest_exact, "torch.nearest_exact", Tool::torch, 0},
    Entry{Interpolation::torch_bilinear, "torch.bilinear", Tool::torch, 1},
    Entry{Interpolation::torch_bilinear_antialias, "torch.bilinear_antialias", Tool::torch, 1},
    Entry{Interpolation::torch_bicubic, "torch.bicubic", Tool::torch, 2},
    Entry{Interpolation::torch_bicubic_antialias, "torch.bicubic_antialias", Tool::torch, 2},
};

const Entry* find(Interpolation interpolation) {
  const auto* entry = std::find_if(entries.begin(), entries.end(),
                                   [&](const Entry& candidate) { return candidate.interpolation == interpolation; });
  return entry == entries.end() ? nullptr : entry;
}

const Entry& entry_of(Interpolation interpolation) {
  const auto* entry = find(interpolation);
  if (entry == nullptr) {
    fail(ErrorCode::invalid_option, "interpolation is {}, expected an enumerator of Interpolation",
         static_cast<int>(interpolation));
  }
  return *entry;
}
Tool tool_of(Interpolation interpolation) { return entry_of(interpolation).tool; }

// Floats count pixels exactly up to here.
constexpr int max_source_side = 1 << 24;

void check_source(Size size) {
  if (size.width > max_source_side || size.height > max_source_side) {
    fail(ErrorCode::invalid_argument, "resizing a picture of {}: at most {} pixels a side", to_string(size),
         max_source_side);
  }
}

struct Span {
  int begin;
  int length;
};

// What the outputs [first, first + count) of an axis can see of its source. Two samples more than the filters reach are
// for rounding: positions are computed in float32 by some tools.
Span needed_span(int source_length, int output_length, int first, int count, double reach) {
  constexpr double rounding = 2;
  const double scale = static_cast<double>(source_length) / output_length;
  const double distance = reach * std::max(scale, 1.0) + rounding;
  const auto inside = [&](double position) {
    return static_cast<int>(std::clamp(position, 0.0, static_cast<double>(source_length)));
  };
  const int begin = inside(std::floor(first * scale - distance));
  return {begin, inside(std::ceil((first + count) * scale + distance)) - begin};
}

PixelRect whole(Size size) { return {0, 0, size.width, size.height}; }

Image resized(const ImageView& image, const SourceRegion& region, Size size, Interpolation interpolation) {
  auto out = Image::uninitialized(size, image.format);
  resize_like_pillow(PartialImage(image), region, {size, whole(size), interpolation}, out.pixels().data(),
                     out.stride());
  return out;
}

}  // namespace

std::string_view to_string(Interpolation interpolation) noexcept {
  const auto* entry = find(interpolation);
  return entry == nullptr ? "unknown" : entry->name;
}

Interpolation interpolation_from_string(std::string_view name) {
  const auto* entry =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& candidate) { return candidate.name == name; });
  if (entry != entries.end()) return entry->interpolation;
  const auto shown = name.substr(0, 64);
  const auto* nearest = std::min_element(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
    return edits(shown, a.name) < edits(shown, b.name);
  });
  fail(ErrorCode::invalid_option, "interpolation is \"{}\", which is not known; the nearest name is \"{}\"", shown,
       nearest->name);
}

std::span<const Interpolation> interpolations() noexcept {
  static constexpr auto all = [] {
    std::array<Interpolation, entries.size()> result{};
    std::transform(entries.begin(), entries.end(), result.begin(),
                   [](const Entry& entry) { return entry.interpolation; });
    return result;
  }();
  return all;
}

void check_resize_size(Size size) {
  constexpr int max_side = 65535;
  if (size.width < 1 || size.height < 1 || size.width > max_side || size.height > max_side) {
    fail(ErrorCode::invalid_option, "the size to resize to is {}, expected 1..{} for both sides", to_string(size),
         max_side);
  }
}

void gather_pixels(const PartialImage& image, const PixelPositions& positions, std::uint8_t* out,
                   std::ptrdiff_t stride) {
  const int step = channels(image.pixels.format);
  for (const int row : positions.rows) {
    const auto* from = image.row(row);
    auto* to = out;
    for (const int column : positions.columns)
      to = std::copy_n(from + std::ptrdiff_t{column - image.x} * step, step, to);
    out += stride;
  }
}

PicturePart needed_part(Size image, const ResizeRequest& request) {
  const auto& [left, top, width, height] = request.window;
  if (request.size == image) return {left, top, {width, height}};
  const double reach = entry_of(request.interpolation).reach;
  const auto columns = needed_span(image.width, request.size.width, left, width, reach);
  const auto rows = needed_span(image.height, request.size.height, top, height, reach);
  return {columns.begin, rows.begin, {columns.length, rows.length}};
}

void resize_into(const PartialImage& image, const ResizeRequest& request, std::uint8_t* out, std::ptrdiff_t stride) {
  const auto tool = tool_of(request.interpolation);
  if (request.size == image.size) {
    const auto& window = request.window;
    const auto row_bytes =
        static_cast<std::size_t>(window.width) * static_cast<std::size_t>(channels(image.pixels.format));
    for (int y = 0; y < window.height; ++y, out += stride) {
      std::memcpy(out, image.at(window.x, window.y + y), row_bytes);
    }
    return;
  }
  check_source(image.size);
  guarded("resizing an image", [&] {
    const SourceRegion all{0, 0, static_cast<float>(image.size.width), static_cast<float>(image.size.height)};
    switch (tool) {
      case Tool::pillow: return resize_like_pillow(image, all, request, out, stride);
      case Tool::opencv: return resize_like_opencv(image, request, out, stride);
      case Tool::torch: return resize_like_torch(image, request, out, stride);
    }
  });
}

Image resize(const ImageView& image, Size size, Interpolation interpolation) {
  check_view(image);
  check_resize_size(size);
  auto out = Image::uninitialized(size, image.format);
  resize_into(PartialImage(image), {size, whole(size), interpolation}, out.pixels().data(), out.stride());
  return out;
}

Image resize(const ImageView& image, const Box& region, Size size, Interpolation interpolation) {
  check_view(image);
  check_resize_size(size);
  if (tool_of(interpolation) != Tool::pillow) {
    fail(ErrorCode::invalid_option, "resizing a region with {}: only pillow.* does that", to_string(interpolation));
  }
  const bool is_inside = region.x1 >= 0 && region.y1 >= 0 && region.x2 <= static_cast<float>(image.width) &&
                         region.y2 <= static_cast<float>(image.height) && region.x1 < region.x2 &&
                         region.y1 < region.y2;
  if (!is_inside) {
    fail(ErrorCode::invalid_option, "the region is {}, expected one that is not empty inside the image of {}",
         to_string(region), to_string(image.size()));
  }
  if (size == image.size() && region == Box{0, 0, static_cast<float>(size.width), static_cast<float>(size.height)}) {
    return Image(image);
  }
  check_source(image.size());
  return guarded("resizing an image", [&] {
    return resized(image, {region.x1, region.y1, region.x2, region.y2}, size, interpolation);
  });
}

Tensor resize(const TensorView& tensor, Size size, Interpolation interpolation) {
  const auto values = tensor.floats();
  check_resize_size(size);
  const auto tool = tool_of(interpolation);
  if (tool == Tool::pillow || interpolation == Interpolation::opencv_linear_exact) {
    fail(ErrorCode::invalid_option, "resizing a float tensor with {}: torch.* and opencv.* except linear_exact do that",
         to_string(interpolation));
  }
  const auto& shape = tensor.shape;
  const std::size_t rank = shape.size();
  const bool has_channels = tool == Tool::opencv && rank == 3;
  const bool fits = tool == Tool::torch ? rank >= 2 : rank == 2 || (rank == 3 && shape[2] <= 4);
  if (!fits || values.empty()) {
    fail(ErrorCode::shape, "resizing a tensor of shape {} with {}: expected {}", to_string(shape),
         to_string(interpolation),
         tool == Tool::torch ? "[..., height, width]" : "[height, width] or [height, width, 1..4]");
  }
  const std::size_t rows_at = has_channels || tool == Tool::opencv ? 0 : rank - 2;
  if (shape[rows_at] > max_source_side || shape[rows_at + 1] > max_source_side) {
    fail(ErrorCode::shape, "resizing a tensor of shape {}: at most {} rows and columns", to_string(shape),
         max_source_side);
  }
  const Size source{static_cast<int>(shape[rows_at + 1]), static_cast<int>(shape[rows_at])};
  return guarded("resizing a tensor", [&] {
    Shape out_shape = shape;
    out_shape[rows_at] = size.height;
    out_shape[rows_at + 1] = size.width;
    std::vector<float> out(element_count(out_shape));
    const ResizeRequest request{size, whole(size), interpolation};
    if (tool == Tool::torch) {
      const auto plane = static_cast<std::size_t>(source.width) * static_cast<std::size_t>(source.height);
      resize_planes_like_torch(values.data(), values.size() / plane, source, request, out.data());
    } else {
      resize_floats_like_opencv(values.data(), source, has_channels ? static_cast<int>(shape[2]) : 1, request,
                                out.data());
    }
    return Tensor(std::move(out_shape), std::move(out));
  });
}

}  // namespace visionkit
