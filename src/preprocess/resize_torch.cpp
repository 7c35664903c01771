#include <algorithm>
#include <cmath>
#include <vector>

#include "preprocess/resize_filters.hpp"
#include "preprocess/resize_taps.hpp"

namespace visionkit {
namespace {

// Of a source of which not all columns are in memory.
struct Columns {
  int first = 0;
  int count = 0;
};

// Two passes in float32, columns first: `load(y, row)` writes what is there of a source row of pixels as floats,
// `store(y, row)` takes a row of the window.
template <class Load, class Store>
void resize_rows(Size source, const Columns& there, int channels, const ResizeRequest& request, Load load,
                 Store store) {
  struct Workspace {
    AxisTaps<float> x;
    AxisTaps<float> y;
    std::vector<float> source_row;
    std::vector<float> result;
    std::vector<float> rows;
  };
  thread_local Workspace workspace;
  auto& x = workspace.x;
  auto& y = workspace.y;
  auto& source_row = workspace.source_row;
  auto& result = workspace.result;
  auto& rows = workspace.rows;
  const auto& window = request.window;
  torch_taps(
      {source.width, 0, static_cast<float>(source.width), request.size.width, window.x, window.width, there.first},
      request.interpolation, x);
  torch_taps({source.height, 0, static_cast<float>(source.height), request.size.height, window.y, window.height},
             request.interpolation, y);
  const auto values = static_cast<std::size_t>(window.width * channels);
  source_row.resize(static_cast<std::size_t>(there.count * channels));
  result.resize(values);
  rows.resize(values * static_cast<std::size_t>(y.max_count));
  const auto row_of = [&](int row) { return rows.data() + static_cast<std::size_t>(row % y.max_count) * values; };

  int next = y.first.front();
  for (int i = 0; i < window.height; ++i) {
    const int first = y.first[static_cast<std::size_t>(i)];
    const int count = y.count[static_cast<std::size_t>(i)];
    for (next = std::max(next, first); next < first + count; ++next) {
      load(next, source_row.data());
      auto* row = row_of(next);
      for (int output = 0; output < window.width; ++output) {
        const auto* weights = x.of(output);
        const auto* pixel = source_row.data() + x.first[static_cast<std::size_t>(output)] * channels;
        for (int c = 0; c < channels; ++c) {
          float sum = 0;
          for (int k = 0; k < x.count[static_cast<std::size_t>(output)]; ++k)
            sum += weights[k] * pixel[k * channels + c];
          *row++ = sum;
        }
      }
    }
    std::fill(result.begin(), result.end(), 0.0F);
    for (int k = 0; k < count; ++k) {
      const auto* row = row_of(first + k);
      const float weight = y.of(i)[k];
      for (std::size_t j = 0; j < values; ++j) result[j] += weight * row[j];
    }
    store(i, result.data());
  }
}

}  // namespace

void resize_like_torch(const PartialImage& image, const ResizeRequest& request, std::uint8_t* out,
                       std::ptrdiff_t stride) {
  const int width = image.pixels.width;
  const int count = channels(image.pixels.format);
  resize_rows(
      image.size, {image.x, width}, count, request,
      [&](int y, float* row) { std::copy_n(image.row(y), width * count, row); },
      [&](int y, const float* row) {
        for (int i = 0; i < request.window.width * count; ++i) {
          out[y * stride + i] = static_cast<std::uint8_t>(std::nearbyint(std::clamp(row[i], 0.0F, 255.0F)));
        }
      });
}

void resize_unit_floats(const PartialImage& image, const ResizeRequest& request, float* out) {
  const int width = image.pixels.width;
  const int count = channels(image.pixels.format);
  const auto& window = request.window;
  const auto plane = static_cast<std::ptrdiff_t>(window.width) * window.height;
  resize_rows(
      image.size, {image.x, width}, count, request,
      [&](int y, float* row) {
        std::transform(image.row(y), image.row(y) + width * count, row,
                       [](std::uint8_t value) { return static_cast<float>(value) / 255.0F; });
      },
      [&](int y, const float* row) {
        auto* to = out + static_cast<std::ptrdiff_t>(y) * window.width;
        for (int x = 0; x < window.width; ++x) {
          for (int c = 0; c < count; ++c) to[c * plane + x] = *row++;
        }
      });
}

void resize_planes_like_torch(const float* values, std::size_t planes, Size source, const ResizeRequest& request,
                              float* out) {
  const auto source_plane = static_cast<std::size_t>(source.width) * static_cast<std::size_t>(source.height);
  for (std::size_t plane = 0; plane < planes; ++plane, values += source_plane) {
    resize_rows(
        source, {0, source.width}, 1, request,
        [&](int y, float* row) { std::copy_n(values + std::ptrdiff_t{y} * source.width, source.width, row); },
        [&](int, const float* row) { out = std::copy_n(row, request.window.width, out); });
  }
}

}  // namespace visionkit
