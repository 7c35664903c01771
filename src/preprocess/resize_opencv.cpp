#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "preprocess/resize_filters.hpp"
#include "preprocess/resize_kernels.hpp"

namespace visionkit {
namespace {

// cv::resize() computes with a scale that is the inverse of an inverse.
double opencv_scale(int source_length, int length) {
  return 1.0 / (static_cast<double>(length) / static_cast<double>(source_length));
}

void nearest_positions(int source_length, int length, int first, int count, std::vector<int>& positions) {
  const double scale = opencv_scale(source_length, length);
  positions.resize(static_cast<std::size_t>(count));
  for (auto& position : positions) {
    position = std::min(static_cast<int>(std::floor(first++ * scale)), source_length - 1);
  }
}

// As in OpenCV 4.5 to 4.6, in fixed point.
void nearest_exact_positions(int source_length, int length, int first, int count, std::vector<int>& positions) {
  const std::int64_t scale = ((std::int64_t{source_length} << 16) + length / 2) / length;
  const std::int64_t shift = scale / 2 - 1;
  positions.resize(static_cast<std::size_t>(count));
  for (auto& position : positions) {
    position = static_cast<int>(std::clamp<std::int64_t>((scale * first++ + shift) >> 16, 0, source_length - 1));
  }
}

// Where an output lies between two source samples, and the weights of both with 11 fractional bits.
struct Neighbors {
  int left;
  std::int16_t weights[2];
};
Neighbors neighbors(int output, double scale) {
  const auto position = static_cast<float>((output + 0.5) * scale - 0.5);
  const float left = std::floor(position);
  const float right_weight = position - left;
  const auto fixed_point = [](float weight) { return static_cast<std::int16_t>(std::lrint(weight * 2048.0F)); };
  return {static_cast<int>(left), {fixed_point(1.0F - right_weight), fixed_point(right_weight)}};
}

void plan_linear(const PartialImage& image, const ResizeRequest& request, LinearPlan& plan) {
  const auto& window = request.window;
  const int last = image.size.width - 1;
  const double scale = opencv_scale(image.size.width, request.size.width);
  plan.channels = channels(image.pixels.format);
  plan.outputs = window.width;
  plan.offsets.clear();
  plan.weights.clear();
  for (int i = 0; i < (window.width + 3) / 4 * 4; ++i) {
    auto at = neighbors(window.x + std::min(i, window.width - 1), scale);
    if (at.left < 0 || at.left >= last) at = {at.left < 0 ? 0 : last, {2048, 0}};
    plan.offsets.push_back((at.left - image.x) * plan.channels);
    for (int copy = 0; copy < 4; ++copy) plan.weights.insert(plan.weights.end(), at.weights, at.weights + 2);
  }
  plan.source_bytes = static_cast<std::size_t>(plan.offsets.back()) + 16;
}

// The results of the horizontal pass for the two rows that an output row lies between.
class LinearRows {
 public:
  void start(const PartialImage& image, const ResizeRequest& request) {
    image_ = image;
    plan_linear(image, request, plan_);
    const auto values = static_cast<std::size_t>(plan_.outputs * plan_.channels) + row_slack;
    for (auto& row : rows_) row.resize(std::max(row.size(), values));
    std::fill(std::begin(held_), std::end(held_), -1);
    copy_.resize(
        std::max(copy_.size(), plan_.source_bytes + static_cast<std::size_t>(image.pixels.width * plan_.channels)));
  }

  const std::int16_t* row(int y) {
    const int slot = y % 2;
    auto& result = rows_[slot];
    if (held_[slot] == y) return result.data();
    held_[slot] = y;
    const auto* source = image_.row(y);
    const auto bytes = static_cast<std::size_t>(image_.pixels.width * plan_.channels);
    const auto* last_row = image_.pixels.row(image_.pixels.height - 1);
    if (static_cast<std::size_t>(last_row - source) + bytes < plan_.source_bytes) {
      std::memcpy(copy_.data(), source, bytes);
      source = copy_.data();
    }
    linear_horizontal_pass(plan_, source, result.data());
    return result.data();
  }

