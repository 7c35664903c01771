#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <visionkit/decode/masks.hpp>

#include "core/fail.hpp"
#include "core/mask_runs.hpp"
#include "decode/sampled_mask.hpp"
#include "decode/segmentation_input.hpp"

namespace visionkit {
namespace {

// The side of the probabilities; throws model_contract.
std::size_t mask_side(const TensorView& tensor, std::size_t boxes) {
  const auto& shape = tensor.shape;
  const bool has_channel = shape.size() == 4 && shape[1] == 1;
  const bool is_square = (has_channel || shape.size() == 3) && shape.back() == shape[shape.size() - 2];
  constexpr std::int64_t max_side = 1 << 14;
  if (tensor.dtype != DType::float32 || !is_square || shape.back() < 1 || shape.back() > max_side ||
      shape[0] != static_cast<std::int64_t>(boxes) || (tensor.data == nullptr && boxes > 0)) {
    fail(ErrorCode::model_contract, "masks are {} {}, expected float32 [{}, 1, m, m], one for each box",
         to_string(tensor.dtype), to_string(shape), boxes);
  }
  return static_cast<std::size_t>(shape.back());
}

// One axis of a grown box in whole pixels, the last one included.
struct Extent {
  std::int64_t first = 0;
  std::int64_t last = 0;

  // The part inside a picture.
  [[nodiscard]] int begin() const { return static_cast<int>(std::clamp<std::int64_t>(first, 0, limit)); }
  [[nodiscard]] int end(int size) const { return static_cast<int>(std::clamp<std::int64_t>(last + 1, 0, size)); }
  [[nodiscard]] AxisRegion region(int cells, int from, int count) const {
    return {.cells = cells,
            .start = 0,
            .end = static_cast<double>(cells),
            .outputs = std::max<std::int64_t>(last - first + 1, 1),
            .from = static_cast<int>(from - first),
            .count = count};
  }
  static constexpr std::int64_t limit = 1 << 30;
};

// torchvision's expand_boxes() and its cut to int64.
Extent grown(float low, float high, float growth) {
  const float half = (high - low) * 0.5F * growth;
  const float center = (high + low) * 0.5F;
  const auto whole = [](float value) {
    constexpr auto edge = static_cast<float>(Extent::limit);
    return static_cast<std::int64_t>(std::clamp(value, -edge, edge));
  };
  return {whole(center - half), whole(center + half)};
}

// With a border of one zero around it.
void pad(const float* values, std::size_t side, std::vector<float>& padded) {
  for (std::size_t y = 0; y < side; ++y) std::copy_n(values + y * side, side, &padded[(y + 1) * (side + 2) + 1]);
}

}  // namespace

std::vector<Mask> paste_masks(const TensorView& probabilities, std::span<const Box> boxes, Size size,
                              const PasteMasksOptions& options) {
  return guarded("pasting masks", [&] {
    const auto side = mask_side(probabilities, boxes.size());
    if (!std::isfinite(options.threshold)) {
      fail(ErrorCode::invalid_option, "threshold is {}, expected a finite number", options.threshold);
    }
    if (size.width < 1 || size.height < 1) {
      fail(ErrorCode::invalid_argument, "masks of {}, expected positive sides", to_string(size));
    }
    const auto pixels = mask_pixels(size, "pasting masks");
    const auto values = probabilities.floats();
    if (!all_finite(values)) fail(ErrorCode::non_finite_output, "masks: NaN or infinity among the probabilities");
    const auto growth = static_cast<float>(static_cast<double>(side + 2) / static_cast<double>(side));
    const auto cells = static_cast<int>(side + 2);
    std::vector<float> padded((side + 2) * (side + 2));
    std::vector<Mask> masks;
    masks.reserve(boxes.size());
    MaskSampler sampler;
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      const auto& box = boxes[i];
      if (!std::isfinite(box.x1 + box.y1 + box.x2 + box.y2)) {
        fail(ErrorCode::invalid_argument, "box {} of the masks is {}, expected finite numbers", i, to_string(box));
      }
      const auto x = grown(box.x1, box.x2, growth);
      const auto y = grown(box.y1, box.y2, growth);
      const MaskWindow window = {x.begin(), y.begin(), x.end(size.width), y.end(size.height)};
      if (window.is_empty()) {
        masks.push_back(Mask::from_runs({pixels}, size));
        continue;
      }
      pad(values.data() + i * side * side, side, padded);
      const auto columns =
          bilinear_axis(x.region(cells, window.x1, static_cast<int>(window.width())), CornerRule::half_pixel);
      const auto rows =
          bilinear_axis(y.region(cells, window.y1, static_cast<int>(window.height())), CornerRule::half_pixel);
      masks.push_back(sampler.sample({padded.data(), side + 2, 0}, columns, rows, options.threshold, window, size));
    }
    return masks;
  });
}

}  // namespace visionkit
