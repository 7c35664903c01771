#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <visionkit/decode/masks.hpp>

#include "core/fail.hpp"
#include "core/mask_runs.hpp"
#include "decode/mask_kernels.hpp"
#include "decode/sampled_mask.hpp"
#include "decode/segmentation_input.hpp"

namespace visionkit {
namespace {

// Numbers x with low <= x < high are in.
struct Range {
  int begin = 0;
  int end = 0;

  // Of a box, cut to [0, size).
  static Range of(float low, float high, int size) {
    const auto cut = [size](float edge) {
      return edge > 0 ? static_cast<int>(std::min(std::ceil(edge), static_cast<float>(size))) : 0;  // NaN is 0
    };
    return {cut(low), cut(high)};
  }
  [[nodiscard]] int count() const { return end - begin; }
};

void check(const PrototypeMasksOptions& options) {
  const auto expect_size = [](const char* name, Size size) {
    if (size.width < 1 || size.height < 1) {
      fail(ErrorCode::invalid_option, "{} is {}, expected positive sides", name, to_string(size));
    }
  };
  if (options.resolution == PrototypeResolution::image) {
    expect_size("image", options.image);
    if (options.content == ModelBox{}) return;
    const auto& [x1, y1, x2, y2] = options.content;
    if (!(std::isfinite(x1 + y1 + x2 + y2) && x1 < x2 && y1 < y2)) {
      fail(ErrorCode::invalid_option, "content is {}, expected a finite box with an area", to_string(options.content));
    }
  }
  expect_size("input", options.input);
}

class PrototypeDecoder {
 public:
  PrototypeDecoder(const TensorView& prototypes, const PrototypeMasksOptions& options)
      : options_(options),
        cells_{static_cast<int>(prototypes.shape[2]), static_cast<int>(prototypes.shape[1])},
        values_(prototypes.floats()),
        width_(static_cast<std::size_t>(cells_.width)),
        plane_(width_ * static_cast<std::size_t>(cells_.height)) {
    picture_ = cells_;
    if (options.resolution == PrototypeResolution::input) picture_ = options.input;
    if (options.resolution == PrototypeResolution::image) {
      picture_ = options.image;
      choose_region();
    }
    (void)mask_pixels(picture_, "prototype masks");
  }

  // Cut after interpolation.
  Mask at_image(std::span<const float> factors, const Box& box) {
    const auto x = Range::of(box.x1, box.x2, picture_.width);
    const auto y = Range::of(box.y1, box.y2, picture_.height);
    const MaskWindow window = {x.begin, y.begin, x.end, y.end};
    if (window.is_empty()) return empty();
    region_x_.from = x.begin;
    region_x_.count = x.count();
    region_y_.from = y.begin;
    region_y_.count = y.count();
    const auto columns = bilinear_axis(region_x_, CornerRule::half_pixel);
    const auto rows = bilinear_axis(region_y_, CornerRule::half_pixel);
    first_row_ = rows.first.front();
    scores_.resize(static_cast<std::size_t>(rows.second.back() + 1 - first_row_) * width_);
    score(factors, {columns.first.front(), columns.second.back() + 1}, {first_row_, rows.second.back() + 1});
    return sampler_.sample({scores_.data(), width_, first_row_}, columns, rows, threshold(), window, picture_);
  }

  // Cut at the resolution of the prototypes; what is outside of the box counts as 0, with a sigmoid, too.
  Mask at_input(std::span<const float> factors, const ModelBox& box) {
    const auto scale_x = static_cast<float>(double(cells_.width) / options_.input.width);
    const auto scale_y = static_cast<float>(double(cells_.height) / options_.input.height);
    const auto x = Range::of(box.x1 * scale_x, box.x2 * scale_x, cells_.width);
    const auto y = Range::of(box.y1 * scale_y, box.y2 * scale_y, cells_.height);
    if (x.begin >= x.end || y.begin >= y.end) return empty();
    // One cell of zeros around, as far as there are cells.
    const Range around_x = {std::max(x.begin - 1, 0), std::min(x.end + 1, cells_.width)};
    const Range around_y = {std::max(y.begin - 1, 0), std::min(y.end + 1, cells_.height)};
    first_row_ = around_y.begin;
    scores_.assign(static_cast<std::size_t>(around_y.count()) * width_, 0);
    score(factors, x, y);
    const auto columns = axis_of(around_x, cells_.width, picture_.width);
    const auto rows = axis_of(around_y, cells_.height, picture_.height);
    if (columns.outputs.count() == 0 || rows.outputs.count() == 0) return empty();
    const MaskWindow window = {columns.outputs.begin, rows.outputs.begin, columns.outputs.end, rows.outputs.end};
    clear_outside(x, around_x);
    return sampler_.sample({scores_.data(), width_, first_row_}, columns.axis, rows.axis, threshold(), window,
                           picture_);
  }

 private:
  struct AxisOf {
    Range outputs;
    SampleAxis axis;
  };

  [[nodiscard]] bool is_sigmoid() const { return options_.rule == PrototypeRule::sigmoid; }
  [[nodiscard]] float threshold() const { return is_sigmoid() ? 0.5F : 0.0F; }
  [[nodiscard]] Mask empty() const {
    return Mask::from_runs({static_cast<std::uint32_t>(picture_.width) * static_cast<std::uint32_t>(picture_.height)},
                           picture_);
  }