 private:
  PartialImage image_{ImageView{}};
  LinearPlan plan_;
  int held_[2] = {-1, -1};
  std::vector<std::int16_t> rows_[2];
  std::vector<std::uint8_t> copy_;
};

void linear(const PartialImage& image, const ResizeRequest& request, std::uint8_t* out, std::ptrdiff_t stride) {
  thread_local LinearRows rows;
  rows.start(image, request);
  const double scale = opencv_scale(image.size.height, request.size.height);
  const int last = image.size.height - 1;
  const auto values = static_cast<std::size_t>(request.window.width * channels(image.pixels.format));
  for (int i = 0; i < request.window.height; ++i, out += stride) {
    const auto at = neighbors(request.window.y + i, scale);
    const auto* upper = rows.row(std::clamp(at.left, 0, last));
    const auto* lower = rows.row(std::clamp(at.left + 1, 0, last));
    linear_vertical_pass(upper, lower, at.weights, values, out);
  }
}

// What cv::resize() makes of linear when both sides are halved.
void average_blocks(const PartialImage& image, const PixelRect& window, std::uint8_t* out, std::ptrdiff_t stride) {
  const int step = channels(image.pixels.format);
  for (int y = 0; y < window.height; ++y, out += stride) {
    const auto* upper = image.at(2 * window.x, 2 * (window.y + y));
    const auto* lower = upper + image.pixels.stride;
    for (int x = 0; x < window.width * step; ++x) {
      const int left = x / step * 2 * step + x % step;
      out[x] =
          static_cast<std::uint8_t>((upper[left] + upper[left + step] + lower[left] + lower[left + step] + 2) >> 2);
    }
  }
}

int opencv_flag(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::opencv_nearest: return cv::INTER_NEAREST;
    case Interpolation::opencv_nearest_exact: return cv::INTER_NEAREST_EXACT;
    case Interpolation::opencv_linear_exact: return cv::INTER_LINEAR_EXACT;
    case Interpolation::opencv_cubic: return cv::INTER_CUBIC;
    case Interpolation::opencv_area: return cv::INTER_AREA;
    case Interpolation::opencv_lanczos4: return cv::INTER_LANCZOS4;
    default: return cv::INTER_LINEAR;
  }
}

// The bits of these kernels depend on OpenCV's vector code, so OpenCV itself computes them: the whole picture, of which
// the window is copied.
void call_opencv(const cv::Mat& source, const ResizeRequest& request, const cv::Mat& window) {
  thread_local cv::Mat whole;
  const int flag = opencv_flag(request.interpolation);
  const cv::Size size(request.size.width, request.size.height);
  if (window.size() == size) {
    cv::resize(source, window, size, 0, 0, flag);
    return;
  }
  cv::resize(source, whole, size, 0, 0, flag);
  const auto& [x, y, width, height] = request.window;
  whole(cv::Rect(x, y, width, height)).copyTo(window);
}

}  // namespace

void resize_like_opencv(const PartialImage& image, const ResizeRequest& request, std::uint8_t* out,
                        std::ptrdiff_t stride) {
  const auto& [x, y, width, height] = request.window;
  thread_local PixelPositions positions;
  switch (request.interpolation) {
    case Interpolation::opencv_nearest:
      nearest_positions(image.size.width, request.size.width, x, width, positions.columns);
      nearest_positions(image.size.height, request.size.height, y, height, positions.rows);
      return gather_pixels(image, positions, out, stride);
    case Interpolation::opencv_nearest_exact:
      nearest_exact_positions(image.size.width, request.size.width, x, width, positions.columns);
      nearest_exact_positions(image.size.height, request.size.height, y, height, positions.rows);
      return gather_pixels(image, positions, out, stride);
    case Interpolation::opencv_linear:
      if (image.size.width == 2 * request.size.width && image.size.height == 2 * request.size.height) {
        return average_blocks(image, request.window, out, stride);
      }
      return linear(image, request, out, stride);
    default: break;
  }
  const auto& pixels = image.pixels;  // all of them are there
  const int type = CV_MAKETYPE(CV_8U, channels(pixels.format));
  const cv::Mat source(pixels.height, pixels.width, type, const_cast<std::uint8_t*>(pixels.data),
                       static_cast<std::size_t>(pixels.stride));
  call_opencv(source, request, cv::Mat(height, width, type, out, static_cast<std::size_t>(stride)));
}

void resize_floats_like_opencv(const float* values, Size source, int channels, const ResizeRequest& request,
                               float* out) {
  const int type = CV_MAKETYPE(CV_32F, channels);
  const cv::Mat from(source.height, source.width, type, const_cast<float*>(values));
  call_opencv(from, request, cv::Mat(request.window.height, request.window.width, type, out));
}

}  // namespace visionkit
