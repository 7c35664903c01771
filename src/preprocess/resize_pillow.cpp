#include <algorithm>
#include <cstring>
#include <vector>

#include "preprocess/resize_filters.hpp"
#include "preprocess/resize_kernels.hpp"

namespace visionkit {
namespace {

// Pillow's MULDIV255.
std::uint8_t multiply(int color, int alpha) {
  const int product = color * alpha + 128;
  return static_cast<std::uint8_t>(((product >> 8) + product) >> 8);
}

void weight_by_alpha(const std::uint8_t* from, int pixels, std::uint8_t* to) {
  for (int i = 0; i < pixels; ++i, from += 4, to += 4) {
    for (int c = 0; c < 3; ++c) to[c] = multiply(from[c], from[3]);
    to[3] = from[3];
  }
}

void divide_by_alpha(std::uint8_t* pixel, int pixels) {
  for (int i = 0; i < pixels; ++i, pixel += 4) {
    const int alpha = pixel[3];
    if (alpha == 0 || alpha == 255) continue;
    for (int c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>(std::min(255 * pixel[c] / alpha, 255));
  }
}

// Everything that depends on sizes only.
struct Plan {
  AxisRequest x;
  AxisRequest y;
  Interpolation interpolation = Interpolation::pillow_bilinear;
  WeightParts form = WeightParts::shorts;
  AxisTaps<std::int32_t> taps;  // scratch
  HorizontalPlan horizontal;
  VerticalPlan vertical;

  void make(const AxisRequest& new_x, const AxisRequest& new_y, Interpolation new_interpolation, int channels) {
    const auto new_form = preferred_weight_parts();
    if (x == new_x && y == new_y && interpolation == new_interpolation && form == new_form &&
        horizontal.channels == channels) {
      return;
    }
    horizontal.channels = 0;  // not equal to anything, should an allocation fail half way
    x = new_x;
    y = new_y;
    interpolation = new_interpolation;
    form = new_form;
    pillow_taps(y, interpolation, taps);
    plan_vertical(taps, vertical);
    pillow_taps(x, interpolation, taps);
    plan_horizontal(taps, channels, horizontal);
  }
};

// The rows that the vertical pass can see at a time: the results of the horizontal pass for source rows in rising
// order.
class RowWindow {
 public:
  // `end` is the row after the last one that will be asked for.
  void start(const PartialImage& image, const Plan& plan, int begin, int end) {
    image_ = image;
    plan_ = &plan;
    next_ = begin;
    end_ = end;
    const int step = channels(image.pixels.format);
    row_bytes_ = static_cast<std::size_t>(plan.x.outputs) * static_cast<std::size_t>(step);
    has_alpha_ = step == 4;
    is_identity_ = plan.x.is_identity();
    is_borrowed_ = is_identity_ && !has_alpha_;
    capacity_ = std::max(plan.vertical.max_count, 1) + rows_at_once;
    stride_ = row_bytes_ + row_slack;
    grow(results_, static_cast<std::size_t>(capacity_) * stride_);
    source_bytes_ = std::max(plan.horizontal.source_bytes, static_cast<std::size_t>(image.pixels.width) * 4);
    grow(sources_, rows_at_once * source_bytes_);
  }

  // The row `y` of the source after the horizontal pass. Rows are asked for in an order in which none is needed again
  // after one that is plan.vertical.max_count below it.
  const std::uint8_t* row(int y) {
    if (is_borrowed_) return image_.at(plan_->x.first_output, y);
    while (next_ <= y) advance();
    return result(y);
  }

 private:
  static void grow(std::vector<std::uint8_t>& memory, std::size_t size) {
    if (memory.size() < size) memory.resize(size);
  }

  std::uint8_t* result(int y) { return results_.data() + static_cast<std::size_t>(y % capacity_) * stride_; }

  void advance() {
    const int count = std::min(rows_at_once, end_ - next_);
    const std::uint8_t* rows[rows_at_once];
    std::uint8_t* results[rows_at_once];
    for (int i = 0; i < rows_at_once; ++i) {
      const int y = next_ + std::min(i, count - 1);
      rows[i] = i < count ? source(y, sources_.data() + static_cast<std::size_t>(i) * source_bytes_) : rows[i - 1];
      results[i] = result(y);
    }
    if (is_identity_) {
      const auto skipped = static_cast<std::size_t>(plan_->x.first_output - image_.x) * 4;
      for (int i = 0; i < count; ++i) std::memcpy(results[i], rows[i] + skipped, row_bytes_);
    } else {
      horizontal_pass(plan_->horizontal, rows, results);
    }
    next_ += count;
  }

  // A source row, behind which the horizontal pass may read; `copy` takes it where it must be copied.
  const std::uint8_t* source(int y, std::uint8_t* copy) const {
    const auto* row = image_.row(y);
    if (has_alpha_) {
      weight_by_alpha(row, image_.pixels.width, copy);
      return copy;
    }
    const auto bytes =
        static_cast<std::size_t>(image_.pixels.width) * static_cast<std::size_t>(channels(image_.pixels.format));
    const auto* last_row = image_.pixels.row(image_.pixels.height - 1);
    if (static_cast<std::size_t>(last_row - row) + bytes >= plan_->horizontal.source_bytes) return row;
    std::memcpy(copy, row, bytes);
    return copy;
  }

  PartialImage image_{ImageView{}};
  const Plan* plan_ = nullptr;
  int next_ = 0;
  int end_ = 0;
  int capacity_ = 1;
  std::size_t row_bytes_ = 0;
  std::size_t stride_ = 0;
  std::size_t source_bytes_ = 0;
  bool has_alpha_ = false;
  bool is_identity_ = false;
  bool is_borrowed_ = false;
  std::vector<std::uint8_t> results_;
  std::vector<std::uint8_t> sources_;
};

struct Workspace {
  Plan plan;
  RowWindow window;
  std::vector<const std::uint8_t*> rows;
};

// Image.resize(NEAREST): positions are accumulated, and so are their rounding errors.
void nearest_positions(const AxisRequest& axis, std::vector<int>& positions) {
  const double step = static_cast<double>(axis.end - axis.begin) / axis.output_length;
  double position = axis.begin + step * 0.5;
  positions.clear();
  for (int i = 0; i < axis.first_output + axis.outputs; ++i, position += step) {
    if (i >= axis.first_output) positions.push_back(std::min(static_cast<int>(position), axis.source_length - 1));
  }
}

}  // namespace

void resize_like_pillow(const PartialImage& image, const SourceRegion& region, const ResizeRequest& request,
                        std::uint8_t* out, std::ptrdiff_t stride) {
  const auto& area = request.window;
  const int step = channels(image.pixels.format);
  const AxisRequest x{image.size.width, region.x1, region.x2, request.size.width, area.x, area.width, image.x};
  const AxisRequest y{image.size.height, region.y1, region.y2, request.size.height, area.y, area.height};
  if (request.interpolation == Interpolation::pillow_nearest) {
    thread_local PixelPositions positions;
    nearest_positions(x, positions.columns);
    nearest_positions(y, positions.rows);
    return gather_pixels(image, positions, out, stride);
  }
  thread_local Workspace workspace;
  auto& [plan, window, rows] = workspace;
  plan.make(x, y, request.interpolation, step);
  const auto row_bytes = static_cast<std::size_t>(area.width) * static_cast<std::size_t>(step);
  const bool has_alpha = step == 4;
  const bool is_identity = y.is_identity();
  const auto last = static_cast<std::size_t>(area.height - 1);
  const int begin = is_identity ? area.y : plan.vertical.first.front();
  const int end = is_identity ? area.y + area.height : plan.vertical.first[last] + plan.vertical.count[last];
  window.start(image, plan, begin, end);
  for (int i = 0; i < area.height; ++i, out += stride) {
    if (is_identity) {
      std::memcpy(out, window.row(area.y + i), row_bytes);
    } else {
      const auto output = static_cast<std::size_t>(i);
      const int count = plan.vertical.count[output];
      rows.clear();
      for (int k = 0; k < count; ++k) rows.push_back(window.row(plan.vertical.first[output] + k));
      while (rows.size() % 4 != 0) rows.push_back(rows.back());
      vertical_pass(rows.data(),
                    {plan.vertical.weights.data() + plan.vertical.first_weight[output], count, plan.vertical.form},
                    row_bytes, out);
    }
    if (has_alpha) divide_by_alpha(out, area.width);
  }
}

}  // namespace visionkit