  // Where the picture lies on the prototypes.
  void choose_region() {
    region_x_ = whole_axis(cells_.width, picture_.width);
    region_y_ = whole_axis(cells_.height, picture_.height);
    if (options_.content != ModelBox{}) {
      cut_to(options_.content, options_.input, region_x_, region_y_);
      return;
    }
    const double gain = std::min(double(cells_.height) / picture_.height, double(cells_.width) / picture_.width);
    const auto cut = [gain](AxisRegion& region) {
      const double padding = (region.cells - static_cast<double>(region.outputs) * gain) / 2;
      region.start = std::trunc(padding);
      region.end = std::max(std::trunc(region.cells - padding), region.start + 1);
    };
    cut(region_x_);
    cut(region_y_);
  }

  // The outputs that may be touched by cells of the range.
  static AxisOf axis_of(const Range& cells, int all_cells, int outputs) {
    const double step = double(outputs) / all_cells;
    AxisOf result;
    result.outputs.begin = std::clamp(static_cast<int>(std::floor((cells.begin + 0.5) * step)) - 1, 0, outputs);
    result.outputs.end = std::clamp(static_cast<int>(std::ceil((cells.end - 0.5) * step)) + 1, 0, outputs);
    if (cells.begin == 0) result.outputs.begin = 0;
    if (cells.end == all_cells) result.outputs.end = outputs;
    // Samples between cells outside of the range are moved to its outer cells, which are zero or the end of the map.
    AxisRegion region = whole_axis(all_cells, outputs);
    region.from = result.outputs.begin;
    region.count = result.outputs.count();
    result.axis = bilinear_axis(region, CornerRule::half_pixel);
    for (std::size_t i = 0; i < result.axis.first.size(); ++i) {
      result.axis.first[i] = std::clamp(result.axis.first[i], cells.begin, cells.end - 1);
      result.axis.second[i] = std::clamp(result.axis.second[i], cells.begin, cells.end - 1);
    }
    return result;
  }

  // The scores of these cells, into scores_.
  void score(std::span<const float> factors, const Range& x, const Range& y) {
    const auto begin = static_cast<std::size_t>(x.begin);
    const auto end = static_cast<std::size_t>(x.end);
    for (int row = y.begin; row < y.end; ++row) {
      auto* const out = &scores_[static_cast<std::size_t>(row - first_row_) * width_];
      combine_planes({values_.data() + static_cast<std::size_t>(row) * width_, plane_, width_}, factors, begin, end,
                     out);
      if (is_sigmoid()) {
        for (auto at = begin; at < end; ++at) out[at] = 1 / (1 + std::exp(-out[at]));
      }
    }
  }

  // combine_planes() writes more columns than it was asked for.
  void clear_outside(const Range& inside, const Range& around) {
    for (auto* row = scores_.data(); row < scores_.data() + scores_.size(); row += width_) {
      std::fill(row + around.begin, row + inside.begin, 0.0F);
      std::fill(row + inside.end, row + around.end, 0.0F);
    }
  }

  const PrototypeMasksOptions& options_;
  Size cells_;
  std::span<const float> values_;
  std::size_t width_;
  std::size_t plane_;
  Size picture_;
  AxisRegion region_x_;
  AxisRegion region_y_;
  std::int32_t first_row_ = 0;  // of scores_
  std::vector<float> scores_;   // whole rows of cells, of which only some columns are filled
  MaskSampler sampler_;
};

void check_tensors(const TensorView& prototypes, const TensorView& coefficients) {
  const auto& planes = prototypes.shape;
  const auto& rows = coefficients.shape;
  constexpr std::int64_t max_side = 1 << 15;
  if (prototypes.dtype != DType::float32 || planes.size() != 3 || planes[0] < 1 || planes[1] < 1 || planes[2] < 1 ||
      planes[1] > max_side || planes[2] > max_side || prototypes.data == nullptr) {
    fail(ErrorCode::model_contract, "prototypes are {} {}, expected float32 [k, height, width]",
         to_string(prototypes.dtype), to_string(planes));
  }
  if (coefficients.dtype != DType::float32 || rows.size() != 2 || rows[0] < 0 || rows[1] != planes[0] ||
      (coefficients.data == nullptr && rows[0] > 0)) {
    fail(ErrorCode::model_contract, "mask coefficients are {} {}, expected float32 [boxes, {}]",
         to_string(coefficients.dtype), to_string(rows), planes[0]);
  }
  if (!all_finite(prototypes.floats()) || !all_finite(coefficients.floats())) {
    fail(ErrorCode::non_finite_output, "NaN or infinity among the mask prototypes or coefficients");
  }
}

}  // namespace

std::vector<Mask> prototype_masks(const TensorView& prototypes, const TensorView& coefficients,
                                  const PrototypeBoxes& boxes, const PrototypeMasksOptions& options) {
  return guarded("prototype masks", [&] {
    check(options);
    check_tensors(prototypes, coefficients);
    const bool is_image = options.resolution == PrototypeResolution::image;
    const auto count = static_cast<std::size_t>(coefficients.shape[0]);
    const auto given = is_image ? boxes.image.size() : boxes.input.size();
    if (given != count) {
      fail(ErrorCode::invalid_argument, "{} boxes in the {} for {} rows of mask coefficients", given,
           is_image ? "picture" : "network's input", count);
    }
    const auto factors = coefficients.floats();
    const auto planes = static_cast<std::size_t>(prototypes.shape[0]);
    PrototypeDecoder decoder(prototypes, options);
    std::vector<Mask> masks;
    masks.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = factors.subspan(i * planes, planes);
      masks.push_back(is_image ? decoder.at_image(row, boxes.image[i]) : decoder.at_input(row, boxes.input[i]));
    }
    return masks;
  });
}

}  // namespace visionkit
